//! One field of a request, as it was given: a wrong one does not keep the others from being looked at.

use jiff::civil::Date;
use serde::de::{DeserializeOwned, Deserializer};
use serde::{Deserialize, Serialize};
use vardbro_model::appointment::AppointmentStatus;
use vardbro_model::care_unit::Address;
use vardbro_model::error::{Fault, FaultCode};
use vardbro_model::medical_note::NoteContent;
use vardbro_model::patient::{ExternalIdType, Gender};
use vardbro_model::schedule::BlockKind;
use vardbro_model::time::DateTime;

use crate::problem::Problem;

/// The faults of one request.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl From<Vec<Fault>> for Faults {
    fn from(faults: Vec<Fault>) -> Self {
        Self(faults)
    }
}

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(crate) fn at(&mut self, path: impl Into<String>, code: FaultCode, detail: impl Into<String>) {
        self.add(Fault::at(path, code, detail));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Ends the request if there was a fault.
    pub(crate) fn finish(self) -> Result<(), Problem> {
        if self.0.is_empty() { Ok(()) } else { Err(Problem::faults(self.0)) }
    }

    /// The value, which is there unless a fault was added.
    pub(crate) fn unless_faulty<T>(self, value: Option<T>) -> Result<T, Problem> {
        self.finish()?;
        value.ok_or_else(Problem::bug)
    }
}

/// A field that may be absent, null, or of the wrong shape.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Given<T> {
    #[default]
    Absent,
    Null,
    Value(T),
    Wrong(Wrong),
}

/// What is wrong with a value, and where inside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    path: String,
    detail: String,
}

/// Which kind of JSON value it is read from. Serde by itself would also take a list for an object, and an object for a word.
pub(crate) trait Shaped {
    const SHAPE: Shape;
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    Text,
    List,
    Object,
}

impl Shape {
    fn fits(self, value: &serde_json::Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::List => value.is_array(),
            Self::Object => value.is_object(),
        }
    }

    fn expected(self) -> &'static str {
        match self {
            Self::Text => "expected a string",
            Self::List => "expected a list",
            Self::Object => "expected an object",
        }
    }
}

macro_rules! shaped {
    ($shape:ident: $($name:ty),+) => {
        $(impl Shaped for $name {
            const SHAPE: Shape = Shape::$shape;
        })+
    };
}

shaped!(Text: String, Date, DateTime, Gender, ExternalIdType, BlockKind, AppointmentStatus);
shaped!(List: Vec<String>);
shaped!(Object: Address, NoteContent);

impl<'de, T: DeserializeOwned + Shaped> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        if value.is_null() {
            return Ok(Self::Null);
        }
        if !T::SHAPE.fits(&value) {
            return Ok(Self::Wrong(Wrong { path: String::new(), detail: T::SHAPE.expected().to_owned() }));
        }
        Ok(match serde_path_to_error::deserialize(value) {
            Ok(value) => Self::Value(value),
            Err(error) => {
                let path = match error.path().to_string() {
                    path if path == "." => String::new(),
                    path => path,
                };
                Self::Wrong(Wrong { path, detail: without_echo(&error.into_inner().to_string()) })
            }
        })
    }
}

// Requests are read, never written; the schema derive asks for it all the same.
impl<T> Serialize for Given<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

/// Serde's words without the value that was given, which may be about a patient.
fn without_echo(words: &str) -> String {
    match words.split_once(", expected ") {
        Some((_, expected)) => format!("expected {expected}"),
        None => words.to_owned(),
    }
}

impl<T> From<Option<T>> for Given<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Absent, Self::Value)
    }
}

impl<T> Given<T> {
    pub(crate) fn is_given(&self) -> bool {
        matches!(self, Self::Value(_) | Self::Wrong(_))
    }

    /// Absent and null are faults.
    pub(crate) fn required(self, path: &str, faults: &mut Faults) -> Option<T> {
        if matches!(self, Self::Absent | Self::Null) {
            faults.at(path, FaultCode::MissingRequiredField, format!("{path} is required."));
            return None;
        }
        self.optional(path, faults)
    }

