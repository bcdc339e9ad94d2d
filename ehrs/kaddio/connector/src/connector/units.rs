//! Care units, resources, healthcare services: places, hosts, booking types.

use std::sync::Arc;

use jiff::tz::TimeZone;
use vardbro_ehr::{EhrError, EhrResult, Thing};
use vardbro_model::care_unit::CareUnit;
use vardbro_model::error::FaultCode;
use vardbro_model::healthcare_service::HealthcareService;
use vardbro_model::id::{CareUnitId, HealthcareServiceId};
use vardbro_model::resource::Resource;
use vardbro_model::typed_id::ResourceRef;

use super::session::Session;
use crate::mapping::offer as mapping;
use crate::operations::Name;
use crate::wire::Id;
use crate::wire::catalogue::{self, BookingType, Catalogue, Host};

const DEFAULT_ZONE: &str = "Europe/Stockholm";

/// A care unit that is asked about.
pub(super) struct Unit {
    pub(super) id: CareUnitId,
    /// `None`: the organisation has no places, and is itself the care unit.
    pub(super) place: Option<Id>,
    pub(super) zone: TimeZone,
    catalogue: Arc<Catalogue>,
}

impl Unit {
    /// Whether something that the EHR says is of this place is here. What tells no place is here where the question was about this
    /// place, or where there is only one.
    pub(super) fn has(&self, place: Option<&Id>, asked_about: bool) -> bool {
        match (&self.place, place) {
            (None, _) => true,
            (Some(here), Some(there)) => here == there,
            (Some(_), None) => asked_about || self.catalogue.care_units.len() == 1,
        }
    }

    /// Those who give care here.
    pub(super) fn hosts(&self) -> impl Iterator<Item = &Host> {
        let here = |host: &&Host| self.place.as_ref().is_none_or(|place| host.care_unit_ids.contains(place));
        self.catalogue.resources.iter().filter(here)
    }

    pub(super) fn host(&self, id: &Id) -> Option<&Host> {
        self.hosts().find(|host| host.id == *id)
    }

    /// What somebody offers here. Group sessions are left out: they are not booked for a patient.
    pub(super) fn kinds(&self) -> impl Iterator<Item = &BookingType> {
        let offered =
            |kind: &&BookingType| self.hosts().any(|host| host.healthcare_service_ids.contains(&kind.id));
        self.catalogue.healthcare_services.iter().filter(|kind| is_for_one(kind)).filter(offered)
    }

    pub(super) fn kind(&self, id: &Id) -> Option<&BookingType> {
        self.kinds().find(|kind| kind.id == *id)
    }

    /// What the host offers.
    pub(super) fn offered<'u>(&'u self, host: &'u Host) -> impl Iterator<Item = &'u BookingType> {
        let of_host = |kind: &&BookingType| host.healthcare_service_ids.contains(&kind.id);
        self.catalogue.healthcare_services.iter().filter(|kind| is_for_one(kind)).filter(of_host)
    }

    /// The host of the care unit that is named.
    pub(super) fn resource(&self, resource: &ResourceRef) -> EhrResult<Id> {
        let id = resource_id(resource)?;
        if self.host(&id).is_some() { Ok(id) } else { Err(EhrError::not_found(Thing::Resource)) }
    }

    /// The booking type of the care unit that is named.
    pub(super) fn service(&self, service: &HealthcareServiceId) -> EhrResult<Id> {
        let found = Id::parse(service.as_str()).filter(|id| self.kind(id).is_some());
        found.ok_or_else(|| EhrError::not_found(Thing::HealthcareService))
    }

    /// Both, or everything that is wrong with them.
    pub(super) fn named(
        &self,
        resource: Option<&ResourceRef>,
        service: Option<&HealthcareServiceId>,
    ) -> EhrResult<(Option<Id>, Option<Id>)> {
        let resource = resource.map(|resource| self.resource(resource)).transpose();
        let service = service.map(|service| self.service(service)).transpose();
        match (resource, service) {
            (Ok(resource), Ok(service)) => Ok((resource, service)),
            (Err(first), Err(second)) => Err(EhrError::together(first, [second])),
            (Err(only), _) | (_, Err(only)) => Err(only),
        }
    }

