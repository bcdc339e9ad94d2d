use axum::extract::{Path, State};
use jiff::Timestamp;
use serde_json::Value;

use super::{Appointment, Cancellation, REASONS, live};
use crate::answer::{Answer, created, no_content, ok};
use crate::form::{Form, flag};
use crate::id::Id;
use crate::refusal::{BLANK, Refusal, UNLISTED};
use crate::repeat::RepeatRule;
use crate::resources::attendee::{Arrival, Attendee};
use crate::row::{Row, Stamps};
use crate::state::{App, World};
use crate::time::{Span, after};

/// Neither availability nor lead time nor other bookings are looked at: Cliniko accepts any time.
pub async fn create(State(app): State<App>, form: Form) -> Answer {
    let mut session = app.session();
    let draft = Draft::default().written(&form, &session)?;
    let id = session.new_id();
    let row = draft.appointment(Stamps::new(id, session.now))?;
    let further = row.repeat_rule.as_ref().map_or_else(Vec::new, |rule| rule.further(row.span()));
    insert(&mut session, row.clone());
    for Span { start, end } in further {
        let stamps = Stamps::new(session.new_id(), session.now);
        let repeat =
            Appointment { stamps, starts_at: start, ends_at: end, repeated_from: Some(id), ..row.clone() };
        insert(&mut session, repeat);
    }
    created(&app.links, format!("individual_appointments/{id}"), row.json(&session.view()))
}

pub async fn update(State(app): State<App>, Path(id): Path<Id>, form: Form) -> Answer {
    let mut session = app.session();
    let row = live(&session, id)?;
    let draft = Draft::of(row).written(&form, &session)?;
    let mut written = draft.appointment(row.stamps.clone())?;
    written.repeated_from = row.repeated_from;
    written.stamps.touch(session.now);
    let patient = written.patient;
    session.appointments.insert(id, written.clone());
    for attendee in session.attendees.values_mut().filter(|attendee| attendee.booking == id) {
        attendee.patient = patient;
    }
    ok(written.json(&session.view()))
}

/// Cancelled appointments can be archived as well; archived ones are gone.
pub async fn archive(State(app): State<App>, Path(id): Path<Id>) -> Answer {
    let mut session = app.session();
    let now = session.now;
    let row = session.appointments.get_mut(&id).filter(|row| row.stamps.archived_at.is_none());
    row.ok_or(Refusal::NotFound)?.stamps.archive(now);
    let attendees = session.attendees.values_mut().filter(|attendee| attendee.booking == id);
    for attendee in attendees.filter(|attendee| attendee.stamps.archived_at.is_none()) {
        attendee.stamps.archive(now);
    }
    no_content()
}

pub async fn cancel(State(app): State<App>, Path(id): Path<Id>, form: Form) -> Answer {
    let mut session = app.session();
    let row = live(&session, id)?;
    let (starts_at, series) = (row.starts_at, row.repeated_from.unwrap_or(id));
    let mut entry = form.entry();
    let mut note = None;
    entry.text("cancellation_note", 10_000, &mut note);
    let reason = match entry.sent("cancellation_reason") {
        None | Some(Value::Null) => Err(BLANK),
        Some(value) => value
            .as_i64()
            .or_else(|| value.as_str()?.parse().ok())
            .filter(|reason| REASONS.iter().any(|(code, _)| code == reason))
            .ok_or(UNLISTED),
    };
    if let Err(message) = reason {
        entry.refuse("cancellation_reason", message);
    }
    let repeats = entry.sent("apply_to_repeats").and_then(flag).unwrap_or_default();
    entry.finish()?;
    let cancellation = Cancellation { at: session.now, reason: reason.unwrap_or_default(), note };

    let mut cancelled = vec![id];
    if repeats {
        let later = session.appointments.values().filter(|other| {
            other.live()
                && other.repeated_from.unwrap_or(other.stamps.id) == series
                && other.starts_at > starts_at
        });
        cancelled.extend(later.map(|other| other.stamps.id));
    }
    for row in session.appointments.values_mut().filter(|row| cancelled.contains(&row.stamps.id)) {
        row.cancellation = Some(cancellation.clone());
        row.stamps.touch(cancellation.at);
    }
    let attendees = session.attendees.values_mut().filter(|attendee| cancelled.contains(&attendee.booking));
    for attendee in attendees.filter(|attendee| attendee.stamps.archived_at.is_none()) {
        attendee.cancellation = Some(cancellation.clone());
        attendee.stamps.touch(cancellation.at);
    }
    no_content()
}

