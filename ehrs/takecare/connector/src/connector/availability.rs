//! Free times, asked of TakeCare now.

use futures::future::try_join_all;
use futures::{join, try_join};
use jiff::civil::Date;
use vardbro_ehr::{EhrError, EhrResult};
use vardbro_model::time::Window;
use vardbro_model::timeslot::{self, Timeslot};

use super::session::Session;
use super::units::Unit;
use crate::mapping::{offer as mapping, times};
use crate::wire::availability::{self as native, Availability, Timeslot as NativeTimeslot};

/// A free time, and the span that its local times mean.
#[derive(Clone)]
pub(super) struct FreeTime {
    pub(super) native: NativeTimeslot,
    pub(super) window: Window,
}

/// Whose and which free times are meant.
#[derive(Clone, Copy, Default)]
pub(super) struct Filter {
    pub(super) resource: Option<u64>,
    pub(super) service: Option<u16>,
}

impl Filter {
    /// The filters of a question are not trusted blindly.
    fn holds(self, slot: &NativeTimeslot) -> bool {
        self.resource.is_none_or(|id| slot.resource.id == id)
            && self.service.is_none_or(|id| slot.time_type == id)
    }
}

impl Session<'_> {
    /// TakeCare's rows of these days, both included.
    pub(super) async fn native_slots(
        &self,
        unit: &Unit,
        days: (Date, Date),
        service: Option<u16>,
        resource: Option<u64>,
    ) -> EhrResult<Vec<NativeTimeslot>> {
        let pieces = times::pieces(days, self.config.days_per_call);
        let questions = pieces.into_iter().map(|(first, last)| {
            let wanted = Availability { booking: None, first, last, time_type: service, resource };
            self.run(native::timeslots(&self.api, &unit.key, &wanted))
        });
        Ok(try_join_all(questions).await?.into_iter().flatten().collect())
    }

    /// The free times that start inside the window, of what may be booked over the web.
    pub(super) async fn free_times(
        &self,
        unit: &Unit,
        window: Window,
        filter: Filter,
    ) -> EhrResult<Vec<FreeTime>> {
        let days = times::days(window, &self.config.zone);
        let (rows, types) = try_join!(
            self.native_slots(unit, days, filter.service, filter.resource),
            self.time_types(&unit.key),
        )?;
        let is_web = |row: &NativeTimeslot| types.types.iter().any(|known| known.id == row.time_type);
        Ok(self.inside(rows.into_iter().filter(is_web), window, filter))
    }

    /// The times to which a booking can be moved: TakeCare wants the booking, and no time type.
    pub(super) async fn free_times_for_move(
        &self,
        unit: &Unit,
        booking: &str,
        window: Window,
        filter: Filter,
    ) -> EhrResult<Vec<FreeTime>> {
        let (first, last) = times::days(window, &self.config.zone);
        let wanted = Availability { booking: Some(booking), first, last, time_type: None, resource: None };
        let rows = self.run(native::timeslots(&self.api, &unit.key, &wanted)).await?;
        Ok(self.inside(rows, window, filter))
    }

    fn inside(
        &self,
        rows: impl IntoIterator<Item = NativeTimeslot>,
        window: Window,
        filter: Filter,
    ) -> Vec<FreeTime> {
        let mut free: Vec<FreeTime> = Vec::new();
        for native in rows.into_iter().filter(|row| filter.holds(row)) {
            let Some(span) = times::span(native.start, native.end, &self.config.zone) else { continue };
            if window.contains(span.start) {
                free.push(FreeTime { native, window: span });
            }
        }
        let key =
            |one: &FreeTime| (one.window.start, one.native.resource.id, one.native.time_type, one.window.end);
        free.sort_by_key(key);
        // The two passes of the doubled hour have the same digits.
        free.dedup_by_key(|one| key(one));
        free
    }

    pub(super) fn timeslots_of(&self, unit: &Unit, free: &[FreeTime]) -> Vec<Timeslot> {
        let slot = |one: &FreeTime| mapping::timeslot(&one.native, one.window, &unit.id, &self.config.zone);
        let mut slots: Vec<Timeslot> = free.iter().filter_map(slot).collect();
        timeslot::sort(&mut slots);
        slots
    }

    pub(super) async fn timeslots(
        &self,
        unit: &Unit,
        window: Window,
        filter: Filter,
    ) -> EhrResult<Vec<Timeslot>> {
        let slots = self.timeslots_of(unit, &self.free_times(unit, window, filter).await?);
        if slots.is_empty() {
            self.require_offer(unit, filter).await?;
        }
        Ok(slots)
    }

    /// Nothing was found: because nothing is there, or because one of the ids names nothing?
    pub(super) async fn require_offer(&self, unit: &Unit, filter: Filter) -> EhrResult<()> {
        let (resource, service) =
            join!(self.require_resource(unit, filter.resource), self.require_service(unit, filter.service));
        let mut errors = [resource.err(), service.err()].into_iter().flatten();
        match errors.next() {
            Some(first) => Err(EhrError::together(first, errors)),
            None => Ok(()),
        }
    }
}
