//! Care units, resources and healthcare services.

use jiff::tz::TimeZone;
use vardbro_model::care_unit::{Address, CareUnit};
use vardbro_model::healthcare_service::HealthcareService;
use vardbro_model::id::CareUnitId;
use vardbro_model::phone::Phone;
use vardbro_model::resource::{Resource, ResourceKind};

use super::{html, id, text};
use crate::wire::Id;
use crate::wire::offer::{AppointmentType, Business, Practitioner};

pub(crate) fn care_unit(business: &Business, zone: &TimeZone) -> CareUnit {
    let emr_id = business.id.to_string();
    let name = [&business.display_name, &business.business_name, &business.label];
    let country = text(business.country_code.as_ref()).map(|code| code.to_ascii_uppercase());
    let address = Address {
        street: text(business.address_1.as_ref()),
        co_address: text(business.address_2.as_ref()),
        postal_code: text(business.post_code.as_ref()),
        city: text(business.city.as_ref()),
        country: country.clone(),
    };
    CareUnit {
        id: id::care_unit(business.id),
        name: name.into_iter().find_map(|name| text(name.as_ref())).unwrap_or_else(|| emr_id.clone()),
        emr_id,
        time_zone: zone.iana_name().unwrap_or("UTC").to_owned(),
        hsa_id: None,
        phone: phone(business.contact_information.as_ref(), country.as_deref()),
        email: text(business.email_reply_to.as_ref()),
        address: (address != Address::default()).then_some(address),
    }
}

/// The contact information is free text: a phone number if it reads like one.
fn phone(contact: Option<&String>, country: Option<&str>) -> Option<String> {
    let contact = text(contact)?;
    if let Ok(phone) = Phone::parse(&contact, country) {
        return Some(phone.as_e164().to_owned());
    }
    let like_a_number = contact.chars().all(|c| c.is_ascii_digit() || " +-()/.".contains(c));
    (like_a_number && contact.chars().filter(char::is_ascii_digit).count() >= 5).then_some(contact)
}

pub(crate) fn resource(
    practitioner: &Practitioner,
    care_unit: &CareUnitId,
    offered: impl Iterator<Item = Id>,
) -> Resource {
    let emr_id = practitioner.id.to_string();
    let (first, last) = (text(practitioner.first_name.as_ref()), text(practitioner.last_name.as_ref()));
    let parts: Vec<String> = first.iter().chain(&last).cloned().collect();
    let name = text(practitioner.display_name.as_ref())
        .or_else(|| text(practitioner.label.as_ref()))
        .or_else(|| (!parts.is_empty()).then(|| parts.join(" ")));
    Resource {
        id: id::resource(practitioner.id),
        name: name.unwrap_or_else(|| emr_id.clone()),
        emr_id,
        care_unit_id: care_unit.clone(),
        kind: ResourceKind::Practitioner,
        title: text(practitioner.designation.as_ref()).or_else(|| text(practitioner.title.as_ref())),
        first_name: first,
        last_name: last,
        hsa_id: None,
        healthcare_service_ids: offered.map(id::healthcare_service).collect(),
    }
}

pub(crate) fn healthcare_service(kind: &AppointmentType, care_unit: &CareUnitId) -> HealthcareService {
    let emr_id = kind.id.to_string();
    HealthcareService {
        id: id::healthcare_service(kind.id),
        name: text(kind.name.as_ref()).unwrap_or_else(|| emr_id.clone()),
        emr_id,
        care_unit_id: care_unit.clone(),
        description: text(kind.description.as_ref()).map(|html| html::to_text(&html)),
        category: text(kind.category.as_ref()),
        duration_minutes: kind.duration_in_minutes,
        bookable_online: kind.show_in_online_bookings,
    }
}
