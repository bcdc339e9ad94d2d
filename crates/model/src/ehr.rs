//! The EHRs themselves: their codes and what is said about them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::capabilities::Capabilities;

/// The code of an EHR in paths: lower-case letters, such as `cliniko`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, example = "cliniko")]
pub struct EhrCode(&'static str);

impl EhrCode {
    /// A code is a constant of its connector.
    pub const fn new(code: &'static str) -> Self {
        Self(code)
    }

    /// The code as it stands in paths.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl std::fmt::Display for EhrCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

/// What an application reaches behind an EHR code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The sandbox of the EHR: invented people only.
    Sandbox,
    /// A real installation of the EHR.
    Live,
    /// Nothing: the application has no enabled connection to this EHR.
    Off,
}

/// One EHR, as it is for the calling application.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Emr {
    /// The code that stands in paths.
    pub code: EhrCode,
    /// The product's name.
    #[schema(example = "Cliniko")]
    pub name: &'static str,
    /// Who makes it.
    #[schema(example = "Red Guava")]
    pub vendor: &'static str,
    /// Where it is used, as ISO 3166-1 alpha-2 codes; empty: everywhere.
    pub countries: Vec<&'static str>,
    /// What this application reaches.
    pub mode: Mode,
    /// What works, how sure we are of it, and within which limits.
    pub capabilities: Capabilities,
}
