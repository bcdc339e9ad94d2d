//! Ids, and the links in which references hide them.

use std::fmt;

use serde::de::{self, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// A record's id: 63 bits, as a string of digits on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(u64);

impl Id {
    /// Reads the one spelling of an id: digits without leading zeros, within 63 bits.
    pub fn parse(text: &str) -> Option<Self> {
        let canonical = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
        let number = text.parse::<u64>().ok().filter(|number| i64::try_from(*number).is_ok())?;
        canonical.then_some(Self(number))
    }

    fn from_number(number: u64) -> Option<Self> {
        (number > 0 && i64::try_from(number).is_ok()).then_some(Self(number))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Digits;

        impl Visitor<'_> for Digits {
            type Value = Id;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an id of digits")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Id, E> {
                Id::parse(text).ok_or_else(|| E::custom("not an id"))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Id, E> {
                Id::from_number(number).ok_or_else(|| E::custom("not an id"))
            }
        }

        deserializer.deserialize_any(Digits)
    }
}

/// A reference to another record: `{"links": {"self": "…/patients/82"}}`. Absent, null and foreign shapes are no reference.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Link(Option<Id>);

impl Link {
    /// The id in the last segment of the link's path.
    pub fn id(self) -> Option<Id> {
        self.0
    }
}

impl<'de> Deserialize<'de> for Link {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let target = Option::<Reference>::deserialize(deserializer)?;
        Ok(Self(target.and_then(|reference| reference.0).as_deref().and_then(last_segment)))
    }
}

fn last_segment(url: &str) -> Option<Id> {
    let path = url.split(['?', '#']).next()?;
    path.trim_end_matches('/').rsplit('/').next().and_then(Id::parse)
}

/// `links.self` of an object, if it has one.
struct Reference(Option<String>);

impl<'de> Deserialize<'de> for Reference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Links {
            #[serde(rename = "self", default)]
            target: Option<String>,
        }

        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Reference;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with links")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Reference, M::Error> {
                let mut found = None;
                while let Some(key) = map.next_key::<String>()? {
                    if key == "links" {
                        found = map.next_value::<Option<Links>>()?.and_then(|links| links.target);
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(Reference(found))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_beyond_what_a_double_holds_stay_exact() {
        let id: Id = serde_json::from_str("\"1390726237298631770\"").unwrap();
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"1390726237298631770\"");
        assert_eq!(serde_json::from_str::<Id>("1390726237298631770").unwrap(), id);
    }

    #[test]
    fn other_spellings_name_nothing() {
        for bad in ["", "0", "007", "+7", "-7", "1e3", "7 ", "a7", "9223372036854775808", "１"] {
            assert_eq!(Id::parse(bad), None, "{bad}");
        }
        assert!(Id::parse("9223372036854775807").is_some());
    }

    #[test]
    fn a_reference_may_be_an_object_null_or_absent() {
        #[derive(Deserialize)]
        struct Row {
            #[serde(default)]
            patient: Link,
        }
        let id = |json: &str| serde_json::from_str::<Row>(json).unwrap().patient.id();
        assert_eq!(
            id(r#"{"patient":{"links":{"self":"https://api.au1.cliniko.com/v1/patients/82"}}}"#),
            Id::parse("82")
        );
        assert_eq!(id(r#"{"patient":{"id":"9","links":{"self":"/patients/82?x=1"}}}"#), Id::parse("82"));
        assert_eq!(id(r#"{"patient":null}"#), None);
        assert_eq!(id("{}"), None);
        assert_eq!(id(r#"{"patient":{"links":{"self":"https://x/v1/patients/1/medical_alerts"}}}"#), None);
    }
}