    pub(super) fn resources(&self, offering: Option<&HealthcareServiceId>) -> EhrResult<Vec<Resource>> {
        let offering = offering.map(|service| self.service(service)).transpose()?;
        let wanted =
            |host: &&Host| offering.as_ref().is_none_or(|kind| host.healthcare_service_ids.contains(kind));
        let mut resources: Vec<Resource> = self
            .hosts()
            .filter(wanted)
            .map(|host| mapping::resource(host, &self.id, self.offered(host).map(|kind| &kind.id)))
            .collect();
        resources.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        Ok(resources)
    }

    pub(super) fn services(&self, offered_by: Option<&ResourceRef>) -> EhrResult<Vec<HealthcareService>> {
        let host = match offered_by {
            Some(resource) => self.host(&self.resource(resource)?),
            None => None,
        };
        let wanted =
            |kind: &&BookingType| host.is_none_or(|host| host.healthcare_service_ids.contains(&kind.id));
        let mut services: Vec<HealthcareService> =
            self.kinds().filter(wanted).map(|kind| mapping::healthcare_service(kind, &self.id)).collect();
        services.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        Ok(services)
    }
}

pub(super) fn resource_id(resource: &ResourceRef) -> EhrResult<Id> {
    match resource {
        ResourceRef::Id(id) => Id::parse(id.as_str()).ok_or_else(|| EhrError::not_found(Thing::Resource)),
        _ => Err(EhrError::fault(
            "resource_id",
            FaultCode::NotSupported,
            "Kaddio knows resources by its own id only.",
        )),
    }
}

impl Session<'_> {
    pub(super) async fn catalogue(&self) -> EhrResult<Arc<Catalogue>> {
        let ask = || self.ask(catalogue::catalogue());
        self.memory.catalogue.get((), self.ctx.fresh, ask).await
    }

    /// The place, or the organisation, that a care unit id names.
    pub(super) async fn unit(&self, care_unit: &CareUnitId) -> EhrResult<Unit> {
        let catalogue = self.catalogue().await?;
        let places = &catalogue.care_units;
        let organisation = &catalogue.organisation.place;
        let found = if places.is_empty() {
            (organisation.id.as_str() == care_unit.as_str()).then_some(None)
        } else {
            places
                .iter()
                .find(|place| place.id.as_str() == care_unit.as_str())
                .map(|place| Some(place.id.clone()))
        };
        let place = found.ok_or_else(|| EhrError::not_found(Thing::CareUnit))?;
        Ok(Unit { id: care_unit.clone(), place, zone: self.zone(&catalogue)?, catalogue })
    }

    pub(super) fn zone(&self, catalogue: &Catalogue) -> EhrResult<TimeZone> {
        if let Some(zone) = &self.config.time_zone {
            return Ok(zone.clone());
        }
        let name = catalogue.organisation.time_zone.as_deref().unwrap_or(DEFAULT_ZONE);
        TimeZone::get(name).map_err(|_| {
            EhrError::failed("Kaddio tells a time zone that there is not: set the connection's time_zone.")
        })
    }

    pub(super) async fn care_units(&self) -> EhrResult<Vec<CareUnit>> {
        let catalogue = self.catalogue().await?;
        let zone = self.zone(&catalogue)?;
        let mut units: Vec<CareUnit> = if catalogue.care_units.is_empty() {
            vec![mapping::care_unit(&catalogue.organisation.place, &zone)]
        } else {
            catalogue.care_units.iter().map(|place| mapping::care_unit(place, &zone)).collect()
        };
        units.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        Ok(units)
    }

    /// Whether answers of this operation are about the care unit alone, because its document takes the place.
    pub(super) fn asks_about(&self, unit: &Unit, name: Name) -> bool {
        unit.place.is_some() && self.config.documents.take(name, "care_unit_id")
    }
}

fn is_for_one(kind: &BookingType) -> bool {
    kind.group_cap.is_none_or(|most| most <= 1)
}
