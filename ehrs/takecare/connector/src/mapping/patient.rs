//! Patients. The number is the id, and the population register says who it is.

use jiff::civil::Date;
use vardbro_ehr::{EhrError, EhrResult, Thing};
use vardbro_model::care_unit::Address;
use vardbro_model::error::{Fault, FaultCode};
use vardbro_model::id::{CareUnitId, PatientId};
use vardbro_model::national::{NumberFault, Sex, SwedishNumber};
use vardbro_model::patient::{ExternalIdType, Gender, NewPatient, Patient};
use vardbro_model::phone::Phone;
use vardbro_model::typed_id::PatientRef;

use super::offer;
use crate::wire::patients::{Address as NativeAddress, NewPatient as NewNative, Patient as Native};
use crate::wire::xml;

pub(super) const COUNTRY: &str = "SE";

/// The number that a request names a patient by: every way to name one is a number here. What has not even the shape of one names
/// nobody.
pub(crate) fn number(patient: &PatientRef, today: Date) -> EhrResult<SwedishNumber> {
    match patient {
        PatientRef::Id(id) => match SwedishNumber::parse(id.as_str(), today) {
            Ok(number) => of_digits(number, "patient_id"),
            Err(
                fault @ (NumberFault::Length { .. } | NumberFault::Character | NumberFault::Separator { .. }),
            ) => Err(EhrError { detail: none(fault), ..EhrError::not_found(Thing::Patient) }),
            Err(fault) => Err(EhrError::fault("patient_id", FaultCode::InvalidPatientId, none(fault))),
        },
        PatientRef::Swedish(number) => of_digits(number.clone(), "patient_id"),
        _ => Err(EhrError::fault(
            "patient_id",
            FaultCode::PatientIdLookupTypeNotSupported,
            "TakeCare knows patients by Swedish numbers only.",
        )),
    }
}

/// Reads a number in any spelling.
pub(crate) fn parsed(text: &str, path: &str, today: Date) -> EhrResult<SwedishNumber> {
    let number = SwedishNumber::parse(text.trim(), today)
        .map_err(|fault| EhrError::fault(path, FaultCode::InvalidPatientId, none(fault)))?;
    of_digits(number, path)
}

fn none(fault: NumberFault) -> String {
    format!("Not a Swedish number: {fault}.")
}

fn of_digits(number: SwedishNumber, path: &str) -> EhrResult<SwedishNumber> {
    if number.digits().bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(number);
    }
    let detail = "TakeCare takes reserve numbers of digits only, not those with letters.";
    Err(EhrError::fault(path, FaultCode::InvalidPatientId, detail))
}

/// `None`: its id cannot be one.
pub(crate) fn patient(native: &Native, unit: &CareUnitId, today: Date) -> Option<Patient> {
    let number = SwedishNumber::parse(&native.id, today).ok();
    let gender = match native.sex.as_deref() {
        Some("M" | "m") => Some(Gender::Male),
        Some("F" | "f") => Some(Gender::Female),
        _ => number.as_ref().and_then(SwedishNumber::sex).map(gender),
    };
    Some(Patient {
        id: PatientId::parse(&native.id).ok()?,
        emr_id: native.id.clone(),
        care_unit_id: unit.clone(),
        external_id: Some(native.id.clone()),
        external_id_type: Some(ExternalIdType::SePersonalNumber),
        first_name: native.first_name.clone(),
        last_name: native.last_name.clone(),
        date_of_birth: native.birth_date.or_else(|| number.as_ref()?.birth_date()),
        gender: gender.unwrap_or(Gender::Unknown),
        phones: phones(&native.telephones),
        emails: native.emails.clone(),
        address: native.address.as_ref().and_then(offer::address),
    })
}

fn gender(sex: Sex) -> Gender {
    match sex {
        Sex::Female => Gender::Female,
        Sex::Male => Gender::Male,
    }
}

fn phones(native: &[String]) -> Vec<Phone> {
    let mut phones: Vec<Phone> = Vec::new();
    for phone in native.iter().filter_map(|text| Phone::parse(text, Some(COUNTRY)).ok()) {
        if !phones.contains(&phone) {
            phones.push(phone);
        }
    }
    phones
}

