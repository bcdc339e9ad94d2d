//! Reading appointments. The cursor is the last one's start and id, so that bookings which come and go between two pages neither
//! repeat nor hide others.

use std::collections::BTreeMap;

use jiff::Timestamp;
use vardbro_ehr::{EhrError, EhrResult, Thing};
use vardbro_model::appointment::{Appointment, AppointmentQuery, AppointmentStatus};
use vardbro_model::id::AppointmentId;
use vardbro_model::page::{Cursor, Page, PageRequest};

use super::paging::{Pages, foreign_cursor};
use super::session::Session;
use super::units::Unit;
use crate::mapping::appointment as mapping;
use crate::operations::Name;
use crate::wire::Id;
use crate::wire::bookings::{self, Booking, Wanted};

type Key = (Timestamp, Id);

impl Session<'_> {
    pub(super) async fn appointments(
        &self,
        unit: &Unit,
        query: AppointmentQuery,
        request: PageRequest,
    ) -> EhrResult<Page<Appointment>> {
        let (host, kind) = unit.named(query.resource.as_ref(), query.healthcare_service.as_ref())?;
        let client = match &query.patient {
            Some(patient) => Some(self.client_id(patient).await?),
            None => None,
        };
        if query.status == Some(AppointmentStatus::AwaitingConfirmation) {
            return Ok(Page { items: Vec::new(), next: None });
        }
        let after = request.cursor.as_ref().map(read_cursor).transpose()?;
        let wanted = Wanted {
            care_unit_id: unit.place.clone(),
            patient_id: client,
            resource_id: host,
            healthcare_service_id: kind,
            from: query.window.map(|window| window.start).max(after.as_ref().map(|(at, _)| *at)),
            to: query.window.map(|window| window.end),
        };
        let now = self.ctx.clock.now();
        let about_here = self.asks_about(unit, Name::Bookings);
        let belongs = |row: &Booking| {
            is_wanted(&wanted, row)
                && unit.has(row.care_unit_id.as_ref(), about_here)
                && query.wants(mapping::status(row, now))
        };
        let page = self.by_start(&wanted, after, request.limit, belongs).await?;
        if page.items.is_empty() && request.cursor.is_none() {
            self.explain_emptiness(wanted.patient_id.as_ref()).await?;
        }
        Ok(page.map(|row| self.answer(unit, &row)))
    }

    async fn by_start(
        &self,
        wanted: &Wanted,
        after: Option<Key>,
        limit: usize,
        belongs: impl Fn(&Booking) -> bool,
    ) -> EhrResult<Page<Booking>> {
        let mut pages = Pages::from(self, 0, |offset| bookings::list_of(wanted, offset));
        let mut rows: BTreeMap<Key, Booking> = BTreeMap::new();
        while let Some(page) = pages.next().await? {
            // Bookings of the same start may continue on the next page: only what lies before them is complete.
            let edge = page.last().filter(|_| pages.has_more()).map(|row| row.start);
            for row in page {
                let key = (row.start, row.id.clone());
                if after.as_ref().is_none_or(|after| *after < key) && belongs(&row) {
                    rows.insert(key, row);
                }
            }
            let complete = rows.keys().filter(|(start, _)| edge.is_none_or(|edge| *start < edge)).count();
            if complete > limit {
                break;
            }
        }
        let more = rows.len() > limit;
        let mut rows: Vec<(Key, Booking)> = rows.into_iter().collect();
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|((at, id), _)| write_cursor(*at, id));
        Ok(Page { items: rows.into_iter().map(|(_, row)| row).collect(), next })
    }

    /// Nothing was found: because nothing is there, or because there is no such patient?
    async fn explain_emptiness(&self, client: Option<&Id>) -> EhrResult<()> {
        match client {
            Some(client) if self.config.documents.get(Name::Client).is_some() => {
                self.client_of(client).await.map(|_| ())
            }
            _ => Ok(()),
        }
    }

    /// One booking of the care unit, a cancelled one too.
    pub(super) async fn appointment_at(&self, unit: &Unit, id: &AppointmentId) -> EhrResult<Booking> {
        let missing = || EhrError::not_found(Thing::Appointment);
        let id = Id::parse(id.as_str()).ok_or_else(missing)?;
        let found = self.ask(bookings::one(&id)).await?.appointment.ok_or_else(missing)?;
        if found.id == id && unit.has(found.care_unit_id.as_ref(), false) {
            Ok(found)
        } else {
            Err(missing())
        }
    }

    /// All bookings of a client that start at this instant, cancelled ones too.
    pub(super) async fn bookings_at(&self, client: &Id, start: Timestamp) -> EhrResult<Vec<Booking>> {
        let wanted = Wanted {
            patient_id: Some(client.clone()),
            from: Some(start),
            to: Some(a_second_after(start)),
            ..Wanted::default()
        };
        let mut found = self.all(|offset| bookings::list_of(&wanted, offset)).await?;
        found.retain(|row| row.start == start && is_wanted(&wanted, row));
        Ok(found)
    }

    pub(super) fn answer(&self, unit: &Unit, native: &Booking) -> Appointment {
        mapping::appointment(native, &unit.id, &unit.zone, self.ctx.clock.now())
    }
}

pub(super) fn a_second_after(at: Timestamp) -> Timestamp {
    at.saturating_add(jiff::SignedDuration::from_secs(1)).unwrap_or(at)
}

/// Also what the document does not take is heeded.
fn is_wanted(wanted: &Wanted, row: &Booking) -> bool {
    let same = |wanted: &Option<Id>, found: &Option<Id>| wanted.is_none() || wanted == found;
    same(&wanted.patient_id, &row.patient_id)
        && same(&wanted.resource_id, &row.resource_id)
        && same(&wanted.healthcare_service_id, &row.healthcare_service_id)
        && wanted.from.is_none_or(|from| from <= row.start)
        && wanted.to.is_none_or(|to| row.start < to)
}

fn write_cursor(at: Timestamp, id: &Id) -> Cursor {
    Cursor(format!("{}.{id}", at.as_nanosecond()))
}

fn read_cursor(Cursor(text): &Cursor) -> EhrResult<Key> {
    let read = || {
        let (at, id) = text.split_once('.')?;
        Some((Timestamp::from_nanosecond(at.parse().ok()?).ok()?, Id::parse(id)?))
    };
    read().ok_or_else(foreign_cursor)
}
