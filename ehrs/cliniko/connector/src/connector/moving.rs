//! Changing appointments: verify the new time, patch, ask for conflicts, and patch back what clashes.

use futures::try_join;
use vardbro_ehr::{EhrError, EhrResult};
use vardbro_model::appointment::{Appointment, AppointmentChange};
use vardbro_model::id::AppointmentId;
use vardbro_model::time::Window;

use super::appointments::overlap;
use super::availability::{Pair, duration, pairs};
use super::booking::unsettled;
use super::session::Session;
use super::turns::Turn;
use super::units::{Unit, resource_id};
use crate::mapping::text;
use crate::wire::Id;
use crate::wire::individual_appointments::{self as native, IndividualAppointment, Patch, Place};

impl Session<'_> {
    pub(super) async fn change_appointment(
        &self,
        unit: &Unit,
        id: &AppointmentId,
        change: AppointmentChange,
    ) -> EhrResult<Appointment> {
        let practitioner = change.resource.as_ref().map(resource_id).transpose()?;
        let _turn = self.take_turns(Id::parse(id.as_str()).map(Turn::Appointment)).await?;
        let present = self.appointment_at(unit, id).await?;
        if present.cancelled_at.is_some() {
            return Err(EhrError::conflict("The appointment is cancelled, and Cliniko cannot undo that."));
        }

        let here = Window { start: present.starts_at, end: present.ends_at };
        let window = change.window.unwrap_or(here);
        let new_practitioner = practitioner.filter(|id| present.practitioner.id() != Some(*id));
        let moves = window != here || new_practitioner.is_some();
        let comment = change.comment.map(|comment| comment.filter(|comment| !comment.trim().is_empty()));
        let comment = comment
            .filter(|comment| comment.as_deref().map(str::trim) != text(present.notes.as_ref()).as_deref());
        let notes = comment.as_ref().map(Option::as_deref);
        if !moves {
            if notes.is_none() {
                return Ok(self.answer(unit, &present));
            }
            let patch = native::update(self.api(), present.id, &Patch { place: None, notes });
            return Ok(self.answer(unit, &self.run(patch).await?));
        }

        let Some(target) = new_practitioner.or(present.practitioner.id()) else {
            return Err(EhrError::conflict("The appointment has no practitioner."));
        };
        // Also the one that is left: if the move is put back, the old time must not have been given away.
        let turns = [Some(target), present.practitioner.id()].into_iter().flatten().map(Turn::Practitioner);
        let _turns = self.take_turns(turns).await?;
        self.verify_move(unit, &present, target, window).await?;

        let place = Place { starts_at: window.start, ends_at: window.end, practitioner_id: new_practitioner };
        let moved =
            self.run(native::update(self.api(), present.id, &Patch { place: Some(place), notes })).await?;
        match self.has_conflicts(present.id).await {
            Ok(false) => Ok(self.answer(unit, &moved)),
            Ok(true) => {
                self.put_back(&present, new_practitioner.is_some(), notes.is_some())
                    .await
                    .map_err(|error| unsettled(present.id, error))?;
                Err(EhrError::no_timeslots())
            }
            Err(error) => Err(unsettled(present.id, error)),
        }
    }

    /// Whether the practitioner is free at that time, the appointment's own time counted as free.
    async fn verify_move(
        &self,
        unit: &Unit,
        present: &IndividualAppointment,
        target: Id,
        window: Window,
    ) -> EhrResult<()> {
        let offer = self.offer(unit).await?;
        let stays = present.practitioner.id() == Some(target);
        if !stays {
            self.require_resource(unit, Some(&offer), target).await?;
        }
        let kind = present.appointment_type.id();
        let pair = kind.and_then(|kind| pairs(&offer, unit, Some(target), Some(kind)).pop());
        let usual = kind.and_then(|kind| offer.kind(kind)).and_then(duration);
        let length = window.end.duration_since(window.start);
        let present_length = present.ends_at.duration_since(present.starts_at);
        let offered = kind.is_some_and(|kind| offer.is_offered_by(kind, target));
        let fits = Some(length) == usual || length == present_length;
        if !fits || !(stays || offered) || window.start < self.ctx.clock.now() {
            return Err(EhrError::no_timeslots());
        }

        let own = (present.starts_at, present.ends_at);
        let over_itself = stays && overlap(own, (window.start, window.end));
        let free = match pair {
            // Cliniko lists starts for the type's own length, and none that the appointment itself takes.
            // A time that it lists is free; one beside its grid may be.
            Some(pair)
                if pair.duration == length && !over_itself && self.is_listed(unit, pair, window).await? =>
            {
                true
            }
            _ => self.is_free(unit, target, window, present).await?,
        };
        if free { Ok(()) } else { Err(EhrError::no_timeslots()) }
    }

    async fn is_listed(&self, unit: &Unit, pair: Pair, window: Window) -> EhrResult<bool> {
        let slots = self.free_times(unit, vec![pair], window).await?;
        Ok(slots.iter().any(|slot| slot.start.timestamp() == window.start))
    }

    /// Whether nothing but the appointment itself takes the practitioner's time in the window, within working hours.
    async fn is_free(
        &self,
        unit: &Unit,
        practitioner: Id,
        window: Window,
        own: &IndividualAppointment,
    ) -> EhrResult<bool> {
        let (bookings, works) =
            try_join!(self.bookings_of(practitioner, window), self.works(unit, practitioner, window))?;
        Ok(works && bookings.iter().all(|booking| booking.id == own.id))
    }

    async fn put_back(
        &self,
        before: &IndividualAppointment,
        practitioner: bool,
        notes: bool,
    ) -> EhrResult<()> {
        let place = Place {
            starts_at: before.starts_at,
            ends_at: before.ends_at,
            practitioner_id: before.practitioner.id().filter(|_| practitioner),
        };
        let patch = Patch { place: Some(place), notes: notes.then_some(before.notes.as_deref()) };
        self.run(native::update(self.api(), before.id, &patch).idempotent()).await.map(|_| ())
    }
}
