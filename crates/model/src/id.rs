//! Identifiers. They are stateless, opaque strings that need no URL encoding; each kind of thing has its own type.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The longest id that is looked at; a longer one cannot name anything.
pub const MAX_ID_LENGTH: usize = 200;

/// Why a text cannot be an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum IdFault {
    /// No characters at all.
    #[error("an id cannot be empty")]
    Empty,
    /// More than [`MAX_ID_LENGTH`] characters.
    #[error("an id has at most {MAX_ID_LENGTH} characters")]
    TooLong,
    /// A character outside `A-Z a-z 0-9 - . _ ~`.
    #[error("an id consists of A-Z a-z 0-9 - . _ ~")]
    Character,
}

fn parse(text: &str) -> Result<String, IdFault> {
    if text.is_empty() {
        return Err(IdFault::Empty);
    }
    if text.len() > MAX_ID_LENGTH {
        return Err(IdFault::TooLong);
    }
    let unreserved = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~');
    // A dot segment would be resolved away by HTTP clients and proxies when the id stands in a path.
    if !text.chars().all(unreserved) || matches!(text, "." | "..") {
        return Err(IdFault::Character);
    }
    Ok(text.to_owned())
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = String)]
        pub struct $name(String);

        impl $name {
            /// Accepts 1 to 200 characters of `A-Z a-z 0-9 - . _ ~`.
            pub fn parse(text: &str) -> Result<Self, IdFault> {
                parse(text).map(Self)
            }

            /// The id as it stands in URLs and JSON.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

macro_rules! shown {
    ($name:ident) => {
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// Names a care unit within an application's connections to one EHR.
    CareUnitId
);
id!(
    /// Names a resource (a practitioner, a room, a device) at a care unit.
    ResourceId
);
id!(
    /// Names a healthcare service (an appointment type) at a care unit.
    HealthcareServiceId
);
id!(
    /// Names an appointment.
    AppointmentId
);
id!(
    /// Names a medical note.
    NoteId
);
id!(
    /// Names a document.
    DocumentId
);
id!(
    /// Names a block of a schedule.
    ScheduleBlockId
);
id!(
    /// Names a patient. In some EHRs it is the national number.
    PatientId
);

shown!(CareUnitId);
shown!(ResourceId);
shown!(HealthcareServiceId);
shown!(AppointmentId);
shown!(NoteId);
shown!(DocumentId);
shown!(ScheduleBlockId);

// A national number stays out of logs: whoever means to write it asks for `as_str`.
impl fmt::Debug for PatientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for PatientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_needs_no_url_encoding() {
        assert_eq!(
            CareUnitId::parse("north~10-99.a_b").map(|id| id.as_str().to_owned()),
            Ok("north~10-99.a_b".into())
        );
        for bad in ["a b", "a/b", "a:b", "å", "a%20b", ".", ".."] {
            assert_eq!(CareUnitId::parse(bad), Err(IdFault::Character), "{bad}");
        }
    }

    #[test]
    fn an_empty_or_endless_id_is_refused() {
        assert_eq!(NoteId::parse(""), Err(IdFault::Empty));
        assert_eq!(NoteId::parse(&"a".repeat(MAX_ID_LENGTH + 1)), Err(IdFault::TooLong));
    }

    #[test]
    fn a_patient_id_does_not_print_itself() {
        let id = PatientId::parse("191212121212").unwrap();
        assert_eq!(format!("{id} {id:?}"), "*** ***");
    }
}
