//! Care units, resources, healthcare services.

use jiff::tz::TimeZone;
use vardbro_model::care_unit::{Address, CareUnit};
use vardbro_model::healthcare_service::HealthcareService;
use vardbro_model::id::CareUnitId;
use vardbro_model::phone::Phone;
use vardbro_model::resource::{Resource, ResourceKind};

use super::patient::COUNTRY;
use super::{id, text};
use crate::wire::Id;
use crate::wire::catalogue::{BookingType, Host, Place};

/// A place, or the organisation that has none.
pub(crate) fn care_unit(place: &Place, zone: &TimeZone) -> CareUnit {
    let address = Address {
        street: text(place.street.as_ref()),
        co_address: None,
        postal_code: text(place.postal_code.as_ref()),
        city: text(place.city.as_ref()),
        country: None,
    };
    CareUnit {
        id: id::care_unit(&place.id),
        emr_id: place.id.to_string(),
        name: place.name.clone(),
        time_zone: zone.iana_name().unwrap_or("UTC").to_owned(),
        hsa_id: None,
        phone: text(place.phone.as_ref()).map(|phone| match Phone::parse(&phone, Some(COUNTRY)) {
            Ok(valid) => valid.as_e164().to_owned(),
            Err(_) => phone,
        }),
        email: text(place.email.as_ref()),
        address: (address != Address::default()).then_some(address),
    }
}

pub(crate) fn resource<'i>(
    host: &Host,
    care_unit: &CareUnitId,
    offered: impl Iterator<Item = &'i Id>,
) -> Resource {
    let (first_name, last_name) = (text(host.first_name.as_ref()), text(host.last_name.as_ref()));
    let names: Vec<&str> = first_name.iter().chain(&last_name).map(String::as_str).collect();
    let name = if names.is_empty() { host.id.to_string() } else { names.join(" ") };
    Resource {
        id: id::resource(&host.id),
        emr_id: host.id.to_string(),
        care_unit_id: care_unit.clone(),
        name,
        kind: ResourceKind::Practitioner,
        title: text(host.title.as_ref()),
        first_name,
        last_name,
        hsa_id: None,
        healthcare_service_ids: offered.map(id::healthcare_service).collect(),
    }
}

pub(crate) fn healthcare_service(kind: &BookingType, care_unit: &CareUnitId) -> HealthcareService {
    HealthcareService {
        id: id::healthcare_service(&kind.id),
        emr_id: kind.id.to_string(),
        care_unit_id: care_unit.clone(),
        name: kind.name.clone(),
        description: text(kind.description.as_ref()),
        category: text(kind.category.as_ref()),
        duration_minutes: Some(kind.duration_minutes),
        bookable_online: kind.bookable_online,
    }
}
