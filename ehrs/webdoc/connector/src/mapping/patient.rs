//! Patients.

use jiff::civil::Date;
use vardbro_model::care_unit::Address;
use vardbro_model::id::CareUnitId;
use vardbro_model::national::Sex;
use vardbro_model::patient::{ExternalIdType, Gender, NewPatient, Patient, PatientChanges};
use vardbro_model::phone::Phone;

use super::number::Number;
use crate::wire::patients::{Contact, Patient as Native, PatientChange};

/// Webdoc is used in Sweden: numbers without a country code are Swedish.
const COUNTRY: Option<&str> = Some("SE");

/// `None`: Webdoc tells no number that could be an id.
pub(crate) fn patient(native: &Native, unit: &CareUnitId, today: Date) -> Option<Patient> {
    let number = number(native, today)?;
    let contact = native.contact.clone().unwrap_or_default();
    let address = match &native.address {
        Some(address) => Address {
            street: address.street_name.clone(),
            co_address: address.co_address.clone(),
            postal_code: address.zip_code.clone(),
            city: address.city.clone(),
            country: None,
        },
        None => Address {
            street: contact.street_name.clone(),
            co_address: contact.co_address.clone(),
            postal_code: contact.zip_code.clone(),
            city: contact.city.clone(),
            country: None,
        },
    };
    let is_national = matches!(number, Number::Swedish(_));
    Some(Patient {
        id: number.patient_id()?,
        emr_id: number.plain().to_owned(),
        care_unit_id: unit.clone(),
        external_id: is_national.then(|| number.plain().to_owned()),
        external_id_type: is_national.then_some(ExternalIdType::SePersonalNumber),
        first_name: native.first_name.clone(),
        last_name: native.last_name.clone(),
        date_of_birth: native.birth_date,
        gender: gender(native.gender.as_deref()),
        phones: phones(native),
        emails: native.email.clone().or(contact.email).into_iter().collect(),
        address: (address != Address::default()).then_some(address),
    })
}

/// The number by which Webdoc knows the patient.
pub(crate) fn number(native: &Native, today: Date) -> Option<Number> {
    let text = native.personal_number.as_deref().or(native.identification_number.as_deref())?;
    Number::read(text, today)
}

/// The number of a patient who was found by it, as Webdoc spells it.
pub(crate) fn own_number(native: &Native, asked: Number, today: Date) -> Number {
    number(native, today).unwrap_or(asked)
}

/// Webdoc's letters: K for kvinna, woman, and M for man.
fn gender(native: Option<&str>) -> Gender {
    match native.map(str::trim) {
        Some("K" | "k") => Gender::Female,
        Some("M" | "m") => Gender::Male,
        _ => Gender::Unknown,
    }
}

pub(crate) fn native_gender(gender: Gender) -> Option<&'static str> {
    match gender {
        Gender::Female => Some("K"),
        Gender::Male => Some("M"),
        Gender::Other | Gender::Unknown => None,
    }
}

pub(crate) fn gender_of(sex: Sex) -> Gender {
    match sex {
        Sex::Female => Gender::Female,
        Sex::Male => Gender::Male,
    }
}

/// The mobile number first: it is the only one that can be changed.
fn phones(native: &Native) -> Vec<Phone> {
    let mut phones: Vec<Phone> = mobile(native).into_iter().collect();
    for phone in fixed_phones(native) {
        if !phones.contains(&phone) {
            phones.push(phone);
        }
    }
    phones
}

fn mobile(native: &Native) -> Option<Phone> {
    let contact = native.contact.as_ref().and_then(|contact| contact.mobile.as_ref());
    native.mobile_phone_number.as_ref().or(contact).and_then(|text| read_phone(text))
}

/// The home and work numbers, which Webdoc's API shows and does not change.
pub(crate) fn fixed_phones(native: &Native) -> Vec<Phone> {
    let contact = native.contact.as_ref();
    let home = native.home_phone_number.as_ref().or(contact.and_then(|contact| contact.home_phone.as_ref()));
    let work = native.work_phone_number.as_ref().or(contact.and_then(|contact| contact.work_phone.as_ref()));
    [home, work].into_iter().flatten().filter_map(|text| read_phone(text)).collect()
}

fn read_phone(text: &str) -> Option<Phone> {
    let phone = Phone::parse(text, COUNTRY).ok();
    if phone.is_none() {
        tracing::debug!("a phone number of a patient is no valid number and is left out");
    }
    phone
}

/// How a new patient is reached, as far as a new patient without a number can be told.
pub(crate) fn contact(new: &NewPatient) -> Contact {
    let address = new.address.clone().unwrap_or_default();
    Contact {
        street_name: address.street,
        zip_code: address.postal_code,
        co_address: address.co_address,
        city: address.city,
        home_phone: None,
        work_phone: None,
        mobile: new.phones.first().map(|phone| phone.as_e164().to_owned()),
        email: new.emails.first().cloned(),
    }
}

/// What changes: an empty text empties a field. `mobile`: the new one, if it changes.
pub(crate) fn change(changes: &PatientChanges, mobile: Option<Option<Phone>>) -> PatientChange {
    let text = |field: &Option<Option<String>>| field.clone().map(Option::unwrap_or_default);
    let address = changes.address.clone().map(Option::unwrap_or_default);
    let part = |part: fn(&Address) -> &Option<String>| {
        address.as_ref().map(|address| part(address).clone().unwrap_or_default())
    };
    PatientChange {
        email: changes.emails.as_ref().map(|emails| emails.first().cloned().unwrap_or_default()),
        mobile_number: mobile
            .map(|mobile| mobile.map_or_else(String::new, |phone| phone.as_e164().to_owned())),
        first_name: text(&changes.first_name),
        last_name: text(&changes.last_name),
        address: part(|address| &address.street),
        co_address: part(|address| &address.co_address),
        city: part(|address| &address.city),
        zip_code: part(|address| &address.postal_code),
    }
}

/// The patient as the changes make them, where Webdoc did what it was told.
pub(crate) fn changed(present: Patient, changes: &PatientChanges) -> Patient {
    let name = |change: &Option<Option<String>>, present: Option<String>| change.clone().unwrap_or(present);
    Patient {
        first_name: name(&changes.first_name, present.first_name),
        last_name: name(&changes.last_name, present.last_name),
        phones: changes.phones.clone().unwrap_or(present.phones),
        emails: changes.emails.clone().unwrap_or(present.emails),
        address: changes.address.clone().unwrap_or(present.address),
        ..present
    }
}
