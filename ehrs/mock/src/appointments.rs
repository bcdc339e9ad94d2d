//! Appointments: booking, reading, moving and cancelling. Codes are in `confirmation`.

use jiff::{SignedDuration, Timestamp};
use vardbro_ehr::{EhrError, EhrResult, Thing};
use vardbro_model::appointment::{
    Appointment, AppointmentChange, AppointmentQuery, AppointmentStatus, Booking, Chosen, SlotChoice, choose,
};
use vardbro_model::error::{Fault, FaultCode};
use vardbro_model::id::{AppointmentId, CareUnitId, HealthcareServiceId, PatientId, ResourceId};
use vardbro_model::page::{Page, PageRequest};
use vardbro_model::time::{DateTime, Window};
use vardbro_model::timeslot::Timeslot;

use crate::capabilities::MAX_COMMENT_LENGTH;
use crate::confirmation::{Challenge, Subject};
use crate::state::{State, Unit, certain, length, page_of};

/// An appointment as the EHR keeps it.
#[derive(Clone)]
pub(crate) struct Held {
    pub(crate) id: AppointmentId,
    pub(crate) care_unit: CareUnitId,
    pub(crate) patient: PatientId,
    pub(crate) resource: ResourceId,
    pub(crate) service: HealthcareServiceId,
    pub(crate) window: Window,
    pub(crate) comment: Option<String>,
    pub(crate) standing: Standing,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// Where it stands, in this EHR's own terms.
#[derive(Clone)]
pub(crate) enum Standing {
    Unconfirmed(Challenge),
    Scheduled,
    Arrived,
    NoShow,
    Withdrawn,
}

impl Held {
    /// Whether it occupies its time.
    pub(crate) fn is_live(&self) -> bool {
        !matches!(self.standing, Standing::Withdrawn)
    }

    /// The status of the API, and the EHR's own word.
    pub(crate) fn status(&self, now: Timestamp) -> (AppointmentStatus, &'static str) {
        match self.standing {
            Standing::Unconfirmed(_) => (AppointmentStatus::AwaitingConfirmation, "unconfirmed"),
            Standing::Scheduled if self.window.end <= now => (AppointmentStatus::Completed, "elapsed"),
            Standing::Scheduled => (AppointmentStatus::Booked, "scheduled"),
            Standing::Arrived => (AppointmentStatus::Completed, "arrived"),
            Standing::NoShow => (AppointmentStatus::Completed, "no_show"),
            Standing::Withdrawn => (AppointmentStatus::Cancelled, "withdrawn"),
        }
    }

    pub(crate) fn view(&self, unit: &Unit, now: Timestamp) -> Appointment {
        let (status, word) = self.status(now);
        let confirmation = match &self.standing {
            Standing::Unconfirmed(challenge) => Some(challenge.confirmation.clone()),
            _ => None,
        };
        Appointment {
            id: self.id.clone(),
            emr_id: self.id.as_str().to_owned(),
            care_unit_id: self.care_unit.clone(),
            status,
            emr_status: Some(word.to_owned()),
            start: DateTime::in_zone(self.window.start, &unit.zone),
            end: DateTime::in_zone(self.window.end, &unit.zone),
            patient_id: Some(self.patient.clone()),
            resource_id: Some(self.resource.clone()),
            healthcare_service_id: Some(self.service.clone()),
            comment: self.comment.clone(),
            confirmation,
            created_at: Some(DateTime::in_zone(self.created_at, &unit.zone)),
            updated_at: Some(DateTime::in_zone(self.updated_at, &unit.zone)),
        }
    }
}

impl State {
    pub(crate) fn appointments(
        &self,
        care_unit: &CareUnitId,
        query: &AppointmentQuery,
        page: &PageRequest,
        now: Timestamp,
    ) -> EhrResult<Page<Appointment>> {
        let unit = self.unit(care_unit)?;
        let patient = query.patient.as_ref().map(|named| self.patient_id(named)).transpose()?;
        let resource = query.resource.as_ref().map(|named| self.resource(care_unit, named)).transpose()?;
        if let Some(service) = &query.healthcare_service {
            self.service(care_unit, service)?;
        }
        let wanted = |held: &&Held| {
            held.care_unit == *care_unit
                && query.wants(held.status(now).0)
                && patient.as_ref().is_none_or(|patient| held.patient == *patient)
                && resource.is_none_or(|only| held.resource == only.resource.id)
                && query.healthcare_service.as_ref().is_none_or(|service| held.service == *service)
                && query.window.is_none_or(|window| window.contains(held.window.start))
        };
        let mut found: Vec<&Held> = self.appointments.values().filter(wanted).collect();
        found.sort_by_key(|held| (held.window.start, &held.id));
        Ok(page_of(found, page)?.map(|held| held.view(unit, now)))
    }

