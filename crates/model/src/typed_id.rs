//! Typed ids: `{type}:{value}`, in every place that takes a patient or a resource.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

use crate::id::{IdFault, PatientId, ResourceId};
use crate::national::{HsaId, NhsNumber, NorwegianNumber, NumberFault, Strictness, SwedishNumber};

/// The kinds of patient id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PatientIdType {
    /// The EHR's own id.
    EmrId,
    /// Swedish personal, coordination or reserve number.
    SePersonalNumber,
    /// Norwegian national identity number.
    NoPersonalNumber,
    /// NHS number of England, Wales and the Isle of Man.
    NhsNumber,
}

/// The kinds of resource id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResourceIdType {
    /// The EHR's own id.
    EmrId,
    /// The id in the Swedish directory of health and care.
    HsaId,
    /// Swedish personal number.
    SePersonalNumber,
    /// Norwegian national identity number.
    NoPersonalNumber,
}

/// How a request names a patient. Does not print what it holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PatientRef {
    /// The `id` of the API, or the EHR's own id.
    Id(PatientId),
    /// A Swedish number.
    Swedish(SwedishNumber),
    /// A Norwegian number.
    Norwegian(NorwegianNumber),
    /// An NHS number.
    Nhs(NhsNumber),
}

/// How a request names a resource.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ResourceRef {
    /// The `id` of the API, or the EHR's own id.
    Id(ResourceId),
    /// The HSA id.
    Hsa(HsaId),
    /// A Swedish number.
    Swedish(SwedishNumber),
    /// A Norwegian number.
    Norwegian(NorwegianNumber),
}

/// Why a text is not a typed id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TypedIdFault {
    /// There is no such type.
    #[error("there is no such type of id; the types are {0}")]
    Type(&'static str),
    /// The value cannot be an id.
    #[error("{0}")]
    Id(#[from] IdFault),
    /// The value is not a number of that type.
    #[error("{0}")]
    Number(#[from] NumberFault),
}

impl PatientRef {
    /// Reads a bare or typed id. `today` decides the century of a ten-digit Swedish number.
    pub fn parse(text: &str, today: Date) -> Result<Self, TypedIdFault> {
        match text.split_once(':') {
            None => Ok(Self::Id(PatientId::parse(text)?)),
            Some(("emr_id", value)) => Ok(Self::Id(PatientId::parse(value)?)),
            Some(("se_personal_number", value)) => Ok(Self::Swedish(SwedishNumber::parse(value, today)?)),
            Some(("no_personal_number", value)) => {
                Ok(Self::Norwegian(NorwegianNumber::parse(value, Strictness::Checksum)?))
            }
            Some(("nhs_number", value)) => Ok(Self::Nhs(NhsNumber::parse(value)?)),
            Some(_) => Err(TypedIdFault::Type("emr_id, se_personal_number, no_personal_number, nhs_number")),
        }
    }

    /// Which type it is of.
    pub fn id_type(&self) -> PatientIdType {
        match self {
            Self::Id(_) => PatientIdType::EmrId,
            Self::Swedish(_) => PatientIdType::SePersonalNumber,
            Self::Norwegian(_) => PatientIdType::NoPersonalNumber,
            Self::Nhs(_) => PatientIdType::NhsNumber,
        }
    }
}

impl ResourceRef {
    /// Reads a bare or typed id. `today` decides the century of a ten-digit Swedish number.
    pub fn parse(text: &str, today: Date) -> Result<Self, TypedIdFault> {
        match text.split_once(':') {
            None => Ok(Self::Id(ResourceId::parse(text)?)),
            Some(("emr_id", value)) => Ok(Self::Id(ResourceId::parse(value)?)),
            Some(("hsa_id", value)) => Ok(Self::Hsa(HsaId::parse(value)?)),
            Some(("se_personal_number", value)) => Ok(Self::Swedish(SwedishNumber::parse(value, today)?)),
            Some(("no_personal_number", value)) => {
                Ok(Self::Norwegian(NorwegianNumber::parse(value, Strictness::Checksum)?))
            }
            Some(_) => Err(TypedIdFault::Type("emr_id, hsa_id, se_personal_number, no_personal_number")),
        }
    }

    /// Which type it is of.
    pub fn id_type(&self) -> ResourceIdType {
        match self {
            Self::Id(_) => ResourceIdType::EmrId,
            Self::Hsa(_) => ResourceIdType::HsaId,
            Self::Swedish(_) => ResourceIdType::SePersonalNumber,
            Self::Norwegian(_) => ResourceIdType::NoPersonalNumber,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_bare_number_is_not_typed() {
        let bare = PatientRef::parse("191212121212", date(2026, 11, 20)).unwrap();
        assert_eq!(bare.id_type(), PatientIdType::EmrId);
    }

    #[test]
    fn every_spelling_of_a_typed_number_is_the_same_patient() {
        let today = date(2026, 11, 20);
        let one = PatientRef::parse("se_personal_number:191212121212", today).unwrap();
        for spelling in ["19121212-1212", "121212+1212", "121212 1212"] {
            assert_eq!(
                PatientRef::parse(&format!("se_personal_number:{spelling}"), today).as_ref(),
                Ok(&one)
            );
        }
    }

    #[test]
    fn an_unknown_type_names_the_known_ones() {
        let fault = ResourceRef::parse("npi:1", date(2026, 11, 20)).unwrap_err();
        assert!(fault.to_string().contains("hsa_id"));
    }
}
