use std::fmt;

use jiff::civil::Date;
use vardbro_model::id::{IdFault, PatientId};
use vardbro_model::typed_id::{PatientRef, TypedIdFault};
use vardbro_vault::AuditKey;

use super::chain::Encoding;

/// Whom a row is about, or how a request named them, as bytes that are the same each time: either an EHR's code and its id of the patient,
/// or the type and the digits of a national number, whichever EHR was asked. The log keeps the HMAC of them. Does not print
/// itself.
///
/// The bytes are `vardbro patient v1` and the two values, each after its length as 8 bytes, big end first.
#[derive(Clone, PartialEq, Eq)]
pub struct PatientName(Vec<u8>);

/// Why a text names no patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PatientNameFault {
    /// It does not say whose id it is.
    #[error(
        "name the patient as EHR:ID, such as cliniko:837047, or by a number, such as se_personal_number:…"
    )]
    Shape,
    /// The value cannot be an id.
    #[error("{0}")]
    Id(#[from] IdFault),
    /// The value is not a number of that type.
    #[error("{0}")]
    Number(#[from] TypedIdFault),
}

impl PatientName {
    /// The patient that an EHR knows by this id.
    pub fn of_ehr(ehr: &str, id: &PatientId) -> Self {
        Self::of_pair(ehr, id.as_str())
    }

    /// As a request to an EHR names them.
    pub fn of_request(ehr: &str, patient: &PatientRef) -> Self {
        match patient {
            PatientRef::Id(id) => Self::of_ehr(ehr, id),
            number => {
                let (kind, digits) = words(number);
                Self::of_pair(kind, digits)
            }
        }
    }

    /// Reads `EHR:ID` or `TYPE:NUMBER`. `today` decides the century of a ten-digit Swedish number.
    pub fn parse(text: &str, today: Date) -> Result<Self, PatientNameFault> {
        match text.split_once(':').ok_or(PatientNameFault::Shape)? {
            ("" | "emr_id", _) => Err(PatientNameFault::Shape),
            ("se_personal_number" | "no_personal_number" | "nhs_number", _) => {
                Ok(Self::of_request("", &PatientRef::parse(text, today)?))
            }
            (ehr, id) => Ok(Self::of_ehr(ehr, &PatientId::parse(id)?)),
        }
    }

    /// What the log calls them under this key.
    pub(crate) fn under(&self, key: &AuditKey) -> [u8; 32] {
        key.name_of(&self.0)
    }

    fn of_pair(whose: &str, value: &str) -> Self {
        Self(Encoding::of("vardbro patient v1").text(whose).text(value).0)
    }
}

impl fmt::Debug for PatientName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// The type and the value of a typed id.
pub(crate) fn words(patient: &PatientRef) -> (&'static str, &str) {
    match patient {
        PatientRef::Id(id) => ("emr_id", id.as_str()),
        PatientRef::Swedish(number) => ("se_personal_number", number.digits()),
        PatientRef::Norwegian(number) => ("no_personal_number", number.digits()),
        PatientRef::Nhs(number) => ("nhs_number", number.digits()),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TODAY: Date = date(2026, 11, 20);

    fn name(text: &str) -> PatientName {
        PatientName::parse(text, TODAY).unwrap()
    }

    #[test]
    fn every_spelling_names_the_same_patient() {
        let patient = PatientRef::parse("se_personal_number:191212121212", TODAY).unwrap();

        assert!(name("se_personal_number:121212+1212") == PatientName::of_request("takecare", &patient));
        assert!(name("se_personal_number:19121212-1212") == name("se_personal_number:191212121212"));
    }

    #[test]
    fn an_id_of_one_ehr_names_nobody_in_another() {
        assert!(name("cliniko:1") != name("webdoc:1"));
        assert!(name("cliniko:11") != name("cliniko1:1"));
    }

    #[test]
    fn a_text_that_names_nobody_is_refused() {
        for wrong in ["837", "", ":837", "emr_id:837"] {
            assert_eq!(PatientName::parse(wrong, TODAY).err(), Some(PatientNameFault::Shape), "{wrong}");
        }
        assert!(matches!(
            PatientName::parse("se_personal_number:191212121213", TODAY),
            Err(PatientNameFault::Number(_))
        ));
        assert!(matches!(PatientName::parse("cliniko:a b", TODAY), Err(PatientNameFault::Id(_))));
    }
}