    pub(crate) fn appointment(
        &self,
        care_unit: &CareUnitId,
        id: &AppointmentId,
        now: Timestamp,
    ) -> EhrResult<Appointment> {
        let unit = self.unit(care_unit)?;
        match self.subject(care_unit, id)? {
            Subject::Appointment(held) => Ok(held.view(unit, now)),
            Subject::Withdrawal(withdrawal, held) => Ok(withdrawal.view(held, unit, now)),
        }
    }

    pub(crate) fn book(
        &mut self,
        care_unit: &CareUnitId,
        booking: Booking,
        now: Timestamp,
    ) -> EhrResult<Appointment> {
        let patient = self.named_in(care_unit, &booking)?;
        check_comment(booking.comment.as_deref())?;
        let slot = self.choose_slot(care_unit, &booking.slot, now)?;
        let id = certain(AppointmentId::parse(&format!("apt-{}", self.next_number())));
        let standing = if self.unit(care_unit)?.asks_for_codes {
            Standing::Unconfirmed(self.ask_for_code_of_booking(&patient, &id, now))
        } else {
            Standing::Scheduled
        };
        let held = Held {
            id: id.clone(),
            care_unit: care_unit.clone(),
            patient,
            resource: slot.resource_id,
            service: slot.healthcare_service_id,
            window: booking.slot.window,
            comment: booking.comment,
            standing,
            created_at: now,
            updated_at: now,
        };
        let view = held.view(self.unit(care_unit)?, now);
        self.appointments.insert(id, held);
        Ok(view)
    }

    pub(crate) fn change_appointment(
        &mut self,
        care_unit: &CareUnitId,
        id: &AppointmentId,
        change: AppointmentChange,
        now: Timestamp,
    ) -> EhrResult<Appointment> {
        let unit = self.unit(care_unit)?;
        let held = self.changeable(care_unit, id)?;
        let AppointmentChange { window, resource, comment } = change;
        let moves = window.is_some() || resource.is_some();
        if moves && !held.is_live() {
            return Err(EhrError::conflict("A cancelled appointment cannot be moved."));
        }
        let window = window.unwrap_or(held.window);
        let resource = match &resource {
            Some(named) => self.resource(care_unit, named)?,
            None => self.bookable(&held.resource)?,
        };
        let comment = comment.unwrap_or_else(|| held.comment.clone());
        check_comment(comment.as_deref())?;
        let moved = window != held.window || resource.resource.id != held.resource;
        if moved {
            if held.status(now).0 == AppointmentStatus::Completed {
                return Err(EhrError::conflict("A completed appointment cannot be moved."));
            }
            let service = self.service(care_unit, &held.service)?;
            let fits = length(service) == window.end.duration_since(window.start);
            if !fits || !resource.offers(&service.id) || !self.is_free(unit, resource, window, id, now) {
                return Err(EhrError::no_timeslots());
            }
        }
        let changed = moved || comment != held.comment;
        let updated_at = if changed { now } else { held.updated_at };
        let after =
            Held { window, resource: resource.resource.id.clone(), comment, updated_at, ..held.clone() };
        let view = after.view(unit, now);
        self.appointments.insert(after.id.clone(), after);
        Ok(view)
    }

    pub(crate) fn cancel(
        &mut self,
        care_unit: &CareUnitId,
        id: &AppointmentId,
        comment: Option<&str>,
        now: Timestamp,
    ) -> EhrResult<Appointment> {
        let unit = self.unit(care_unit)?;
        let held = match self.subject(care_unit, id)? {
            Subject::Withdrawal(withdrawal, held) => return Ok(withdrawal.view(held, unit, now)),
            Subject::Appointment(held) => held,
        };
        check_comment(comment)?;
        match held.status(now).0 {
            AppointmentStatus::Cancelled => Ok(held.view(unit, now)),
            AppointmentStatus::Completed => {
                Err(EhrError::conflict("A completed appointment cannot be cancelled."))
            }
            AppointmentStatus::Booked if unit.asks_for_codes => {
                let (care_unit, id) = (care_unit.clone(), id.clone());
                self.begin_withdrawal(&care_unit, &id, comment, now)
            }
            AppointmentStatus::Booked | AppointmentStatus::AwaitingConfirmation => {
                let id = id.clone();
                self.withdraw(&id, comment.map(str::to_owned), now)
            }
        }
    }

