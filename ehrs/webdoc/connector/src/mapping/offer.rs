//! Care units, resources, healthcare services.

use jiff::tz::TimeZone;
use vardbro_model::care_unit::{Address, CareUnit};
use vardbro_model::healthcare_service::HealthcareService;
use vardbro_model::id::{CareUnitId, HealthcareServiceId, ResourceId};
use vardbro_model::resource::{Resource, ResourceKind};

use crate::wire::Code;
use crate::wire::clinics::Clinic;
use crate::wire::types::BookingType;
use crate::wire::users::User;

/// `None`: its id cannot stand in a URL, so nobody could ask for it.
pub(crate) fn care_unit(clinic: &Clinic, zone: &TimeZone) -> Option<CareUnit> {
    let address = Address {
        street: clinic.address.clone(),
        co_address: None,
        postal_code: clinic.post_number.clone(),
        city: clinic.post_address.clone(),
        country: None,
    };
    Some(CareUnit {
        id: CareUnitId::parse(&clinic.id).ok()?,
        emr_id: clinic.id.clone(),
        name: clinic.name.clone().unwrap_or_else(|| clinic.id.clone()),
        time_zone: zone.iana_name().unwrap_or("UTC").to_owned(),
        hsa_id: clinic.hsa_id.clone(),
        phone: None,
        email: None,
        address: (address != Address::default()).then_some(address),
    })
}

/// A caregiver of a clinic, with what the list of all users knows beside.
pub(crate) fn resource(caregiver: &User, user: Option<&User>, unit: &CareUnitId) -> Option<Resource> {
    let known = |field: fn(&User) -> &Option<String>| {
        user.and_then(|user| field(user).clone()).or_else(|| field(caregiver).clone())
    };
    Some(Resource {
        id: ResourceId::parse(&caregiver.id).ok()?,
        emr_id: caregiver.id.clone(),
        care_unit_id: unit.clone(),
        name: name(caregiver),
        kind: ResourceKind::Practitioner,
        title: known(|user| &user.title),
        first_name: known(|user| &user.first_name),
        last_name: known(|user| &user.last_name),
        hsa_id: known(|user| &user.hsa_id),
        healthcare_service_ids: Vec::new(),
    })
}

pub(crate) fn name(user: &User) -> String {
    let parts = [&user.first_name, &user.last_name].into_iter().flatten().map(|part| part.trim());
    let name = parts.collect::<Vec<_>>().join(" ");
    if name.is_empty() { user.id.clone() } else { name }
}

pub(crate) fn healthcare_service(kind: &BookingType, unit: &CareUnitId) -> Option<HealthcareService> {
    let name = kind.externally_visible_name.as_ref().or(kind.name.as_ref());
    Some(HealthcareService {
        id: service_id(kind.id)?,
        emr_id: kind.id.to_string(),
        care_unit_id: unit.clone(),
        name: name.cloned().unwrap_or_else(|| kind.id.to_string()),
        description: None,
        category: None,
        duration_minutes: None,
        bookable_online: Some(is_for_patients(kind)),
    })
}

/// Whether patients may book it themselves. What is not said to be is not.
pub(crate) fn is_for_patients(kind: &BookingType) -> bool {
    kind.has_self_service == Some(true)
}

pub(crate) fn service_id(kind: Code) -> Option<HealthcareServiceId> {
    HealthcareServiceId::parse(&kind.to_string()).ok()
}
