//! Patients, and what may be written about them.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::care_unit::Address;
use crate::id::{CareUnitId, PatientId};
use crate::phone::Phone;

/// Gender, as far as the EHR tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Gender {
    /// Female.
    Female,
    /// Male.
    Male,
    /// Neither.
    Other,
    /// The EHR does not tell.
    Unknown,
}

/// What kind of number an `external_id` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExternalIdType {
    /// Swedish personal, coordination or reserve number.
    SePersonalNumber,
    /// Norwegian national identity number.
    NoPersonalNumber,
    /// NHS number.
    NhsNumber,
    /// A number of the client's own.
    Other,
}

/// A patient. Does not print what it holds.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "837047015488620153", "emr_id": "837047015488620153", "care_unit_id": "1390726237298631001",
    "external_id": "booking-site-4711", "external_id_type": null, "first_name": "Ada", "last_name": "Berg",
    "date_of_birth": "1990-02-03", "gender": "female", "phones": ["+61491570006"], "emails": ["ada.berg@example.com"],
    "address": {"street": "1 Collins Street", "co_address": null, "postal_code": "3000", "city": "Melbourne", "country": "AU"}
}))]
pub struct Patient {
    /// Use this in every later call.
    pub id: PatientId,
    /// The EHR's own id, for people and debugging.
    pub emr_id: String,
    /// The care unit that was asked.
    pub care_unit_id: CareUnitId,
    /// The number under which somebody outside the EHR knows the patient.
    pub external_id: Option<String>,
    /// What kind of number that is.
    pub external_id_type: Option<ExternalIdType>,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// Date of birth.
    #[schema(value_type = Option<String>, format = Date, example = "1990-02-03")]
    pub date_of_birth: Option<Date>,
    /// Gender.
    pub gender: Gender,
    /// Phone numbers in E.164 form.
    #[schema(value_type = Vec<String>, example = json!(["+61491570006"]))]
    pub phones: Vec<Phone>,
    /// E-mail addresses.
    #[schema(example = json!(["ada.berg@example.com"]))]
    pub emails: Vec<String>,
    /// Home address.
    pub address: Option<Address>,
}

/// A patient to be found or created. Does not print what it holds.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct NewPatient {
    /// The client's or the nation's number.
    pub external_id: Option<String>,
    /// What kind of number that is.
    pub external_id_type: Option<ExternalIdType>,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// Date of birth.
    pub date_of_birth: Option<Date>,
    /// Gender.
    pub gender: Option<Gender>,
    /// Phone numbers.
    pub phones: Vec<Phone>,
    /// E-mail addresses.
    pub emails: Vec<String>,
    /// Home address.
    pub address: Option<Address>,
}

/// Changes to a patient: `None` leaves a field as it is, `Some(None)` empties it. Does not print what it holds.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PatientChanges {
    /// The client's or the nation's number.
    pub external_id: Option<Option<String>>,
    /// What kind of number that is.
    pub external_id_type: Option<Option<ExternalIdType>>,
    /// Given name.
    pub first_name: Option<Option<String>>,
    /// Family name.
    pub last_name: Option<Option<String>>,
    /// Date of birth.
    pub date_of_birth: Option<Option<Date>>,
    /// Gender.
    pub gender: Option<Gender>,
    /// All phone numbers.
    pub phones: Option<Vec<Phone>>,
    /// All e-mail addresses.
    pub emails: Option<Vec<String>>,
    /// Home address.
    pub address: Option<Option<Address>>,
}

/// What patients are searched by; all given ones must hold. Does not print what it holds.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PatientSearch {
    /// Given name, case-folded.
    pub first_name: Option<String>,
    /// Family name, case-folded.
    pub last_name: Option<String>,
    /// Date of birth.
    pub date_of_birth: Option<Date>,
    /// The client's or the nation's number.
    pub external_id: Option<String>,
    /// A phone number.
    pub phone: Option<Phone>,
    /// An e-mail address, case-folded.
    pub email: Option<String>,
}

/// A patient that was found, or created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upserted {
    /// As the EHR has it.
    pub patient: Patient,
    /// Whether it is new.
    pub created: bool,
}