    /// Takes the appointment out of the calendar and keeps it as cancelled.
    pub(crate) fn withdraw(
        &mut self,
        id: &AppointmentId,
        comment: Option<String>,
        now: Timestamp,
    ) -> EhrResult<Appointment> {
        let held = self.appointments.get_mut(id).ok_or_else(|| EhrError::not_found(Thing::Appointment))?;
        held.standing = Standing::Withdrawn;
        held.updated_at = now;
        held.comment = comment.or_else(|| held.comment.take());
        let held = held.clone();
        Ok(held.view(self.unit(&held.care_unit)?, now))
    }

    /// The appointment of this care unit that may be changed under this id.
    fn changeable(&self, care_unit: &CareUnitId, id: &AppointmentId) -> EhrResult<&Held> {
        match self.subject(care_unit, id)? {
            Subject::Appointment(held) => Ok(held),
            Subject::Withdrawal(_, held) => Err(EhrError::conflict(format!(
                "This id names the cancelling of appointment {}: it can be confirmed, not changed.",
                held.id
            ))),
        }
    }

    /// Checks every id of a booking, so that all that name nothing are told at once, and resolves the patient's.
    fn named_in(&self, care_unit: &CareUnitId, booking: &Booking) -> EhrResult<PatientId> {
        self.unit(care_unit)?;
        let patient = self.patient_id(&booking.patient);
        let resource = booking.slot.resource.as_ref().map(|named| self.resource(care_unit, named).map(drop));
        let service = booking.slot.healthcare_service.as_ref();
        let service = service.map(|id| self.service(care_unit, id).map(drop));
        let mut missing: Vec<Thing> = Vec::new();
        missing.extend(patient.is_err().then_some(Thing::Patient));
        missing.extend(matches!(resource, Some(Err(_))).then_some(Thing::Resource));
        missing.extend(matches!(service, Some(Err(_))).then_some(Thing::HealthcareService));
        match missing.as_slice() {
            [] => patient,
            [only] => Err(EhrError::not_found(*only)),
            several => Err(EhrError::invalid(several.iter().map(|thing| names_nothing(*thing)).collect())),
        }
    }

    fn choose_slot(
        &self,
        care_unit: &CareUnitId,
        wanted: &SlotChoice,
        now: Timestamp,
    ) -> EhrResult<Timeslot> {
        let start = wanted.window.start;
        let instant = Window { start, end: start.checked_add(SignedDuration::from_secs(1)).unwrap_or(start) };
        let (resource, service) = (wanted.resource.as_ref(), wanted.healthcare_service.as_ref());
        if start < now {
            return Err(EhrError::no_timeslots());
        }
        let free = self.timeslots(care_unit, instant, resource, service, now)?;
        match choose(free, wanted.window) {
            Chosen::One(slot) => Ok(*slot),
            Chosen::None => Err(EhrError::no_timeslots()),
            Chosen::Several(slots) => Err(ambiguous(&slots)),
        }
    }
}

fn names_nothing(thing: Thing) -> Fault {
    Fault::at(thing.parameter(), thing.fault_code(), format!("There is no such {}.", thing.name()))
}

/// Several slots match: at `resource_id` where they differ in it, else at `healthcare_service_id`.
fn ambiguous(slots: &[Timeslot]) -> EhrError {
    let several_resources = slots.windows(2).any(|pair| match pair {
        [a, b] => a.resource_id != b.resource_id,
        _ => false,
    });
    let path =
        if several_resources { Thing::Resource.parameter() } else { Thing::HealthcareService.parameter() };
    let list: Vec<String> = slots
        .iter()
        .map(|slot| {
            format!(
                "start {}, resource_id {}, healthcare_service_id {}",
                slot.start, slot.resource_id, slot.healthcare_service_id
            )
        })
        .collect();
    let detail = format!("Several timeslots match; name the resource and the service: {}.", list.join("; "));
    EhrError::fault(path, FaultCode::AmbiguousTimeslots, detail)
}

fn check_comment(comment: Option<&str>) -> EhrResult<()> {
    let characters = comment.map_or(0, |comment| comment.chars().count());
    if characters <= MAX_COMMENT_LENGTH {
        return Ok(());
    }
    Err(EhrError::fault(
        "comment",
        FaultCode::InvalidCommentLength,
        format!("The comment has {characters} characters; at most {MAX_COMMENT_LENGTH} are taken."),
    ))
}