/// The number of a new patient, and what is sent with it; every fault at once.
pub(crate) fn new_patient(new: NewPatient, today: Date) -> EhrResult<NewNative> {
    let mut faults = Vec::new();
    let number = match new.external_id.as_deref().map(str::trim).filter(|id| !id.is_empty()) {
        None => Err(EhrError::fault(
            "external_id",
            FaultCode::MissingRequiredField,
            "TakeCare keeps patients by their Swedish number only: give it as external_id.",
        )),
        Some(id) => parsed(id, "external_id", today),
    };
    if new.external_id_type.is_some_and(|kind| kind != ExternalIdType::SePersonalNumber) {
        let detail = "TakeCare keeps patients by se_personal_number only.";
        faults.push(Fault::at("external_id_type", FaultCode::NotSupported, detail));
    }
    if new.gender == Some(Gender::Other) {
        let detail = "TakeCare has female and male, as the number says.";
        faults.push(Fault::at("gender", FaultCode::NotSupported, detail));
    }
    if let Ok(number) = &number {
        faults.extend(contradictions(&new, number));
    }
    faults.extend(unwritable(&new));
    match number {
        Ok(number) if faults.is_empty() => Ok(NewNative {
            id: number.digits().to_owned(),
            telephones: new.phones.iter().map(|phone| phone.as_e164().to_owned()).collect(),
            emails: new.emails,
            address: new.address.map(native_address).filter(|address| *address != NativeAddress::default()),
        }),
        Ok(_) => Err(EhrError::invalid(faults)),
        Err(error) if faults.is_empty() => Err(error),
        Err(error) => Err(EhrError::together(error, [EhrError::invalid(faults)])),
    }
}

/// Texts that cannot be sent.
fn unwritable(new: &NewPatient) -> Vec<Fault> {
    let address = new.address.iter().flat_map(|address| {
        let parts = [
            ("address.street", &address.street),
            ("address.co_address", &address.co_address),
            ("address.postal_code", &address.postal_code),
            ("address.city", &address.city),
            ("address.country", &address.country),
        ];
        parts.into_iter().filter_map(|(path, part)| Some((path.to_owned(), part.as_deref()?)))
    });
    let emails = new.emails.iter().enumerate().map(|(at, email)| (format!("emails[{at}]"), email.as_str()));
    let wrong = emails.chain(address).filter(|(_, text)| !text.chars().all(xml::holds));
    wrong
        .map(|(path, _)| {
            Fault::at(path, FaultCode::BadInput, "It has a character that TakeCare cannot hold.")
        })
        .collect()
}

/// The register is what counts: nobody may believe that something else was kept.
fn contradictions(new: &NewPatient, number: &SwedishNumber) -> Vec<Fault> {
    let mut faults = Vec::new();
    match (new.date_of_birth, number.birth_date()) {
        (Some(given), Some(known)) if given != known => {
            let detail = "The date of birth is another one than in external_id.";
            faults.push(Fault::at("date_of_birth", FaultCode::BadInput, detail));
        }
        (Some(_), None) => {
            let detail = "external_id tells no date of birth, and TakeCare takes it from nowhere else.";
            faults.push(Fault::at("date_of_birth", FaultCode::NotSupported, detail));
        }
        _ => {}
    }
    if let Some(given @ (Gender::Female | Gender::Male)) = new.gender
        && number.sex().map(gender) != Some(given)
    {
        let detail = "The gender is another one than external_id tells.";
        faults.push(Fault::at("gender", FaultCode::BadInput, detail));
    }
    faults
}

