//! Phone numbers: E.164 inside, national forms welcome.

use std::fmt;
use std::str::FromStr;

use phonenumber::country;
use serde::{Serialize, Serializer};
use thiserror::Error;

/// A phone number in E.164 form. Does not print itself.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone(String);

/// Why a text is not a phone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "not a valid phone number: use E.164 such as +46701740605, or the national form of the care unit's country"
)]
pub struct PhoneFault;

impl Phone {
    /// Reads E.164, or the national form of `country` (ISO 3166-1 alpha-2).
    pub fn parse(text: &str, country: Option<&str>) -> Result<Self, PhoneFault> {
        if text.len() > 40 {
            return Err(PhoneFault);
        }
        let country = country.and_then(|code| country::Id::from_str(&code.to_ascii_uppercase()).ok());
        let number = phonenumber::parse(country, text).map_err(|_| PhoneFault)?;
        if !phonenumber::is_valid(&number) || number.extension().is_some() {
            return Err(PhoneFault);
        }
        Ok(Self(number.format().mode(phonenumber::Mode::E164).to_string()))
    }

    /// The number as `+` and digits.
    pub fn as_e164(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Serialize for Phone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_national_form_becomes_e164() {
        let swedish = Phone::parse("070-174 06 05", Some("SE")).unwrap();
        assert_eq!(swedish.as_e164(), "+46701740605");
        assert_eq!(Phone::parse("+46701740605", Some("AU")), Ok(swedish));
        assert_eq!(Phone::parse("0491 570 006", Some("AU")).unwrap().as_e164(), "+61491570006");
    }

    #[test]
    fn an_invalid_number_is_refused() {
        for bad in ["", "12", "hello", "+46", "070", "+99912345678"] {
            assert_eq!(Phone::parse(bad, Some("SE")), Err(PhoneFault), "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_parsed_or_refused_without_panic(text in ".{0,40}") {
            let _ = Phone::parse(&text, Some("SE"));
        }
    }
}
