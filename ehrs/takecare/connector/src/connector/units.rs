//! Care units, healthcare services, and the resources that the schedule tells of.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::future::try_join_all;
use futures::join;
use jiff::ToSpan;
use vardbro_ehr::{EhrError, EhrErrorKind, EhrResult, Thing};
use vardbro_model::care_unit::CareUnit;
use vardbro_model::error::FaultCode;
use vardbro_model::healthcare_service::HealthcareService;
use vardbro_model::id::{CareUnitId, HealthcareServiceId};
use vardbro_model::resource::Resource;
use vardbro_model::typed_id::ResourceRef;

use super::session::Session;
use crate::config::Service;
use crate::mapping::{id, offer as mapping};
use crate::wire::UnitKey;
use crate::wire::availability::Resource as NativeResource;
use crate::wire::bookings::{self, Wanted};
use crate::wire::care_units::{self, CareUnit as NativeUnit};
use crate::wire::time_types::{self, TimeTypes};

/// A care unit that is asked about.
pub(super) struct Unit {
    pub(super) id: CareUnitId,
    pub(super) key: UnitKey,
}

/// A resource, with the time types of its free times.
pub(super) struct Offered {
    pub(super) resource: NativeResource,
    pub(super) services: BTreeSet<u16>,
}

impl Unit {
    /// The `ResourceId` that is meant.
    pub(super) fn resource(&self, resource: &ResourceRef) -> EhrResult<u64> {
        match resource {
            ResourceRef::Id(id) => {
                id::native_resource(&self.id, id.as_str()).ok_or_else(|| EhrError::not_found(Thing::Resource))
            }
            _ => Err(EhrError::fault(
                "resource_id",
                FaultCode::NotSupported,
                "TakeCare knows resources by its own id only.",
            )),
        }
    }
}

/// The `TimeTypeId` that is meant.
pub(super) fn service_id(service: &HealthcareServiceId) -> EhrResult<u16> {
    id::native_service(service).ok_or_else(|| EhrError::not_found(Thing::HealthcareService))
}

