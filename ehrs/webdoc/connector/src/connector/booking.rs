//! Booking: verify that the time is free, take it, and look once when the answer was lost or Webdoc said no.

use std::collections::BTreeSet;

use futures::join;
use jiff::SignedDuration;
use vardbro_ehr::{EhrError, EhrResult};
use vardbro_model::appointment::{Appointment, Booking, Chosen, choose};
use vardbro_model::error::FaultCode;
use vardbro_model::time::Window;
use vardbro_model::timeslot::Timeslot;

use super::availability::{FreeRow, Wanted};
use super::session::{Failed, Refusal, Session};
use super::turns::Turn;
use super::units::Unit;
use crate::config::TakeSlot;
use crate::mapping::{appointment as mapping, number::Number, patient::own_number, time};
use crate::wire::Code;
use crate::wire::bookings::{self as native, Booking as Native, BookingChange, Filter, NewBooking};
use crate::wire::patients::Patient;

impl Session<'_> {
    pub(super) async fn book(&self, unit: &Unit, booking: Booking) -> EhrResult<Appointment> {
        let window = booking.slot.window;
        let number = self.number(&booking.patient)?;
        let wanted = self.wanted(unit, &booking, &number).await?;
        let calendars: BTreeSet<Turn> = match &wanted.caregiver {
            Some(caregiver) => BTreeSet::from([Turn::Caregiver(caregiver.clone())]),
            None => {
                self.caregivers(unit).await?.iter().map(|user| Turn::Caregiver(user.id.clone())).collect()
            }
        };
        let _turns = self.take_turns(calendars).await?;
        let (patient, row) = join!(self.patient_of(&number), self.choose_row(unit, window, wanted));
        let (patient, row) = match (patient, row) {
            // An unknown patient is the graver fault.
            (Err(error), _) | (Ok(_), Err(error)) => return Err(error),
            (Ok(patient), Ok(row)) => (patient, row),
        };
        let number = own_number(&patient, number, self.today());
        let comment = booking.comment.as_deref().map(str::trim).filter(|comment| !comment.is_empty());
        let kind = self.patient_type(&patient, &row.caregiver).await?;
        let taken = match self.take_slot(unit, &row, (&patient, kind), comment).await {
            Ok(Some(taken)) if self.config.take_slot == TakeSlot::Post => taken,
            // Webdoc said yes, and not to what: only the calendar shows whether this patient has the time.
            Ok(_) => match self.taken_by(unit, &row, &number).await {
                Ok(Some(taken)) => taken,
                Ok(None) if self.config.take_slot == TakeSlot::Patch => return Err(EhrError::no_timeslots()),
                Ok(None) | Err(_) => return Err(unseen()),
            },
            Err(Failed::Other(error)) => return Err(error),
            Err(Failed::Refused(refusal)) => return Err(self.why_refused(unit, &row, &refusal).await),
            Err(Failed::InDoubt(doubt)) => doubt.settle(self.taken_by(unit, &row, &number).await)?,
        };
        self.answer_of(unit, &row, &taken, &number)
    }

    /// The caregiver and the type that are meant, or everything that is wrong with the ids.
    async fn wanted(&self, unit: &Unit, booking: &Booking, number: &Number) -> EhrResult<Wanted> {
        let caregiver = async {
            match &booking.slot.resource {
                Some(resource) => self.caregiver(unit, resource).await.map(|user| Some(user.id)),
                None => Ok(None),
            }
        };
        let kind = async {
            match &booking.slot.healthcare_service {
                Some(service) => self.booking_type(service).await.map(|kind| Some(kind.id)),
                None => Ok(None),
            }
        };
        match join!(caregiver, kind) {
            (Ok(caregiver), Ok(kind)) => Ok(Wanted { caregiver, kind }),
            (caregiver, kind) => {
                // The request fails anyway: the patient is looked at so that all its faults are told.
                let patient = self.patient_of(number).await;
                let mut errors = [patient.err(), caregiver.err(), kind.err()].into_iter().flatten();
                let first = errors.next().unwrap_or_else(EhrError::no_timeslots);
                Err(EhrError::together(first, errors))
            }
        }
    }

    /// The one free row with these times.
    async fn choose_row(&self, unit: &Unit, window: Window, wanted: Wanted) -> EhrResult<FreeRow> {
        if window.start < self.ctx.clock.now() {
            return Err(EhrError::no_timeslots());
        }
        let rows = self.shown_rows(unit, beginning(window), wanted).await?;
        let slot = match choose(self.slots(unit, &rows), window) {
            Chosen::None => return Err(EhrError::no_timeslots()),
            Chosen::Several(slots) => return Err(ambiguous(&slots)),
            Chosen::One(slot) => slot,
        };
        let is_it = |row: &FreeRow| {
            row.window == window
                && slot.resource_id.as_str() == row.caregiver
                && slot.healthcare_service_id.as_str() == row.kind.to_string()
        };
        rows.into_iter().find(is_it).ok_or_else(EhrError::no_timeslots)
    }

    /// Takes a free row for a patient, in the way that the connection is set to. What comes back may be nothing.
    async fn take_slot(
        &self,
        unit: &Unit,
        row: &FreeRow,
        (patient, kind): (&Patient, Option<Code>),
        note: Option<&str>,
    ) -> Result<Option<Native>, Failed> {
        let (date, start_time, end_time) = time::place(row.window, &self.config.zone)
            .ok_or_else(|| Failed::Other(EhrError::no_timeslots()))?;
        match self.config.take_slot {
            TakeSlot::Post => {
                let new = NewBooking {
                    user_id: &row.caregiver,
                    clinic_id: unit.native(),
                    patient_id: &patient.id,
                    booking_type_id: row.kind,
                    patient_type_id: kind,
                    date,
                    start_time,
                    end_time,
                    note,
                    allow_overlap: false,
                };
                self.attempt(native::create(self.api(), &new)).await
            }
            TakeSlot::Patch => {
                let change = BookingChange {
                    requested_by_user_id: self.acting_user(Some(&row.caregiver)),
                    booking_type_id: Some(row.kind),
                    patient_id: Some(&patient.id),
                    note,
                    ..BookingChange::default()
                };
                self.attempt(native::change(self.api(), &row.id, &change)).await
            }
        }
    }

    /// Somebody else was faster, or something is wrong with the booking? The calendar knows.
    async fn why_refused(&self, unit: &Unit, row: &FreeRow, refusal: &Refusal) -> EhrError {
        let wanted = Wanted { caregiver: Some(row.caregiver.clone()), kind: Some(row.kind) };
        match self.rows(unit, beginning(row.window), wanted).await {
            Ok(rows) if !rows.iter().any(|other| other.window == row.window) => {
                refusal.told_as(EhrError::no_timeslots())
            }
            _ => refusal.error(),
        }
    }

    /// The booking by which this patient has the row, if there is one: what a booking is known by when its answer was lost.
    async fn taken_by(&self, unit: &Unit, row: &FreeRow, number: &Number) -> EhrResult<Option<Native>> {
        let (from, to) = time::days(row.window, &self.config.zone);
        let filter = Filter {
            is_booked: Some(true),
            user_id: Some(row.caregiver.clone()),
            from_date: Some(from),
            to_date: Some(to),
            personal_number: Some(number.native()),
            ..Filter::default()
        };
        let rows = self.bookings(unit, &filter).await?;
        Ok(rows.into_iter().find(|found| {
            let own = found.patient.as_ref().and_then(|patient| patient.personal_number.as_deref());
            own.is_some_and(|own| number.is(own))
                && found.with() == Some(row.caregiver.as_str())
                && time::window(found, &self.config.zone) == Some(row.window)
                && mapping::kind(found, &[]).is_none_or(|kind| kind == row.kind)
        }))
    }

    /// The appointment that was made. What the answer leaves out of the place is what was asked for.
    fn answer_of(
        &self,
        unit: &Unit,
        row: &FreeRow,
        taken: &Native,
        number: &Number,
    ) -> EhrResult<Appointment> {
        let (date, start, end) =
            time::place(row.window, &self.config.zone).ok_or_else(EhrError::no_timeslots)?;
        let whole = Native {
            date: taken.date.or(Some(date)),
            start_time: taken.start_time.or(Some(start)),
            end_time: taken.end_time.or(Some(end)),
            booking_type: native::Kind::Id(row.kind),
            ..taken.clone()
        };
        let answer = self.answer(unit, &whole).ok_or_else(unseen)?;
        let slot = self.slots(unit, std::slice::from_ref(row)).pop();
        Ok(Appointment {
            patient_id: number.patient_id(),
            resource_id: answer.resource_id.or_else(|| slot.map(|slot| slot.resource_id)),
            ..answer
        })
    }
}

/// What starts when the window does.
fn beginning(window: Window) -> Window {
    let end = window.start.checked_add(SignedDuration::from_secs(1)).unwrap_or(window.end);
    Window { end, ..window }
}

fn unseen() -> EhrError {
    EhrError::outcome_unknown(
        "Webdoc answered the booking with success, and does not show it: look before you repeat it.",
    )
}

fn ambiguous(slots: &[Timeslot]) -> EhrError {
    let listed: Vec<String> = slots
        .iter()
        .map(|slot| {
            format!(
                "start {}, resource_id {}, healthcare_service_id {}",
                slot.start, slot.resource_id, slot.healthcare_service_id
            )
        })
        .collect();
    EhrError::fault(
        "start",
        FaultCode::AmbiguousTimeslots,
        format!(
            "Several timeslots match; name the resource and the healthcare service: {}.",
            listed.join("; ")
        ),
    )
}
