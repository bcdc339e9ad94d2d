//! Booking: verify, book once, and look when it is not known what became of it.

use futures::join;
use vardbro_ehr::wire::Delivery;
use vardbro_ehr::{EhrError, EhrErrorKind, EhrResult};
use vardbro_model::appointment::{Appointment, AppointmentStatus, Booking, Chosen, choose};
use vardbro_model::error::FaultCode;
use vardbro_model::time::Window;
use vardbro_model::timeslot::Timeslot;
use vardbro_model::typed_id::PatientRef;

use super::appointments::a_second_after;
use super::session::Session;
use super::units::Unit;
use crate::mapping::appointment::status;
use crate::operations::Name;
use crate::wire::Id;
use crate::wire::bookings::{self, Booking as Native, NewBooking, OneBooking};

/// A free time that was found for a booking.
struct Slot {
    window: Window,
    host: Id,
    kind: Id,
}

impl Session<'_> {
    pub(super) async fn book(&self, unit: &Unit, booking: Booking) -> EhrResult<Appointment> {
        let comment = self.comment(booking.comment.as_deref())?;
        let window = booking.slot.window;
        let (client, host, kind) = self.named(unit, &booking).await?;
        if window.start < self.ctx.clock.now() {
            self.client_of(&client).await?;
            return Err(EhrError::no_timeslots());
        }
        let (found, slot, before) = join!(
            self.require_client(&client, &booking.patient),
            self.choose_slot(unit, window, host.as_ref(), kind.as_ref()),
            self.bookings_at(&client, window.start),
        );
        found?;
        let slot = slot?;
        let new = NewBooking {
            patient_id: &client,
            resource_id: &slot.host,
            healthcare_service_id: &slot.kind,
            care_unit_id: unit.place.as_ref(),
            start: window.start,
            end: window.end,
            comment,
        };
        let booked = match self.exchange(bookings::create(&new), None).await {
            Ok(Ok(OneBooking { appointment: Some(booked) })) => booked,
            Ok(Ok(OneBooking { appointment: None })) => {
                self.booked_after_all(&client, &slot, before, unsaid()).await?
            }
            Ok(Err(words)) => return Err(self.why_refused(unit, &slot, &words).await),
            Err(error) if error.kind == EhrErrorKind::OutcomeUnknown => {
                self.booked_after_all(&client, &slot, before, error).await?
            }
            Err(error) => return Err(error),
        };
        if is_another(&booked, &client, &slot) {
            return Err(another(&booked));
        }
        Ok(self.answer(unit, &booked))
    }

    /// Who and what is meant, or everything that is wrong with it.
    async fn named(&self, unit: &Unit, booking: &Booking) -> EhrResult<(Id, Option<Id>, Option<Id>)> {
        let client = self.client_id(&booking.patient).await;
        let named = unit.named(booking.slot.resource.as_ref(), booking.slot.healthcare_service.as_ref());
        match (client, named) {
            (Ok(client), Ok((host, kind))) => Ok((client, host, kind)),
            (Err(error), Ok(_)) => Err(error),
            (Err(first), Err(error)) => Err(EhrError::together(first, [error])),
            // The request fails anyway: the patient is looked at so that all its faults are told.
            (Ok(client), Err(error)) => match self.client_of(&client).await {
                Ok(_) => Err(error),
                Err(first) => Err(EhrError::together(first, [error])),
            },
        }
    }

    fn comment<'c>(&self, comment: Option<&'c str>) -> EhrResult<Option<&'c str>> {
        let comment = comment.map(str::trim).filter(|comment| !comment.is_empty());
        if comment.is_some() && !self.config.documents.take(Name::CreateBooking, "comment") {
            let setting = Name::CreateBooking.spec().setting;
            let detail = format!("The connection's {setting} does not take it.");
            return Err(EhrError::fault("comment", FaultCode::NotSupported, detail));
        }
        Ok(comment)
    }

    /// Whoever was looked up by number is there.
    async fn require_client(&self, client: &Id, patient: &PatientRef) -> EhrResult<()> {
        match patient {
            PatientRef::Swedish(_) => Ok(()),
            _ => self.client_of(client).await.map(|_| ()),
        }
    }

    async fn choose_slot(
        &self,
        unit: &Unit,
        window: Window,
        host: Option<&Id>,
        kind: Option<&Id>,
    ) -> EhrResult<Slot> {
        let at = Window { start: window.start, end: a_second_after(window.start) };
        let free = self.free_times(unit, at, host, kind).await?;
        match choose(free, window) {
            Chosen::None => Err(EhrError::no_timeslots()),
            Chosen::Several(slots) => Err(ambiguous(&slots)),
            Chosen::One(slot) => {
                let host = Id::parse(slot.resource_id.as_str());
                let kind = Id::parse(slot.healthcare_service_id.as_str());
                match (host, kind) {
                    (Some(host), Some(kind)) => Ok(Slot { window, host, kind }),
                    _ => Err(EhrError::no_timeslots()),
                }
            }
        }
    }

    /// Kaddio refused: because somebody was faster, or for a reason of its own?
    async fn why_refused(&self, unit: &Unit, slot: &Slot, words: &str) -> EhrError {
        match self.choose_slot(unit, slot.window, Some(&slot.host), Some(&slot.kind)).await {
            Err(error) if matches!(error.kind, EhrErrorKind::Invalid(_)) => {
                EhrError::no_timeslots().with_words(words).delivered(Delivery::Rejected)
            }
            _ => Self::refused(words),
        }
    }

    /// The answer was lost: a booking of the client at that time that was not there before is the one.
    async fn booked_after_all(
        &self,
        client: &Id,
        slot: &Slot,
        before: EhrResult<Vec<Native>>,
        lost: EhrError,
    ) -> EhrResult<Native> {
        let Ok(before) = before else { return Err(lost) };
        let Ok(after) = self.bookings_at(client, slot.window.start).await else { return Err(lost) };
        let now = self.ctx.clock.now();
        let is_new = |row: &Native| {
            row.resource_id.as_ref() == Some(&slot.host)
                && row.healthcare_service_id.as_ref() == Some(&slot.kind)
                && status(row, now) != AppointmentStatus::Cancelled
                && !before.iter().any(|known| known.id == row.id)
        };
        let mut new = after.into_iter().filter(is_new);
        match (new.next(), new.next()) {
            (Some(only), None) => Ok(only),
            _ => Err(lost),
        }
    }
}

/// Whether Kaddio says that it booked somebody or something else. What it leaves open is believed.
fn is_another(booked: &Native, client: &Id, slot: &Slot) -> bool {
    let differs = |told: &Option<Id>, asked: &Id| told.as_ref().is_some_and(|told| told != asked);
    booked.start != slot.window.start
        || differs(&booked.patient_id, client)
        || differs(&booked.resource_id, &slot.host)
        || differs(&booked.healthcare_service_id, &slot.kind)
}

fn another(booked: &Native) -> EhrError {
    EhrError::outcome_unknown(format!(
        "Kaddio answered create_booking with another booking than the one that was asked for: look at appointment {}.",
        booked.id
    ))
}

fn unsaid() -> EhrError {
    EhrError::outcome_unknown(
        "Kaddio answered create_booking with nothing: it may or may not have booked. Look before you repeat it.",
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
