//! Free times: rows of the calendar that nobody has taken, of the booking types that are shown.

use std::collections::{BTreeMap, BTreeSet};

use futures::try_join;
use jiff::Timestamp;
use vardbro_ehr::EhrResult;
use vardbro_model::id::{HealthcareServiceId, ResourceId};
use vardbro_model::time::{DateTime, Window};
use vardbro_model::timeslot::{self, Timeslot};
use vardbro_model::typed_id::ResourceRef;

use super::session::Session;
use super::units::Unit;
use crate::config::TimeslotServices;
use crate::mapping::{appointment, offer, time};
use crate::wire::Code;
use crate::wire::bookings::{Booking, Filter};
use crate::wire::types::BookingType;

/// A free row whose time, caregiver and booking type are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FreeRow {
    pub(super) id: String,
    pub(super) caregiver: String,
    pub(super) kind: Code,
    pub(super) window: Window,
}

/// Which free rows are meant.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    pub(super) caregiver: Option<String>,
    pub(super) kind: Option<Code>,
}

impl Session<'_> {
    pub(super) async fn timeslots(
        &self,
        unit: &Unit,
        window: Window,
        resource: Option<&ResourceRef>,
        service: Option<&HealthcareServiceId>,
    ) -> EhrResult<Vec<Timeslot>> {
        let caregiver = async {
            match resource {
                Some(resource) => self.caregiver(unit, resource).await.map(|user| Some(user.id)),
                None => Ok(None),
            }
        };
        let kind = async {
            match service {
                Some(service) => self.booking_type(service).await.map(|kind| Some(kind.id)),
                None => Ok(None),
            }
        };
        let (caregiver, kind) = try_join!(caregiver, kind)?;
        let rows = self.shown_rows(unit, window, Wanted { caregiver, kind }).await?;
        Ok(self.slots(unit, &rows))
    }

    /// The free rows inside the window that clients are shown.
    pub(super) async fn shown_rows(
        &self,
        unit: &Unit,
        window: Window,
        wanted: Wanted,
    ) -> EhrResult<Vec<FreeRow>> {
        let (types, caregivers, rows) =
            try_join!(self.booking_types(), self.caregivers(unit), self.free(unit, window, &wanted))?;
        let mut rows = self.read(rows, &types, window, &wanted);
        let shown: BTreeSet<Code> =
            types.iter().filter(|kind| self.is_shown(kind)).map(|kind| kind.id).collect();
        let here = |id: &String| caregivers.iter().any(|caregiver| caregiver.id == *id);
        rows.retain(|row| shown.contains(&row.kind) && here(&row.caregiver));
        Ok(rows)
    }

    fn is_shown(&self, kind: &BookingType) -> bool {
        self.config.timeslot_services == TimeslotServices::All || offer::is_for_patients(kind)
    }

    /// All free rows that start inside the window, asked of Webdoc now. A row that is there twice counts once.
    pub(super) async fn rows(&self, unit: &Unit, window: Window, wanted: Wanted) -> EhrResult<Vec<FreeRow>> {
        let (types, rows) = try_join!(self.booking_types(), self.free(unit, window, &wanted))?;
        Ok(self.read(rows, &types, window, &wanted))
    }

    async fn free(&self, unit: &Unit, window: Window, wanted: &Wanted) -> EhrResult<Vec<Booking>> {
        if window.end <= window.start {
            return Ok(Vec::new());
        }
        let (from, to) = time::days(window, &self.config.zone);
        let filter = Filter {
            user_id: wanted.caregiver.clone(),
            booking_type_id: wanted.kind,
            from_date: Some(from),
            to_date: Some(to),
            ..Filter::default()
        };
        self.free_rows(unit, filter).await
    }

    fn read(
        &self,
        rows: Vec<Booking>,
        types: &[BookingType],
        window: Window,
        wanted: &Wanted,
    ) -> Vec<FreeRow> {
        let mut found: BTreeMap<(Timestamp, Timestamp, String, Code), FreeRow> = BTreeMap::new();
        let mut unclear = 0_u32;
        for row in rows.into_iter().filter(|row| !row.is_reserved()) {
            let (Some(at), Some(caregiver), Some(kind)) =
                (time::window(&row, &self.config.zone), row.with(), appointment::kind(&row, types))
            else {
                unclear = unclear.saturating_add(1);
                continue;
            };
            // A server may know nothing of a filter.
            let meant = wanted.caregiver.as_deref().is_none_or(|wanted| wanted == caregiver)
                && wanted.kind.is_none_or(|wanted| wanted == kind);
            if meant && window.contains(at.start) {
                let caregiver = caregiver.to_owned();
                let row = FreeRow { id: row.id, caregiver: caregiver.clone(), kind, window: at };
                found.entry((at.start, at.end, caregiver, kind)).or_insert(row);
            }
        }
        if unclear > 0 {
            tracing::warn!(
                unclear,
                "free rows without a time that there is, a caregiver or a type are left out"
            );
        }
        found.into_values().collect()
    }

    pub(super) fn slots(&self, unit: &Unit, rows: &[FreeRow]) -> Vec<Timeslot> {
        let at = |at| DateTime::in_zone(at, &self.config.zone);
        let slot = |row: &FreeRow| {
            Some(Timeslot {
                start: at(row.window.start),
                end: at(row.window.end),
                resource_id: ResourceId::parse(&row.caregiver).ok()?,
                healthcare_service_id: offer::service_id(row.kind)?,
                care_unit_id: unit.id.clone(),
            })
        };
        let mut slots: Vec<Timeslot> = rows.iter().filter_map(slot).collect();
        timeslot::sort(&mut slots);
        slots
    }
}
