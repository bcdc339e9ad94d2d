//! Patients: what Kaddio has a field for, and what it keeps in custom fields of the organisation.

use jiff::civil::Date;
use vardbro_ehr::{EhrError, EhrResult};
use vardbro_model::care_unit::Address;
use vardbro_model::error::{Fault, FaultCode};
use vardbro_model::id::CareUnitId;
use vardbro_model::national::{Sex, SwedishNumber};
use vardbro_model::patient::{ExternalIdType, Gender, NewPatient, Patient};
use vardbro_model::phone::Phone;

use super::{id, text};
use crate::config::{CustomFields, Kept};
use crate::operations::{Documents, Name};
use crate::wire::clients::{Client, CustomFieldValueInput, NewClient};

/// Whose national form phone numbers are read in.
pub(crate) const COUNTRY: &str = "SE";

/// Between several phones or e-mail addresses in one custom field.
const SEPARATOR: &str = ", ";

/// What is read as standing between two of them.
const SEPARATORS: [char; 3] = [',', ';', '\n'];

pub(crate) fn patient(
    native: &Client,
    fields: &CustomFields,
    care_unit: &CareUnitId,
    today: Date,
) -> Patient {
    let kept = |kept: Kept| {
        let field = fields.of(kept)?;
        let found = native.custom_fields.iter().find(|custom| custom.field == *field)?;
        text(found.value.as_ref())
    };
    let external_id = text(native.personal_number.as_ref());
    let number = external_id.as_deref().and_then(|digits| SwedishNumber::parse(digits, today).ok());
    let born = number.as_ref().and_then(SwedishNumber::birth_date);
    let sex = number.as_ref().and_then(SwedishNumber::sex).map(gender_of);
    let address = Address {
        street: text(native.street.as_ref()),
        co_address: kept(Kept::CoAddress),
        postal_code: text(native.postal_code.as_ref()),
        city: text(native.city.as_ref()),
        country: kept(Kept::Country),
    };
    Patient {
        id: id::patient(&native.id),
        emr_id: native.id.to_string(),
        care_unit_id: care_unit.clone(),
        external_id_type: number.is_some().then_some(ExternalIdType::SePersonalNumber),
        external_id: number.map(|number| number.digits().to_owned()).or(external_id),
        first_name: text(native.first_name.as_ref()),
        last_name: text(native.last_name.as_ref()),
        date_of_birth: born.or_else(|| kept(Kept::DateOfBirth)?.parse().ok()),
        gender: kept(Kept::Gender).and_then(|word| gender(&word)).or(sex).unwrap_or(Gender::Unknown),
        phones: phones(native.phone.as_deref(), kept(Kept::OtherPhones)),
        emails: text(native.email.as_ref())
            .into_iter()
            .chain(several(kept(Kept::OtherEmails).as_deref()).map(str::to_owned))
            .collect(),
        address: (address != Address::default()).then_some(address),
    }
}

fn phones(first: Option<&str>, others: Option<String>) -> Vec<Phone> {
    let mut phones: Vec<Phone> = Vec::new();
    for number in first.into_iter().chain(several(others.as_deref())) {
        match Phone::parse(number.trim(), Some(COUNTRY)) {
            Ok(phone) if phones.contains(&phone) => {}
            Ok(phone) => phones.push(phone),
            Err(_) if number.trim().is_empty() => {}
            Err(_) => tracing::debug!("a phone number of a client is no valid number and is left out"),
        }
    }
    phones
}

fn several(kept: Option<&str>) -> impl Iterator<Item = &str> {
    kept.unwrap_or_default().split(SEPARATORS).map(str::trim).filter(|one| !one.is_empty())
}

fn gender_of(sex: Sex) -> Gender {
    match sex {
        Sex::Female => Gender::Female,
        Sex::Male => Gender::Male,
    }
}

/// A custom field is free text: also as Swedish staff would write it.
fn gender(word: &str) -> Option<Gender> {
    match word.to_lowercase().as_str() {
        "female" | "kvinna" => Some(Gender::Female),
        "male" | "man" => Some(Gender::Male),
        "other" | "annat" => Some(Gender::Other),
        _ => None,
    }
}

fn word(gender: Gender) -> Option<&'static str> {
    match gender {
        Gender::Female => Some("female"),
        Gender::Male => Some("male"),
        Gender::Other => Some("other"),
        Gender::Unknown => None,
    }
}

/// How a new patient comes into Kaddio: at once what it has a field for, then the rest.
pub(crate) struct Plan {
    pub(crate) client: NewClient,
    pub(crate) custom_fields: Vec<CustomFieldValueInput>,
    /// Our names of what is kept in those.
    pub(crate) kept: Vec<&'static str>,
}