macro_rules! silent {
    ($($name:ident),+) => {
        $(impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), " { *** }"))
            }
        })+
    };
}

silent!(Patient, NewPatient, PatientChanges, PatientSearch);

/// What a new patient is compared with: the outcome of looking for an existing one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// Nobody: create.
    Nobody,
    /// Exactly this one.
    One(Box<Patient>),
    /// More than one: never a guess.
    Several,
}

impl NewPatient {
    /// Finds the patient among candidates: by `external_id` if given, else by first and last name (case-folded) plus one equal
    /// e-mail or phone, where differing known birth dates exclude a match.
    pub fn find_among(&self, candidates: Vec<Patient>) -> Match {
        let mut matching = candidates.into_iter().filter(|candidate| self.is(candidate));
        match (matching.next(), matching.next()) {
            (None, _) => Match::Nobody,
            (Some(only), None) => Match::One(Box::new(only)),
            (Some(_), Some(_)) => Match::Several,
        }
    }

    fn is(&self, candidate: &Patient) -> bool {
        if let Some(external_id) = &self.external_id {
            return candidate.external_id.as_ref() == Some(external_id);
        }
        let same_name = |mine: &Option<String>, theirs: &Option<String>| match (mine, theirs) {
            (Some(mine), Some(theirs)) => folded(mine) == folded(theirs),
            _ => false,
        };
        let born_differently = matches!((self.date_of_birth, candidate.date_of_birth), (Some(mine), Some(theirs)) if mine != theirs);
        let shares_contact = self.phones.iter().any(|phone| candidate.phones.contains(phone))
            || self
                .emails
                .iter()
                .any(|mine| candidate.emails.iter().any(|theirs| folded(mine) == folded(theirs)));
        same_name(&self.first_name, &candidate.first_name)
            && same_name(&self.last_name, &candidate.last_name)
            && shares_contact
            && !born_differently
    }
}

/// The form in which names and e-mail addresses are compared.
pub fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn ada() -> Patient {
        Patient {
            id: PatientId::parse("1").unwrap(),
            emr_id: "1".into(),
            care_unit_id: CareUnitId::parse("1").unwrap(),
            external_id: Some("A-1".into()),
            external_id_type: None,
            first_name: Some("Ada".into()),
            last_name: Some("Berg".into()),
            date_of_birth: Some(date(1990, 2, 3)),
            gender: Gender::Female,
            phones: vec![],
            emails: vec!["ada@example.com".into()],
            address: None,
        }
    }

    fn new_ada() -> NewPatient {
        NewPatient {
            first_name: Some("ADA".into()),
            last_name: Some("berg".into()),
            emails: vec!["Ada@Example.com".into()],
            ..NewPatient::default()
        }
    }

    #[test]
    fn the_same_name_and_mail_is_the_same_patient() {
        assert_eq!(new_ada().find_among(vec![ada()]), Match::One(Box::new(ada())));
    }

    #[test]
    fn the_same_name_alone_is_not() {
        let without_mail = NewPatient { emails: vec![], ..new_ada() };
        assert_eq!(without_mail.find_among(vec![ada()]), Match::Nobody);
    }

    #[test]
    fn another_known_birth_date_excludes_a_match() {
        let younger = NewPatient { date_of_birth: Some(date(2001, 1, 1)), ..new_ada() };
        assert_eq!(younger.find_among(vec![ada()]), Match::Nobody);
    }

    #[test]
    fn two_that_match_are_never_guessed_between() {
        assert_eq!(new_ada().find_among(vec![ada(), ada()]), Match::Several);
    }

    #[test]
    fn an_external_id_decides_alone() {
        let known = NewPatient { external_id: Some("A-1".into()), ..NewPatient::default() };
        let unknown = NewPatient { external_id: Some("A-2".into()), ..new_ada() };
        assert_eq!(known.find_among(vec![ada()]), Match::One(Box::new(ada())));
        assert_eq!(unknown.find_among(vec![ada()]), Match::Nobody);
    }

    #[test]
    fn a_patient_does_not_print_itself() {
        assert_eq!(format!("{:?}", ada()), "Patient { *** }");
    }
}
