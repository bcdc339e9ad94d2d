//! Care units, resources, healthcare services: businesses, practitioners, appointment types, and who offers what where.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::try_join;
use jiff::tz::TimeZone;
use vardbro_ehr::{EhrError, EhrResult, Thing};
use vardbro_model::care_unit::CareUnit;
use vardbro_model::error::FaultCode;
use vardbro_model::healthcare_service::HealthcareService;
use vardbro_model::id::{CareUnitId, HealthcareServiceId};
use vardbro_model::resource::Resource;
use vardbro_model::typed_id::{PatientRef, ResourceRef};

use super::memory::Author;
use super::session::Session;
use crate::mapping::{offer as mapping, zones};
use crate::wire::Id;
use crate::wire::offer::{self, AppointmentType, Business, Practitioner, Service};
use crate::wire::people::{self, PublicSettings};

/// A business that is asked about.
pub(super) struct Unit {
    pub(super) id: CareUnitId,
    pub(super) business: Business,
    pub(super) zone: TimeZone,
}

impl Unit {
    pub(super) fn native(&self) -> Id {
        self.business.id
    }

    pub(super) fn country(&self) -> Option<&str> {
        self.business.country_code.as_deref()
    }
}

/// What a business offers: by appointment type, the practitioners.
pub(super) struct Offer {
    types: Arc<Vec<AppointmentType>>,
    by_type: BTreeMap<Id, BTreeSet<Id>>,
}

impl Offer {
    /// The types that are offered, with those who offer them.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&AppointmentType, &BTreeSet<Id>)> {
        self.types.iter().filter_map(|kind| Some((kind, self.by_type.get(&kind.id)?)))
    }

    pub(super) fn kind(&self, id: Id) -> Option<&AppointmentType> {
        self.iter().map(|(kind, _)| kind).find(|kind| kind.id == id)
    }

    pub(super) fn is_offered_by(&self, kind: Id, practitioner: Id) -> bool {
        self.by_type.get(&kind).is_some_and(|practitioners| practitioners.contains(&practitioner))
    }

    pub(super) fn has_practitioner(&self, practitioner: Id) -> bool {
        self.by_type.values().any(|practitioners| practitioners.contains(&practitioner))
    }
}

pub(super) fn resource_id(resource: &ResourceRef) -> EhrResult<Id> {
    match resource {
        ResourceRef::Id(id) => Id::parse(id.as_str()).ok_or_else(|| EhrError::not_found(Thing::Resource)),
        _ => Err(EhrError::fault(
            "resource_id",
            FaultCode::NotSupported,
            "Cliniko knows resources by its own id only.",
        )),
    }
}

pub(super) fn service_id(service: &HealthcareServiceId) -> EhrResult<Id> {
    Id::parse(service.as_str()).ok_or_else(|| EhrError::not_found(Thing::HealthcareService))
}

pub(super) fn patient_id(patient: &PatientRef) -> EhrResult<Id> {
    match patient {
        PatientRef::Id(id) => Id::parse(id.as_str()).ok_or_else(|| EhrError::not_found(Thing::Patient)),
        _ => Err(EhrError::fault(
            "patient_id",
            FaultCode::PatientIdLookupTypeNotSupported,
            "Cliniko knows patients by its own id only.",
        )),
    }
}