    /// Null is as good as absent.
    pub(crate) fn optional(self, path: &str, faults: &mut Faults) -> Option<T> {
        self.change(path, faults).flatten()
    }

    /// Null is a value: the field is to be emptied.
    #[expect(clippy::option_option, reason = "absent, null and given are three things")]
    pub(crate) fn change(self, path: &str, faults: &mut Faults) -> Option<Option<T>> {
        match self {
            Self::Absent => None,
            Self::Null => Some(None),
            Self::Value(value) => Some(Some(value)),
            Self::Wrong(wrong) => {
                faults.at(inside(path, &wrong.path), FaultCode::BadInput, sentence(&wrong.detail));
                None
            }
        }
    }
}

impl Given<String> {
    /// What the text means; null is as good as absent.
    pub(crate) fn read<T>(
        self,
        path: &str,
        faults: &mut Faults,
        read: impl FnOnce(&str, &str) -> Result<T, Fault>,
    ) -> Option<T> {
        match read(&self.optional(path, faults)?, path) {
            Ok(value) => Some(value),
            Err(fault) => {
                faults.add(fault);
                None
            }
        }
    }

    /// A text of at most `longest` characters; an empty one is as good as null.
    pub(crate) fn text(self, path: &str, longest: usize, faults: &mut Faults) -> Option<String> {
        checked_text(self.optional(path, faults)?, path, longest, faults)
    }

    /// The same where null, or an empty text, empties the field.
    #[expect(clippy::option_option, reason = "absent, null and given are three things")]
    pub(crate) fn text_change(
        self,
        path: &str,
        longest: usize,
        faults: &mut Faults,
    ) -> Option<Option<String>> {
        self.change(path, faults).map(|text| checked_text(text?, path, longest, faults))
    }
}

fn checked_text(text: String, path: &str, longest: usize, faults: &mut Faults) -> Option<String> {
    if text.chars().count() > longest {
        faults.at(path, FaultCode::BadInput, format!("{path} has at most {longest} characters."));
        return None;
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        faults.at(path, FaultCode::BadInput, format!("{path} cannot hold control characters."));
        return None;
    }
    (!text.trim().is_empty()).then_some(text)
}

/// `phones` and `[0].x` make `phones.0.x`.
fn inside(path: &str, rest: &str) -> String {
    let rest = rest.replace('[', ".").replace(']', "");
    match rest.trim_start_matches('.') {
        "" => path.to_owned(),
        rest => format!("{path}.{rest}"),
    }
}

/// A sentence out of a parser's words.
pub(crate) fn sentence(words: &str) -> String {
    let mut chars = words.chars();
    match chars.next() {
        Some(first) => {
            let stop = if words.ends_with('.') { "" } else { "." };
            format!("{}{}{stop}", first.to_uppercase(), chars.as_str())
        }
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given<T: DeserializeOwned + Shaped>(json: serde_json::Value) -> Given<T> {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_wrong_type_says_what_is_expected_and_does_not_echo() {
        let mut faults = Faults::default();
        assert_eq!(given::<String>(serde_json::json!(5)).optional("title", &mut faults), None);
        assert_eq!(given::<DateTime>(serde_json::json!("secret")).required("start", &mut faults), None);
        assert_eq!(faults.0[0].detail, "Expected a string.");
        assert!(faults.0[1].detail.starts_with("Expected an RFC 3339 date-time"));
        assert!(!faults.0[1].detail.contains("secret"));
    }

    #[test]
    fn a_list_is_no_object_and_an_object_no_word() {
        assert!(matches!(given::<Address>(serde_json::json!([null, null])), Given::Wrong(_)));
        assert!(matches!(given::<Gender>(serde_json::json!({"female": null})), Given::Wrong(_)));
    }

    #[test]
    fn null_is_missing_for_a_required_field_and_a_value_for_a_change() {
        let mut faults = Faults::default();
        assert_eq!(Given::<String>::Null.required("start", &mut faults), None);
        assert_eq!(faults.0[0].code, FaultCode::MissingRequiredField);
        assert_eq!(Given::<String>::Null.change("comment", &mut Faults::default()), Some(None));
    }
}