impl Session<'_> {
    async fn listed_units(&self) -> EhrResult<Arc<Vec<NativeUnit>>> {
        let endpoint = self.config.services.at(Service::GetCareUnits)?;
        let ask = || self.run(care_units::get(&self.api, endpoint, self.config.listed_id_type()));
        self.memory.care_units.get((), self.ctx.fresh, ask).await
    }

    /// The time types that may be booked over the web.
    pub(super) async fn time_types(&self, key: &UnitKey) -> EhrResult<Arc<TimeTypes>> {
        let ask = || self.run(time_types::get(&self.api, key));
        self.memory.time_types.get(key.clone(), self.ctx.fresh, ask).await
    }

    /// The care unit of this id.
    pub(super) async fn unit(&self, id: &CareUnitId) -> EhrResult<Unit> {
        let known = match &self.config.care_units {
            Some(ids) => ids.iter().any(|known| known == id.as_str()),
            None => self.listed_units().await?.iter().any(|unit| unit.id == id.as_str()),
        };
        if !known {
            return Err(EhrError::not_found(Thing::CareUnit));
        }
        Ok(Unit { id: id.clone(), key: self.config.unit_key(id.as_str()) })
    }

    pub(super) async fn care_units(&self) -> EhrResult<Vec<CareUnit>> {
        let mut units: Vec<CareUnit> = match &self.config.care_units {
            Some(ids) => {
                try_join_all(ids.iter().map(|id| self.named_unit(id))).await?.into_iter().flatten().collect()
            }
            None => {
                let listed = self.listed_units().await?;
                listed.iter().filter_map(|unit| mapping::care_unit(unit, &self.config.zone)).collect()
            }
        };
        units.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        Ok(units)
    }

    pub(super) async fn care_unit(&self, id: &CareUnitId) -> EhrResult<CareUnit> {
        let missing = || EhrError::not_found(Thing::CareUnit);
        self.unit(id).await?;
        match &self.config.care_units {
            Some(_) => self.named_unit(id.as_str()).await?.ok_or_else(missing),
            None => {
                let listed = self.listed_units().await?;
                let unit = listed.iter().find(|unit| unit.id == id.as_str());
                unit.and_then(|unit| mapping::care_unit(unit, &self.config.zone)).ok_or_else(missing)
            }
        }
    }

    /// A configured care unit: published calls tell its name.
    async fn named_unit(&self, id: &str) -> EhrResult<Option<CareUnit>> {
        let types = self.time_types(&self.config.unit_key(id)).await?;
        Ok(mapping::named_care_unit(id, types.care_unit_name.as_deref(), &self.config.zone))
    }

    /// The resources that have free times or bookings.
    pub(super) async fn offered(&self, unit: &Unit) -> EhrResult<Arc<Vec<Offered>>> {
        let ask = || self.look_for_resources(unit);
        self.memory.resources.get(unit.key.clone(), self.ctx.fresh, ask).await
    }

    async fn look_for_resources(&self, unit: &Unit) -> EhrResult<Vec<Offered>> {
        let today = self.today();
        let last = today.saturating_add(self.config.horizon_days.saturating_sub(1).days());
        let (slots, booked) = join!(
            self.native_slots(unit, (today, last), None, None),
            self.run(bookings::get(&self.api, &unit.key, Wanted::All)),
        );
        let (slots, types) = (slots?, self.time_types(&unit.key).await?);
        let is_web = |id: u16| types.types.iter().any(|known| known.id == id);
        let of_slots = slots.into_iter().filter(|slot| is_web(slot.time_type));
        let of_slots = of_slots.map(|slot| (slot.resource, Some(slot.time_type)));
        let of_bookings = match booked {
            Ok(bookings) => bookings,
            // That all bookings of a care unit can be listed is assumed. Free times tell of most resources anyway.
            Err(error) if error.kind == EhrErrorKind::Failed => {
                tracing::info!(detail = %error, "the bookings of a care unit cannot be listed");
                Vec::new()
            }
            Err(error) => return Err(error),
        };
        let of_bookings = of_bookings.into_iter().flat_map(|booking| booking.resources);
        let of_bookings = of_bookings.map(|resource| (resource, None));
        Ok(collected(of_slots.chain(of_bookings)))
    }

    /// Refuses a resource that is not of this care unit.
    pub(super) async fn require_resource(&self, unit: &Unit, resource: Option<u64>) -> EhrResult<()> {
        let Some(resource) = resource else { return Ok(()) };
        let known = self.offered(unit).await?.iter().any(|offered| offered.resource.id == resource);
        if known { Ok(()) } else { Err(EhrError::not_found(Thing::Resource)) }
    }

    /// Refuses a service that is not of this care unit.
    pub(super) async fn require_service(&self, unit: &Unit, service: Option<u16>) -> EhrResult<()> {
        let Some(service) = service else { return Ok(()) };
        let known = self.time_types(&unit.key).await?.types.iter().any(|known| known.id == service);
        if known { Ok(()) } else { Err(EhrError::not_found(Thing::HealthcareService)) }
    }

    pub(super) async fn resources(&self, unit: &Unit, offering: Option<u16>) -> EhrResult<Vec<Resource>> {
        self.require_service(unit, offering).await?;
        let offered = self.offered(unit).await?;
        let wanted = offered.iter().filter(|one| offering.is_none_or(|id| one.services.contains(&id)));
        let resource =
            |one: &Offered| mapping::resource(&one.resource, &unit.id, one.services.iter().copied());
        let mut resources: Vec<Resource> = wanted.filter_map(resource).collect();
        resources.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        Ok(resources)
    }

    pub(super) async fn healthcare_services(
        &self,
        unit: &Unit,
        offered_by: Option<u64>,
    ) -> EhrResult<Vec<HealthcareService>> {
        let types = self.time_types(&unit.key).await?;
        let of_resource = match offered_by {
            None => None,
            Some(resource) => {
                let offered = self.offered(unit).await?;
                let found = offered.iter().find(|one| one.resource.id == resource);
                Some(found.ok_or_else(|| EhrError::not_found(Thing::Resource))?.services.clone())
            }
        };
        let wanted =
            types.types.iter().filter(|kind| of_resource.as_ref().is_none_or(|ids| ids.contains(&kind.id)));
        let mut services: Vec<HealthcareService> =
            wanted.filter_map(|kind| mapping::healthcare_service(kind, &unit.id)).collect();
        services.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        services.dedup_by(|a, b| a.id == b.id);
        Ok(services)
    }
}

/// Each resource once.
fn collected(rows: impl Iterator<Item = (NativeResource, Option<u16>)>) -> Vec<Offered> {
    let mut by_id: BTreeMap<u64, Offered> = BTreeMap::new();
    for (resource, service) in rows {
        let entry =
            by_id.entry(resource.id).or_insert_with(|| Offered { resource, services: BTreeSet::new() });
        entry.services.extend(service);
    }
    by_id.into_values().collect()
}
