//! Free times: of the operation `free_times`, or of the public list.

use std::collections::BTreeSet;

use futures::{StreamExt, TryStreamExt, stream};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use vardbro_ehr::{EhrError, EhrResult};
use vardbro_model::time::{DateTime, Window};
use vardbro_model::timeslot::{self, Timeslot};

use super::session::Session;
use super::units::Unit;
use crate::config::FreeTimesFrom;
use crate::error;
use crate::mapping::id;
use crate::operations::Name;
use crate::wire::catalogue::Host;
use crate::wire::free_times::{self, FreeTime};
use crate::wire::suggestions::{read_suggestions, suggestions};
use crate::wire::{Id, utc};

/// Calls under way at once for one question to the public list.
const AT_ONCE: usize = 4;

const SUGGESTIONS: &str = "all-suggestions-ever";

impl Session<'_> {
    /// The free times that start inside the window, asked of Kaddio now.
    pub(super) async fn free_times(
        &self,
        unit: &Unit,
        window: Window,
        host: Option<&Id>,
        kind: Option<&Id>,
    ) -> EhrResult<Vec<Timeslot>> {
        if window.end <= window.start {
            return Ok(Vec::new());
        }
        let found = match self.config.free_times {
            FreeTimesFrom::GraphQl => self.asked_times(unit, window, host, kind).await?,
            FreeTimesFrom::Rest => self.suggested_times(unit, host, kind).await?,
        };
        let mut seen = BTreeSet::new();
        let mut slots: Vec<Timeslot> = found
            .into_iter()
            .filter(|free| window.contains(free.start))
            .filter(|free| host.is_none_or(|host| free.resource_id == *host))
            .filter(|free| kind.is_none_or(|kind| free.healthcare_service_id == *kind))
            .filter(|free| is_offered(unit, free))
            .filter(|free| {
                seen.insert((free.start, free.resource_id.clone(), free.healthcare_service_id.clone()))
            })
            .map(|free| slot(unit, &free))
            .collect();
        timeslot::sort(&mut slots);
        Ok(slots)
    }

    async fn asked_times(
        &self,
        unit: &Unit,
        window: Window,
        host: Option<&Id>,
        kind: Option<&Id>,
    ) -> EhrResult<Vec<FreeTime>> {
        let asked = free_times::free_times(window, unit.place.as_ref(), host, kind);
        let about_here = self.asks_about(unit, Name::FreeTimes);
        let mut found = self.ask(asked).await?.timeslots;
        found.retain(|free| unit.has(free.care_unit_id.as_ref(), about_here));
        Ok(found)
    }

    /// One call for each host. The list names no place: whoever works at several is left out.
    async fn suggested_times(
        &self,
        unit: &Unit,
        host: Option<&Id>,
        kind: Option<&Id>,
    ) -> EhrResult<Vec<FreeTime>> {
        let hosts = unit.hosts().filter(|one| host.is_none_or(|host| one.id == *host));
        let here = hosts.filter(|host| unit.place.is_none() || host.care_unit_ids.len() == 1);
        let asking: Vec<_> = here.map(|host| self.suggested_of(unit, host, kind)).collect();
        let found: Vec<Vec<FreeTime>> = stream::iter(asking).buffer_unordered(AT_ONCE).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn suggested_of(&self, unit: &Unit, host: &Host, kind: Option<&Id>) -> EhrResult<Vec<FreeTime>> {
        let Some(slug) = host.slug.as_deref().filter(|slug| !slug.is_empty()) else { return Ok(Vec::new()) };
        let kind_slug = match kind.and_then(|kind| unit.kind(kind)) {
            None => None,
            Some(kind) if kind.slug.is_none() => return Ok(Vec::new()),
            Some(kind) => kind.slug.as_deref(),
        };
        let now = self.ctx.clock.now();
        let offset: Offset = unit.zone.to_offset(now);
        let call = suggestions(self.config.api.url(), offset, slug, kind_slug);
        let safety = call.safety;
        let response = self.send(call).await?;
        let found =
            read_suggestions(response.body()).map_err(|at| error::unreadable(SUGGESTIONS, &at, safety))?;
        let mut free = Vec::new();
        for (slug, starts) in found {
            let Some(kind) = unit.offered(host).find(|kind| kind.slug.as_deref() == Some(slug.as_str()))
            else {
                continue;
            };
            for suggestion in starts {
                free.push(FreeTime {
                    start: suggestion.start,
                    end: end(suggestion.start, kind.duration_minutes)?,
                    resource_id: host.id.clone(),
                    healthcare_service_id: kind.id.clone(),
                    care_unit_id: None,
                });
            }
        }
        Ok(free)
    }
}

fn end(start: Timestamp, minutes: u32) -> EhrResult<Timestamp> {
    start.checked_add(SignedDuration::from_mins(minutes.into())).map_err(|_| {
        EhrError::failed(format!("Kaddio answered a free time beyond all calendars: {}.", utc(start)))
    })
}

/// By the host, and to clients: what is for the practice alone is not shown.
fn is_offered(unit: &Unit, free: &FreeTime) -> bool {
    let Some(host) = unit.host(&free.resource_id) else { return false };
    let mut kinds = unit.offered(host);
    kinds.any(|kind| kind.id == free.healthcare_service_id && kind.bookable_online != Some(false))
}

fn slot(unit: &Unit, free: &FreeTime) -> Timeslot {
    Timeslot {
        start: DateTime::in_zone(free.start, &unit.zone),
        end: DateTime::in_zone(free.end, &unit.zone),
        resource_id: id::resource(&free.resource_id),
        healthcare_service_id: id::healthcare_service(&free.healthcare_service_id),
        care_unit_id: unit.id.clone(),
    }
}