fn native_address(address: Address) -> NativeAddress {
    NativeAddress {
        street: address.street,
        co_address: address.co_address,
        postal_code: address.postal_code,
        city: address.city,
        country: address.country,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use vardbro_ehr::EhrErrorKind;

    use super::*;

    const TODAY: Date = date(2026, 11, 20);

    fn faults<T: std::fmt::Debug>(result: EhrResult<T>) -> Vec<(FaultCode, Option<String>)> {
        match result.unwrap_err().kind {
            EhrErrorKind::Invalid(faults) => faults.into_iter().map(|one| (one.code, one.path)).collect(),
            other => panic!("{other:?}"),
        }
    }

    fn ada() -> NewPatient {
        NewPatient { external_id: Some("19121212-1212".into()), ..NewPatient::default() }
    }

    #[test]
    fn every_spelling_is_the_same_patient() {
        for text in ["191212121212", "19121212-1212", "emr_id:191212121212", "se_personal_number:121212+1212"]
        {
            let patient = PatientRef::parse(text, TODAY).unwrap();
            assert_eq!(number(&patient, TODAY).unwrap().digits(), "191212121212", "{text}");
        }
        // Without a century and a plus somebody who turned 13 in 2025 is meant.
        let younger = PatientRef::parse("121212-1212", TODAY).unwrap();
        assert_eq!(number(&younger, TODAY).unwrap().digits(), "201212121212");
    }

    #[test]
    fn reserve_and_coordination_numbers_of_digits_are_taken() {
        for text in ["991981000010", "197010632391", "191500722390"] {
            assert!(parsed(text, "patient_id", TODAY).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_told_by_its_fault() {
        for (text, word) in [
            ("197110021835", "check digit"),
            ("197102301834", "date"),
            ("1971", "12 digits"),
            ("19810829M071", "letters"),
        ] {
            let error = parsed(text, "patient_id", TODAY).unwrap_err();
            let EhrErrorKind::Invalid(told) = &error.kind else { panic!("{error:?}") };
            assert!(told[0].detail.contains(word), "{}", told[0].detail);
            assert!(!format!("{error:?}").contains(text), "the number is not repeated");
            assert_eq!(told[0].code, FaultCode::InvalidPatientId);
        }
    }

    #[test]
    fn what_has_not_the_shape_of_a_number_names_nobody() {
        for text in ["nobody", "1", "999999999999999999", "1211-121212"] {
            let error = number(&PatientRef::parse(text, TODAY).unwrap(), TODAY).unwrap_err();
            assert_eq!(error.kind, EhrErrorKind::NotFound(Thing::Patient), "{text}");
            assert!(error.detail.contains("Swedish number"), "{}", error.detail);
        }
        for text in ["197110021835", "197113021834"] {
            let error = number(&PatientRef::parse(text, TODAY).unwrap(), TODAY).unwrap_err();
            assert!(matches!(error.kind, EhrErrorKind::Invalid(_)), "{text}");
        }
    }

    #[test]
    fn a_new_patient_needs_a_number() {
        let without = NewPatient { first_name: Some("Ada".into()), ..NewPatient::default() };
        let expected = [(FaultCode::MissingRequiredField, Some("external_id".to_owned()))];
        assert_eq!(faults(new_patient(without, TODAY).map(|new| new.id)), expected);
    }

    #[test]
    fn a_character_that_xml_cannot_hold_is_refused_where_it_stands() {
        let address = Address { street: Some("Ring\u{fffe}vägen".into()), ..Address::default() };
        let emails = vec!["ada@example.com".into(), "a\u{ffff}@example.com".into()];
        let new = NewPatient { address: Some(address), emails, ..ada() };
        let expected = ["emails[1]", "address.street"];
        assert_eq!(
            faults(new_patient(new, TODAY).map(|new| new.id)),
            expected.map(|path| (FaultCode::BadInput, Some(path.to_owned())))
        );
    }

    #[test]
    fn what_contradicts_the_number_is_refused_all_at_once() {
        let wrong = NewPatient {
            date_of_birth: Some(date(1913, 12, 12)),
            gender: Some(Gender::Female),
            external_id_type: Some(ExternalIdType::NhsNumber),
            ..ada()
        };
        let told = faults(new_patient(wrong, TODAY).map(|new| new.id));
        let expected = ["external_id_type", "date_of_birth", "gender"].map(|path| Some(path.to_owned()));
        assert_eq!(told.into_iter().map(|(_, path)| path).collect::<Vec<_>>(), expected);
        let right = NewPatient {
            date_of_birth: Some(date(1912, 12, 12)),
            gender: Some(Gender::Male),
            external_id_type: Some(ExternalIdType::SePersonalNumber),
            ..ada()
        };
        assert_eq!(new_patient(right, TODAY).map(|new| new.id), Ok("191212121212".to_owned()));
        let other = NewPatient { gender: Some(Gender::Other), ..ada() };
        assert_eq!(faults(new_patient(other, TODAY).map(|new| new.id))[0].0, FaultCode::NotSupported);
    }
}