/// Puts an appointment into the account together with its one attendee.
pub fn insert(world: &mut World, row: Appointment) {
    let id = world.new_id();
    let attendee = Attendee {
        stamps: Stamps::new(id, row.stamps.created_at),
        booking: row.stamps.id,
        patient: row.patient,
        patient_case: row.patient_case,
        arrival: Arrival::Unknown,
        notes: None,
        cancellation: None,
    };
    world.attendees.insert(id, attendee);
    world.appointments.insert(row.stamps.id, row);
}

/// An appointment whose references may still be missing.
#[derive(Clone, Debug, Default)]
struct Draft {
    business: Option<Id>,
    practitioner: Option<Id>,
    appointment_type: Option<Id>,
    patient: Option<Id>,
    patient_case: Option<Id>,
    starts_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
    notes: Option<String>,
    repeat_rule: Option<RepeatRule>,
}

impl Draft {
    fn of(row: &Appointment) -> Self {
        Self {
            business: Some(row.business),
            practitioner: Some(row.practitioner),
            appointment_type: Some(row.appointment_type),
            patient: Some(row.patient),
            patient_case: row.patient_case,
            starts_at: Some(row.starts_at),
            ends_at: Some(row.ends_at),
            notes: row.notes.clone(),
            repeat_rule: row.repeat_rule.clone(),
        }
    }

    /// This draft with the form's fields. An end that is null or was never set follows from the type's duration; one
    /// that is not sent stays when the start moves.
    fn written(mut self, form: &Form, world: &World) -> Result<Self, Refusal> {
        let mut entry = form.entry();
        entry.id("business_id", &mut self.business);
        entry.id("practitioner_id", &mut self.practitioner);
        entry.id("appointment_type_id", &mut self.appointment_type);
        entry.id("patient_id", &mut self.patient);
        entry.id("patient_case_id", &mut self.patient_case);
        entry.instant("starts_at", &mut self.starts_at);
        entry.instant("ends_at", &mut self.ends_at);
        entry.text("notes", 10_000, &mut self.notes);
        if entry.sent("repeat_rule").is_some() {
            self.repeat_rule = RepeatRule::sent(&mut entry);
        }

        let kind =
            self.appointment_type.and_then(|id| world.appointment_types.get(&id)).filter(|kind| kind.live());
        match kind {
            // An unknown type is reported in Cliniko's own misleading words.
            None => entry.refuse("max_attendees", "is not a number"),
            Some(kind) if kind.max_attendees > 1 => entry.refuse("max_attendees", "must be equal to 1"),
            Some(_) => {}
        }
        if self.business.and_then(|id| world.live_business(id)).is_none() {
            entry.refuse("business_id", BLANK);
        }
        let practitioner = self.practitioner.and_then(|id| world.practitioners.get(&id));
        if practitioner.is_none_or(|row| !row.active) {
            entry.refuse("practitioner_id", BLANK);
        }
        match self.patient.and_then(|id| world.patients.get(&id)) {
            None => entry.refuse("patient_id", BLANK),
            Some(patient) if patient.stamps.archived_at.is_some() => {
                entry.refuse("base", "Patient has been archived.");
            }
            Some(_) => {}
        }
        match self.starts_at {
            None => entry.refuse("starts_at", BLANK),
            Some(start) => {
                let default = kind.map(|kind| after(start, kind.duration_in_minutes));
                self.ends_at = self.ends_at.or(default);
                if self.ends_at.is_some_and(|end| end <= start) {
                    entry.refuse("ends_at", "must be after the start time");
                }
            }
        }
        entry.finish()?;
        Ok(self)
    }

    fn appointment(self, stamps: Stamps) -> Result<Appointment, Refusal> {
        let unset = || Refusal::field("base", BLANK);
        Ok(Appointment {
            stamps,
            business: self.business.ok_or_else(unset)?,
            practitioner: self.practitioner.ok_or_else(unset)?,
            appointment_type: self.appointment_type.ok_or_else(unset)?,
            patient: self.patient.ok_or_else(unset)?,
            patient_case: self.patient_case,
            starts_at: self.starts_at.ok_or_else(unset)?,
            ends_at: self.ends_at.ok_or_else(unset)?,
            notes: self.notes,
            repeat_rule: self.repeat_rule,
            repeated_from: None,
            cancellation: None,
        })
    }
}
