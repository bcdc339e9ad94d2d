//! Ids of the model from native ones, and back.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use vardbro_model::id::{AppointmentId, CareUnitId, DocumentId, HealthcareServiceId, NoteId, ResourceId};

use crate::wire::xml;

/// Ids that cannot stand in a URL as they are begin with it; none of the others does.
const ENCODED: char = '~';

/// The text of an id that stands in a URL as it is, or encoded behind a tilde.
fn text(native: &str) -> String {
    let is_safe = AppointmentId::parse(native).is_ok() && !native.starts_with(ENCODED);
    if is_safe { native.to_owned() } else { format!("{ENCODED}{}", URL_SAFE_NO_PAD.encode(native)) }
}

/// The native id that an id of ours stands for. `None`: none.
pub(crate) fn native(id: &str) -> Option<String> {
    let native = match id.strip_prefix(ENCODED) {
        None => id.to_owned(),
        Some(encoded) => String::from_utf8(URL_SAFE_NO_PAD.decode(encoded).ok()?).ok()?,
    };
    // An id has one spelling, and was read from XML, where it said something.
    let can_be_one =
        |native: &str| text(native) == id && !native.is_empty() && native.chars().all(xml::holds);
    Some(native).filter(|native| can_be_one(native))
}

/// `None`: longer than an id can be.
pub(crate) fn appointment(native: &str) -> Option<AppointmentId> {
    AppointmentId::parse(&text(native)).ok()
}

/// `None`: longer than an id can be.
pub(crate) fn note(native: &str) -> Option<NoteId> {
    NoteId::parse(&text(native)).ok()
}

/// `None`: longer than an id can be.
pub(crate) fn document(native: &str) -> Option<DocumentId> {
    DocumentId::parse(&text(native)).ok()
}

/// `<care unit>-<ResourceId>`.
pub(crate) fn resource(unit: &CareUnitId, native: u64) -> Option<ResourceId> {
    ResourceId::parse(&format!("{unit}-{native}")).ok()
}

/// The `ResourceId` behind the care unit, or alone. `None`: of another care unit, or of none.
pub(crate) fn native_resource(unit: &CareUnitId, id: &str) -> Option<u64> {
    let behind = id.strip_prefix(unit.as_str()).and_then(|rest| rest.strip_prefix('-'));
    number(behind.unwrap_or(id))
}

/// The `TimeTypeId`.
pub(crate) fn native_service(id: &HealthcareServiceId) -> Option<u16> {
    number(id.as_str())
}

/// Digits in their usual spelling: an id has one.
fn number<T: std::str::FromStr + ToString>(text: &str) -> Option<T> {
    text.parse().ok().filter(|number: &T| number.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_stays_as_it_is_and_anything_else_is_encoded() {
        let guid = "7b1f6c1e-2f4a-4a52-9d3c-0c5a6f1e9b21";
        assert_eq!(appointment(guid).unwrap().as_str(), guid);
        for odd in ["{7B1F}", "a b/c", "å", "~x", ".", "1:2"] {
            let id = appointment(odd).unwrap();
            assert!(id.as_str().starts_with('~'), "{odd}");
            assert_eq!(native(id.as_str()).as_deref(), Some(odd));
        }
        assert_eq!(appointment(&"å".repeat(200)), None);
        for none in ["~a.b", "~AA", "~YWJj", "~"] {
            assert_eq!(native(none), None, "{none}");
        }
    }

    #[test]
    fn a_resource_belongs_to_its_care_unit() {
        let unit = CareUnitId::parse("10").unwrap();
        let id = resource(&unit, 991_890_000_019).unwrap();
        assert_eq!(id.as_str(), "10-991890000019");
        assert_eq!(native_resource(&unit, id.as_str()), Some(991_890_000_019));
        assert_eq!(native_resource(&unit, "991890000019"), Some(991_890_000_019));
        for other in ["11-991890000019", "10-", "10-+1", "10-01", "10-1-1", "nothing", ""] {
            assert_eq!(native_resource(&unit, other), None, "{other}");
        }
    }

    #[test]
    fn a_time_type_is_a_number_in_its_usual_spelling() {
        let read = |text| native_service(&HealthcareServiceId::parse(text).unwrap());
        assert_eq!((read("0"), read("6"), read("65535")), (Some(0), Some(6), Some(65_535)));
        for bad in ["06", "65536", "x", "-1"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
