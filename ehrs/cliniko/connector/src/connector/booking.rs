//! Booking. Cliniko takes two bookings for one time, so: verify, create, ask for conflicts, and take back what clashes.

use futures::join;
use vardbro_ehr::turns::Taken;
use vardbro_ehr::{EhrError, EhrResult, Thing};
use vardbro_model::appointment::{Appointment, Booking, Chosen, choose};
use vardbro_model::error::FaultCode;
use vardbro_model::time::Window;
use vardbro_model::timeslot::Timeslot;

use super::availability::{Pair, pairs};
use super::session::Session;
use super::turns::Turn;
use super::units::{Offer, Unit, patient_id, resource_id, service_id};
use crate::config::Withdrawal;
use crate::wire::bookings::{self, Booking as NativeBooking};
use crate::wire::individual_appointments::{self as native, NewIndividualAppointment};
use crate::wire::{Filters, Id};

const WITHDRAWAL_NOTE: &str = "Taken back: the time was no longer free.";

impl Session<'_> {
    pub(super) async fn book(&self, unit: &Unit, booking: Booking) -> EhrResult<Appointment> {
        let window = booking.slot.window;
        let offer = self.offer(unit).await?;
        let (patient, resource, service) = self.named(unit, &offer, &booking).await?;
        let length = window.end.duration_since(window.start);
        let mut pairs = pairs(&offer, unit, resource, service);
        pairs.retain(|pair| pair.duration == length);
        if pairs.is_empty() || window.start < self.ctx.clock.now() {
            // The patient is looked at first: an unknown one is the graver fault.
            self.live_patient(patient).await?;
            return Err(EhrError::no_timeslots());
        }

        let _turns = self.take_turns(pairs.iter().map(|pair| Turn::Practitioner(pair.practitioner))).await?;
        let (patient_found, slot) =
            join!(self.live_patient(patient), self.choose_slot(unit, pairs.clone(), window));
        patient_found?;
        let pair = slot?;
        let created = self
            .run(native::create(
                self.api(),
                &NewIndividualAppointment {
                    starts_at: window.start,
                    ends_at: window.end,
                    patient_id: patient,
                    practitioner_id: pair.practitioner,
                    appointment_type_id: pair.kind,
                    business_id: unit.native(),
                    notes: booking.comment.as_deref().map(str::trim).filter(|comment| !comment.is_empty()),
                },
            ))
            .await?;
        self.settle(created.id, pair.practitioner, window).await?;
        Ok(self.answer(unit, &created))
    }

    /// The patient, resource and service that are meant, or everything that is wrong with them.
    async fn named(
        &self,
        unit: &Unit,
        offer: &Offer,
        booking: &Booking,
    ) -> EhrResult<(Id, Option<Id>, Option<Id>)> {
        let patient = patient_id(&booking.patient);
        let resource = match booking.slot.resource.as_ref().map(resource_id).transpose() {
            Ok(Some(id)) => self.require_resource(unit, Some(offer), id).await.map(|()| Some(id)),
            other => other,
        };
        let service = match booking.slot.healthcare_service.as_ref().map(service_id).transpose() {
            Ok(Some(id)) if offer.kind(id).is_none() => Err(EhrError::not_found(Thing::HealthcareService)),
            other => other,
        };
        match (patient, resource, service) {
            (Ok(patient), Ok(resource), Ok(service)) => Ok((patient, resource, service)),
            (patient, resource, service) => {
                // The request fails anyway: the patient is looked at so that all its faults are told.
                let patient = match patient {
                    Ok(id) => self.live_patient(id).await.map(|_| ()),
                    Err(error) => Err(error),
                };
                let mut errors = [patient.err(), resource.err(), service.err()].into_iter().flatten();
                let first = errors.next().unwrap_or_else(EhrError::no_timeslots);
                Err(EhrError::together(first, errors))
            }
        }
    }

    /// Waits until it is our turn with all of these.
    pub(super) async fn take_turns(&self, turns: impl IntoIterator<Item = Turn>) -> EhrResult<Taken> {
        self.turns.take(self.ctx.connection.id, turns.into_iter().collect(), self.ctx.deadline).await
    }

    async fn choose_slot(&self, unit: &Unit, pairs: Vec<Pair>, window: Window) -> EhrResult<Pair> {
        let free = self.free_times(unit, pairs.clone(), window).await?;
        match choose(free, window) {
            Chosen::None => Err(EhrError::no_timeslots()),
            Chosen::Several(slots) => Err(ambiguous(&slots)),
            Chosen::One(slot) => {
                let is_it = |pair: &Pair| {
                    slot.resource_id.as_str() == pair.practitioner.to_string()
                        && slot.healthcare_service_id.as_str() == pair.kind.to_string()
                };
                pairs.into_iter().find(is_it).ok_or_else(EhrError::no_timeslots)
            }
        }
    }

    /// Lets a new booking stand, or takes it back because it clashes. Of bookings that clash the lowest id stays, so that two
    /// gateways that book at the same moment come to the same end.
    async fn settle(&self, id: Id, practitioner: Id, window: Window) -> EhrResult<()> {
        let clashes = async {
            if !self.has_conflicts(id).await? {
                return Ok(false);
            }
            let others = self.bookings_of(practitioner, window).await?;
            let mut others = others.iter().filter(|other| other.id != id).peekable();
            // A conflict with nothing that we see is one that we cannot judge.
            Ok(others.peek().is_none() || others.any(|other| !other.is_individual() || other.id < id))
        };
        match clashes.await {
            Ok(false) => Ok(()),
            Ok(true) => {
                self.withdraw(id).await.map_err(|error| unsettled(id, error))?;
                Err(EhrError::no_timeslots())
            }
            // Taking back what may stand alone would be no better than keeping what may clash: the client must look.
            Err(error) => Err(unsettled(id, error)),
        }
    }

    pub(super) async fn has_conflicts(&self, id: Id) -> EhrResult<bool> {
        Ok(self.run(native::conflicts(self.api(), id)).await?.conflicts.exist)
    }

    /// Whatever takes the practitioner's time in the window, at any business.
    pub(super) async fn bookings_of(
        &self,
        practitioner: Id,
        window: Window,
    ) -> EhrResult<Vec<NativeBooking>> {
        let filters = Filters::default()
            .is("practitioner_id", practitioner)
            .before("starts_at", window.end)
            .after("ends_at", window.start);
        let mut rows = self.all(bookings::list(self.api(), &filters)).await?;
        rows.retain(|row| row.is_live() && row.starts_at < window.end && window.start < row.ends_at);
        Ok(rows)
    }

    async fn withdraw(&self, id: Id) -> EhrResult<()> {
        let order = match self.config.conflict_withdrawal {
            Withdrawal::Archive => native::archive(self.api(), id),
            Withdrawal::Cancel => native::cancel(self.api(), id, Some(WITHDRAWAL_NOTE)),
        };
        // Repeated after a lost answer it may find nothing any more: that is what was wanted.
        self.find(order.idempotent()).await.map(|_| ())
    }
}

/// The booking exists, and what is to become of it is not known.
pub(super) fn unsettled(id: Id, error: EhrError) -> EhrError {
    let unknown = EhrError::outcome_unknown(format!(
        "Appointment {id} was written, but whether it clashes with another one could not be settled: look at it before you repeat the call. {}",
        error.detail
    ));
    EhrError { emr_error: error.emr_error, retry_after: error.retry_after, ..unknown }
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
