//! Care units, resources, healthcare services and free times.

use jiff::tz::TimeZone;
use vardbro_model::care_unit::{Address, CareUnit};
use vardbro_model::healthcare_service::HealthcareService;
use vardbro_model::id::{CareUnitId, HealthcareServiceId};
use vardbro_model::phone::Phone;
use vardbro_model::resource::{Resource, ResourceKind};
use vardbro_model::time::{DateTime, Window};
use vardbro_model::timeslot::Timeslot;

use super::id;
use super::patient::COUNTRY;
use crate::config::is_hsa_id;
use crate::wire::availability::{Resource as NativeResource, Timeslot as NativeTimeslot};
use crate::wire::care_units::CareUnit as NativeUnit;
use crate::wire::patients::Address as NativeAddress;
use crate::wire::time_types::TimeType;

/// A care unit that the listing tells of. `None`: its id cannot be one of ours.
pub(crate) fn care_unit(native: &NativeUnit, zone: &TimeZone) -> Option<CareUnit> {
    let named = named_care_unit(&native.id, Some(&native.name), zone)?;
    Some(CareUnit {
        hsa_id: native.hsa_id.clone().or(named.hsa_id),
        phone: native.telephone.as_deref().map(e164),
        email: native.email.clone(),
        address: native.address.as_ref().and_then(address),
        ..named
    })
}

/// A number that cannot be read stays as TakeCare has it.
fn e164(phone: &str) -> String {
    Phone::parse(phone, Some(COUNTRY)).map_or_else(|_| phone.to_owned(), |valid| valid.as_e164().to_owned())
}

/// A care unit of which only id and name are known.
pub(crate) fn named_care_unit(native: &str, name: Option<&str>, zone: &TimeZone) -> Option<CareUnit> {
    Some(CareUnit {
        id: CareUnitId::parse(native).ok()?,
        emr_id: native.to_owned(),
        name: name.filter(|name| !name.is_empty()).unwrap_or(native).to_owned(),
        time_zone: zone.iana_name().unwrap_or("Etc/UTC").to_owned(),
        hsa_id: is_hsa_id(native).then(|| native.to_owned()),
        phone: None,
        email: None,
        address: None,
    })
}

/// `None`: it says nothing.
pub(crate) fn address(native: &NativeAddress) -> Option<Address> {
    let country = native.country.as_ref().map(|country| country.to_ascii_uppercase());
    let address = Address {
        street: native.street.clone(),
        co_address: native.co_address.clone(),
        postal_code: native.postal_code.clone(),
        city: native.city.clone(),
        country,
    };
    (address != Address::default()).then_some(address)
}

pub(crate) fn healthcare_service(native: &TimeType, unit: &CareUnitId) -> Option<HealthcareService> {
    Some(HealthcareService {
        id: service_id(native.id)?,
        emr_id: native.id.to_string(),
        care_unit_id: unit.clone(),
        name: if native.name.is_empty() { native.id.to_string() } else { native.name.clone() },
        description: None,
        category: None,
        duration_minutes: None,
        bookable_online: Some(true),
    })
}

pub(crate) fn service_id(native: u16) -> Option<HealthcareServiceId> {
    HealthcareServiceId::parse(&native.to_string()).ok()
}

pub(crate) fn resource(
    native: &NativeResource,
    unit: &CareUnitId,
    services: impl IntoIterator<Item = u16>,
) -> Option<Resource> {
    Some(Resource {
        id: id::resource(unit, native.id)?,
        emr_id: native.id.to_string(),
        care_unit_id: unit.clone(),
        name: if native.name.is_empty() { native.id.to_string() } else { native.name.clone() },
        kind: kind(native.kind),
        title: None,
        first_name: None,
        last_name: None,
        hsa_id: None,
        healthcare_service_ids: services.into_iter().filter_map(service_id).collect(),
    })
}

/// 1 is a named resource, 2 a position or profession, 3 a bed, 4 a room.
fn kind(native: u8) -> ResourceKind {
    match native {
        1 => ResourceKind::Practitioner,
        3 => ResourceKind::Equipment,
        4 => ResourceKind::Room,
        _ => ResourceKind::Unknown,
    }
}

pub(crate) fn timeslot(
    native: &NativeTimeslot,
    window: Window,
    unit: &CareUnitId,
    zone: &TimeZone,
) -> Option<Timeslot> {
    Some(Timeslot {
        start: DateTime::in_zone(window.start, zone),
        end: DateTime::in_zone(window.end, zone),
        resource_id: id::resource(unit, native.resource.id)?,
        healthcare_service_id: service_id(native.time_type)?,
        care_unit_id: unit.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_is_told_as_e164_or_as_it_stands() {
        assert_eq!(e164("08-465 004 10"), "+46846500410");
        assert_eq!(e164("ring växeln"), "ring växeln");
    }
}