/// Plans it; the error is everything that Kaddio, or this connection, cannot hold.
pub(crate) fn plan(
    new: &NewPatient,
    fields: &CustomFields,
    documents: &Documents,
    today: Date,
) -> EhrResult<Plan> {
    let mut planning =
        Planning { fields, documents, faults: Vec::new(), custom_fields: Vec::new(), kept: Vec::new() };
    let number = planning.number(new, today);
    let born = number.as_ref().and_then(SwedishNumber::birth_date);
    let sex = number.as_ref().and_then(SwedishNumber::sex).map(gender_of);
    planning.birth(new.date_of_birth, born);
    planning.gender(new.gender, sex);
    let address = new.address.clone().unwrap_or_default();
    planning.keep(Kept::CoAddress, "address.co_address", text(address.co_address.as_ref()));
    planning.keep(Kept::Country, "address.country", text(address.country.as_ref()));
    let (phone, other_phones) = first_and_others(new.phones.iter().map(Phone::as_e164));
    let (email, other_emails) = first_and_others(new.emails.iter().map(String::as_str));
    planning.other_emails(&new.emails);
    planning.keep(Kept::OtherPhones, "phones.1", other_phones);
    planning.keep(Kept::OtherEmails, "emails.1", other_emails);
    let client = NewClient {
        first_name: text(new.first_name.as_ref()),
        last_name: text(new.last_name.as_ref()),
        personal_number: number.map(|number| number.digits().to_owned()),
        email: planning.taken("email", "emails.0", email),
        phone: planning.taken("phone", "phones.0", phone),
        street: planning.taken("street", "address.street", text(address.street.as_ref())),
        postal_code: planning.taken("postal_code", "address.postal_code", text(address.postal_code.as_ref())),
        city: planning.taken("city", "address.city", text(address.city.as_ref())),
    };
    let Planning { faults, custom_fields, kept, .. } = planning;
    if faults.is_empty() { Ok(Plan { client, custom_fields, kept }) } else { Err(EhrError::invalid(faults)) }
}

/// Each of them once; the others as they stand in one custom field.
fn first_and_others<'t>(all: impl Iterator<Item = &'t str>) -> (Option<String>, Option<String>) {
    let mut distinct: Vec<&str> = Vec::new();
    for one in all {
        if !distinct.contains(&one) {
            distinct.push(one);
        }
    }
    let mut distinct = distinct.into_iter();
    let first = distinct.next().map(str::to_owned);
    let others: Vec<&str> = distinct.collect();
    (first, (!others.is_empty()).then(|| others.join(SEPARATOR)))
}

struct Planning<'a> {
    fields: &'a CustomFields,
    documents: &'a Documents,
    faults: Vec<Fault>,
    custom_fields: Vec<CustomFieldValueInput>,
    kept: Vec<&'static str>,
}

impl Planning<'_> {
    fn fault(&mut self, path: &str, code: FaultCode, detail: impl Into<String>) {
        self.faults.push(Fault::at(path, code, detail));
    }

    fn number(&mut self, new: &NewPatient, today: Date) -> Option<SwedishNumber> {
        if new.external_id_type.is_some_and(|kind| kind != ExternalIdType::SePersonalNumber) {
            self.fault("external_id_type", FaultCode::NotSupported, "Kaddio knows Swedish numbers only.");
            return None;
        }
        match SwedishNumber::parse(new.external_id.as_deref()?, today) {
            Ok(number) => Some(number),
            Err(wrong) => {
                self.fault(
                    "external_id",
                    FaultCode::InvalidPatientId,
                    format!("Not a Swedish number: {wrong}."),
                );
                None
            }
        }
    }

    fn birth(&mut self, given: Option<Date>, born: Option<Date>) {
        match (given, born) {
            (Some(given), Some(born)) if given != born => {
                self.fault("date_of_birth", FaultCode::BadInput, "It is another one than in external_id.");
            }
            (Some(given), None) => self.keep(Kept::DateOfBirth, "date_of_birth", Some(given.to_string())),
            _ => {}
        }
    }

    fn gender(&mut self, given: Option<Gender>, sex: Option<Gender>) {
        let Some(given) = given.filter(|given| Some(*given) != sex) else { return };
        if given != Gender::Other && given != Gender::Unknown && sex.is_some() {
            self.fault("gender", FaultCode::BadInput, "It is another one than in external_id.");
        } else {
            self.keep(Kept::Gender, "gender", word(given).map(str::to_owned));
        }
    }

    /// An address with a separator in it would come back as two.
    fn other_emails(&mut self, emails: &[String]) {
        for (number, _) in emails.iter().enumerate().skip(1).filter(|(_, email)| email.contains(SEPARATORS)) {
            let detail = "Further addresses stand in one custom field: one with a comma or a semicolon would be torn apart.";
            self.fault(&format!("emails.{number}"), FaultCode::NotSupported, detail);
        }
    }

    /// Keeps a value in a custom field.
    fn keep(&mut self, kept: Kept, path: &str, value: Option<String>) {
        let Some(value) = value else { return };
        let update = Name::UpdateUser;
        match self.fields.of(kept) {
            None => self.fault(
                path,
                FaultCode::NotSupported,
                format!(
                    "Kaddio has no field for it, and the connection's setting custom_fields names none for {}.",
                    kept.as_str()
                ),
            ),
            Some(_) if self.documents.get(update).is_none() => {
                self.fault(path, FaultCode::NotSupported, crate::error::why_off(update.spec()));
            }
            Some(field) => {
                self.custom_fields.push(CustomFieldValueInput { field: field.clone(), value_string: value });
                self.kept.push(kept.as_str());
            }
        }
    }

    /// The value, if the connection's document takes it.
    fn taken(&mut self, variable: &str, path: &str, value: Option<String>) -> Option<String> {
        let create = Name::CreateClient;
        if value.is_some() && !self.documents.take(create, variable) {
            let detail = format!("The connection's {} does not take it.", create.spec().setting);
            self.fault(path, FaultCode::NotSupported, detail);
            return None;
        }
        value
    }
}

#[cfg(test)]
mod tests;