impl Session<'_> {
    async fn businesses(&self) -> EhrResult<Arc<Vec<Business>>> {
        let ask = || self.all(offer::businesses(self.api()));
        self.memory.businesses.get((), self.ctx.fresh, ask).await
    }

    async fn types(&self) -> EhrResult<Arc<Vec<AppointmentType>>> {
        let ask = || self.all(offer::appointment_types(self.api()));
        self.memory.types.get((), self.ctx.fresh, ask).await
    }

    async fn services(&self, business: Id) -> EhrResult<Arc<Vec<Service>>> {
        let ask = || self.all(offer::services_of_business(self.api(), business));
        self.memory.services.get(business, self.ctx.fresh, ask).await
    }

    pub(super) async fn practitioners(&self, unit: &Unit) -> EhrResult<Arc<Vec<Practitioner>>> {
        let business = unit.native();
        let ask = || self.all(offer::practitioners_of_business(self.api(), business));
        self.memory.practitioners.get(business, self.ctx.fresh, ask).await
    }

    pub(super) async fn public_settings(&self) -> EhrResult<Arc<Option<PublicSettings>>> {
        let ask = || self.find(people::public_settings(self.api()));
        self.memory.settings.get((), self.ctx.fresh, ask).await
    }

    /// Whose key the connection has.
    pub(super) async fn author(&self) -> EhrResult<Arc<Author>> {
        self.author_asked(self.ctx.fresh).await
    }

    pub(super) async fn author_asked(&self, fresh: bool) -> EhrResult<Arc<Author>> {
        let ask = || async {
            let user = self.run(people::user(self.api())).await?;
            let practitioners = self.all(offer::practitioner_of_user(self.api(), user.id)).await?;
            // The filter is not trusted blindly: naming the wrong author would be worse than naming none.
            let mine = practitioners.iter().find(|practitioner| {
                practitioner.active != Some(false) && practitioner.user.id().is_none_or(|id| id == user.id)
            });
            Ok(Author { user: user.id, role: user.role, practitioner: mine.map(|found| found.id) })
        };
        self.memory.author.get((), fresh, ask).await
    }

    /// The account's own time zone: configured, or told by the public settings.
    pub(super) async fn account_zone(&self) -> EhrResult<Option<TimeZone>> {
        if let Some(zone) = &self.config.time_zone {
            return Ok(Some(zone.clone()));
        }
        Ok(account_zone(self.public_settings().await?.as_ref().as_ref()))
    }

    async fn zone(&self, business: &Business) -> EhrResult<TimeZone> {
        let own = business.time_zone_identifier.as_deref().and_then(zones::parse);
        let own = own.or_else(|| business.time_zone.as_deref().and_then(zones::parse_label));
        match own {
            Some(zone) => Ok(zone),
            None => self.account_zone().await?.ok_or_else(|| {
                EhrError::failed(
                    "Cliniko tells no time zone of this business and none of the account: set the connection's time_zone.",
                )
            }),
        }
    }

    /// The business that a care unit id names.
    pub(super) async fn unit(&self, care_unit: &CareUnitId) -> EhrResult<Unit> {
        let missing = || EhrError::not_found(Thing::CareUnit);
        let id = Id::parse(care_unit.as_str()).ok_or_else(missing)?;
        let businesses = self.businesses().await?;
        let business = businesses.iter().find(|business| business.id == id && is_open(business));
        let business = business.ok_or_else(missing)?.clone();
        let zone = self.zone(&business).await?;
        Ok(Unit { id: care_unit.clone(), business, zone })
    }

    /// Who offers what at a business. Group appointments are left out: they are not booked for a patient.
    pub(super) async fn offer(&self, unit: &Unit) -> EhrResult<Offer> {
        let (services, types) = try_join!(self.services(unit.native()), self.types())?;
        let bookable: BTreeSet<Id> =
            types.iter().filter(|kind| is_bookable(kind)).map(|kind| kind.id).collect();
        let mut by_type: BTreeMap<Id, BTreeSet<Id>> = BTreeMap::new();
        for service in services.iter() {
            let here = service.business.id().is_none_or(|business| business == unit.native());
            if let Some(kind) = service.appointment_type.id().filter(|id| here && bookable.contains(id)) {
                let practitioners = service.practitioners.iter().filter_map(|link| link.id());
                by_type.entry(kind).or_default().extend(practitioners);
            }
        }
        Ok(Offer { types, by_type })
    }

    /// Refuses a resource that is not of this care unit.
    pub(super) async fn require_resource(
        &self,
        unit: &Unit,
        offer: Option<&Offer>,
        practitioner: Id,
    ) -> EhrResult<()> {
        if offer.is_some_and(|offer| offer.has_practitioner(practitioner)) {
            return Ok(());
        }
        let known = self.practitioners(unit).await?.iter().any(|found| found.id == practitioner);
        if known { Ok(()) } else { Err(EhrError::not_found(Thing::Resource)) }
    }

    pub(super) async fn care_units(&self) -> EhrResult<Vec<CareUnit>> {
        let businesses = self.businesses().await?;
        let mut units = Vec::new();
        for business in businesses.iter().filter(|business| is_open(business)) {
            units.push(mapping::care_unit(business, &self.zone(business).await?));
        }
        units.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        Ok(units)
    }

    pub(super) async fn resources(&self, unit: &Unit, offering: Option<Id>) -> EhrResult<Vec<Resource>> {
        let (offer, practitioners) = try_join!(self.offer(unit), self.practitioners(unit))?;
        if offering.is_some_and(|kind| offer.kind(kind).is_none()) {
            return Err(EhrError::not_found(Thing::HealthcareService));
        }
        let mut resources: Vec<Resource> = practitioners
            .iter()
            .filter(|practitioner| practitioner.active != Some(false))
            .filter(|practitioner| offering.is_none_or(|kind| offer.is_offered_by(kind, practitioner.id)))
            .map(|practitioner| {
                let offered = offer.iter().filter(|(_, by)| by.contains(&practitioner.id));
                mapping::resource(practitioner, &unit.id, offered.map(|(kind, _)| kind.id))
            })
            .collect();
        resources.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        Ok(resources)
    }

    pub(super) async fn healthcare_services(
        &self,
        unit: &Unit,
        offered_by: Option<Id>,
    ) -> EhrResult<Vec<HealthcareService>> {
        let offer = self.offer(unit).await?;
        if let Some(practitioner) = offered_by {
            self.require_resource(unit, Some(&offer), practitioner).await?;
        }
        let mut services: Vec<HealthcareService> = offer
            .iter()
            .filter(|(_, practitioners)| offered_by.is_none_or(|by| practitioners.contains(&by)))
            .map(|(kind, _)| mapping::healthcare_service(kind, &unit.id))
            .collect();
        services.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        Ok(services)
    }
}

pub(super) fn account_zone(settings: Option<&PublicSettings>) -> Option<TimeZone> {
    let account = settings?.account.as_ref()?;
    let told = account.time_zone_identifier.as_deref().or(account.time_zone.as_deref())?;
    zones::parse_label(told)
}

fn is_open(business: &Business) -> bool {
    business.archived_at.is_none() && business.deleted_at.is_none()
}

fn is_bookable(kind: &AppointmentType) -> bool {
    kind.archived_at.is_none() && kind.deleted_at.is_none() && kind.max_attendees.is_none_or(|most| most <= 1)
}
