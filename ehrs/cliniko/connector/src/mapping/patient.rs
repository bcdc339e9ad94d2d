//! Patients.

use vardbro_model::care_unit::Address;
use vardbro_model::id::CareUnitId;
use vardbro_model::patient::{Gender, NewPatient, Patient, PatientChanges};
use vardbro_model::phone::Phone;

use super::{id, text};
use crate::wire::patients::{NewPhoneNumber, Patient as Native, PatientFields, PhoneNumber};

const DEFAULT_PHONE_TYPE: &str = "Mobile";

pub(crate) fn patient(native: &Native, care_unit: &CareUnitId, country: Option<&str>) -> Patient {
    let address = Address {
        street: text(native.address_1.as_ref()),
        co_address: text(native.address_2.as_ref()),
        postal_code: text(native.post_code.as_ref()),
        city: text(native.city.as_ref()),
        country: text(native.country_code.as_ref()).map(|code| code.to_ascii_uppercase()),
    };
    Patient {
        id: id::patient(native.id),
        emr_id: native.id.to_string(),
        care_unit_id: care_unit.clone(),
        external_id: text(native.old_reference_id.as_ref()),
        external_id_type: None,
        first_name: text(native.first_name.as_ref()),
        last_name: text(native.last_name.as_ref()),
        date_of_birth: native.date_of_birth,
        gender: gender(native.sex.as_deref()),
        phones: phones(native, country),
        emails: text(native.email.as_ref()).into_iter().collect(),
        address: (address != Address::default()).then_some(address),
    }
}

/// `sex` is free text.
fn gender(sex: Option<&str>) -> Gender {
    match sex.unwrap_or_default().trim().to_lowercase().as_str() {
        "" | "unknown" | "not stated" | "not specified" => Gender::Unknown,
        "female" | "f" | "woman" => Gender::Female,
        "male" | "m" | "man" => Gender::Male,
        _ => Gender::Other,
    }
}

fn sex(gender: Gender) -> Option<&'static str> {
    match gender {
        Gender::Female => Some("Female"),
        Gender::Male => Some("Male"),
        Gender::Other => Some("Other"),
        Gender::Unknown => None,
    }
}

fn phones(native: &Native, country: Option<&str>) -> Vec<Phone> {
    let numbers = native.patient_phone_numbers.as_deref().unwrap_or_default();
    let mut phones: Vec<Phone> = Vec::new();
    let mut unreadable = 0_u32;
    for number in numbers {
        match phone(number, country) {
            Some(phone) if phones.contains(&phone) => {}
            Some(phone) => phones.push(phone),
            None => unreadable = unreadable.saturating_add(1),
        }
    }
    if unreadable > 0 {
        tracing::debug!(unreadable, "phone numbers of a patient are no valid numbers and are left out");
    }
    phones
}

/// Cliniko's normalised number is E.164 without its plus.
fn phone(number: &PhoneNumber, country: Option<&str>) -> Option<Phone> {
    let normalized = text(number.normalized_number.as_ref());
    let international = normalized.as_deref().map(|digits| format!("+{}", digits.trim_start_matches('+')));
    let national = text(number.number.as_ref());
    let read = |text: &String| Phone::parse(text, country).ok();
    international
        .as_ref()
        .and_then(read)
        .or_else(|| national.as_ref().and_then(read))
        .or_else(|| normalized.as_ref().and_then(read))
}

/// All that a new patient can have.
pub(crate) fn new_fields(new: NewPatient) -> PatientFields {
    let address = new.address.unwrap_or_default();
    PatientFields {
        first_name: new.first_name,
        last_name: new.last_name,
        date_of_birth: new.date_of_birth.map(Some),
        sex: new.gender.and_then(sex).map(Some),
        email: new.emails.into_iter().next().map(Some),
        patient_phone_numbers: (!new.phones.is_empty())
            .then(|| new.phones.iter().map(|phone| written(phone, None)).collect()),
        address_1: address.street.map(Some),
        address_2: address.co_address.map(Some),
        city: address.city.map(Some),
        post_code: address.postal_code.map(Some),
        country_code: address.country.map(Some),
        old_reference_id: new.external_id.map(Some),
    }
}

/// What changes of a patient. Numbers that we cannot read stay, and those that stay keep their kind.
pub(crate) fn changed_fields(
    changes: PatientChanges,
    present: &Native,
    country: Option<&str>,
) -> PatientFields {
    let address = changes.address.map(Option::unwrap_or_default);
    let part = |part: fn(&Address) -> &Option<String>| address.as_ref().map(|address| part(address).clone());
    PatientFields {
        first_name: changes.first_name.flatten(),
        last_name: changes.last_name.flatten(),
        date_of_birth: changes.date_of_birth,
        sex: changes.gender.map(sex),
        email: changes.emails.map(|emails| emails.into_iter().next()),
        patient_phone_numbers: changes.phones.map(|phones| changed_phones(&phones, present, country)),
        address_1: part(|address| &address.street),
        address_2: part(|address| &address.co_address),
        city: part(|address| &address.city),
        post_code: part(|address| &address.postal_code),
        country_code: part(|address| &address.country),
        old_reference_id: changes.external_id,
    }
}

fn changed_phones(phones: &[Phone], present: &Native, country: Option<&str>) -> Vec<NewPhoneNumber> {
    let known = present.patient_phone_numbers.as_deref().unwrap_or_default();
    let kind = |wanted: &Phone| known.iter().find(|number| phone(number, country).as_ref() == Some(wanted));
    let unreadable = known.iter().filter(|number| phone(number, country).is_none()).filter_map(|number| {
        Some(NewPhoneNumber { phone_type: phone_type(Some(number)), number: number.number.clone()? })
    });
    phones.iter().map(|phone| written(phone, kind(phone))).chain(unreadable).collect()
}

fn written(phone: &Phone, present: Option<&PhoneNumber>) -> NewPhoneNumber {
    NewPhoneNumber { phone_type: phone_type(present), number: phone.as_e164().to_owned() }
}

fn phone_type(present: Option<&PhoneNumber>) -> String {
    present
        .and_then(|number| text(number.phone_type.as_ref()))
        .unwrap_or_else(|| DEFAULT_PHONE_TYPE.to_owned())
}
