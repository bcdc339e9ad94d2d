use std::fmt;
use std::hash::{Hash, Hasher};

use super::{NumberFault, OrganisationNumber};

const AT_MOST_31: NumberFault = NumberFault::Length { expected: "1 to 31 characters" };
const ORGANISATION: NumberFault =
    NumberFault::Separator { expected: "10 digits and a dash after SE, then at least one character" };

/// The id of a unit or a member of staff in the Swedish HSA catalogue (OID 1.2.752.129.2.1.4.1):
/// `SE` + 10-digit organisation number + `-` + one or more of A–Z a–z 0–9, at most 31 characters (Inera).
///
/// Test catalogues and logical addresses hold ids without that prefix (`HSA-VKK123`, `5565594230`). They are
/// accepted as letters, digits and dashes; only what starts like a registered id must be one.
///
/// Case does not tell two ids apart: equality and hash ignore it. The id identifies staff or a unit, never a
/// patient, and may be shown.
#[derive(Clone)]
pub struct HsaId {
    written: String,
}

impl HsaId {
    /// Reads an id in upper or lower case, without spaces around it.
    pub fn parse(text: &str) -> Result<HsaId, NumberFault> {
        if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(NumberFault::Character);
        }
        if !(1..=31).contains(&text.len()) {
            return Err(AT_MOST_31);
        }
        let id = HsaId { written: text.to_owned() };
        match id.after_country() {
            Some(rest) if rest.starts_with(|first: char| first.is_ascii_digit()) => {
                let (organisation, object) = rest.split_once('-').ok_or(ORGANISATION)?;
                if organisation.len() != 10 || object.is_empty() || object.contains('-') {
                    return Err(ORGANISATION);
                }
                if !organisation.bytes().all(|byte| byte.is_ascii_digit()) {
                    return Err(NumberFault::Character);
                }
                Ok(id)
            }
            _ => Ok(id),
        }
    }

    /// The id as it was written, for sending it back to the system that issued it.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// The id in upper case: the same text for every spelling, for use as a key.
    pub fn canonical(&self) -> String {
        self.written.to_ascii_uppercase()
    }

    /// The organisation that issued the id. `None` for an id without one, and for one whose check digit is
    /// wrong: test catalogues have those, so that is no reason to reject the id.
    pub fn organisation_number(&self) -> Option<OrganisationNumber> {
        let (organisation, _) = self.after_country()?.split_once('-')?;
        OrganisationNumber::parse(organisation).ok()
    }

    fn after_country(&self) -> Option<&str> {
        let (country, rest) = self.written.split_at_checked(2)?;
        country.eq_ignore_ascii_case("SE").then_some(rest)
    }
}

impl PartialEq for HsaId {
    fn eq(&self, other: &HsaId) -> bool {
        self.written.eq_ignore_ascii_case(&other.written)
    }
}

impl Eq for HsaId {}

impl Hash for HsaId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.canonical().hash(state);
    }
}

impl fmt::Display for HsaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl fmt::Debug for HsaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HsaId({})", self.written)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_does_not_tell_two_ids_apart() {
        let written = HsaId::parse("SE2321000016-1hz5").unwrap();
        let shouted = HsaId::parse("se2321000016-1HZ5").unwrap();
        assert_eq!(written, shouted);
        assert_eq!(HashSet::from([written.clone(), shouted.clone()]).len(), 1);
        assert_eq!(written.canonical(), "SE2321000016-1HZ5");
        assert_eq!(shouted.canonical(), written.canonical());
    }

    #[test]
    fn the_spelling_is_kept_for_sending() {
        let id = HsaId::parse("SE2321000016-1hz5").unwrap();
        assert_eq!(id.as_str(), "SE2321000016-1hz5");
        assert_eq!(format!("{id} {id:?}"), "SE2321000016-1hz5 HsaId(SE2321000016-1hz5)");
    }

    #[test]
    fn a_registered_id_names_its_organisation() {
        let id = HsaId::parse("SE2321000131-E000000012345").unwrap();
        assert_eq!(id.organisation_number(), Some(OrganisationNumber::parse("2321000131").unwrap()));
    }

    #[test]
    fn a_wrong_organisation_check_digit_does_not_reject_the_id() {
        assert_eq!(HsaId::parse("SE2321000017-1hz5").unwrap().organisation_number(), None);
    }

    #[test]
    fn test_ids_and_logical_addresses_are_accepted() {
        for text in ["HSA-VKK123", "5565594230", "SE-TEST", "SELMA"] {
            assert_eq!(HsaId::parse(text).unwrap().organisation_number(), None, "{text}");
        }
    }

    #[test]
    fn thirty_one_characters_are_the_most() {
        let longest = format!("SE2321000016-{}", "a".repeat(18));
        assert!(HsaId::parse(&longest).is_ok());
        assert_eq!(HsaId::parse(&format!("{longest}a")), Err(AT_MOST_31));
        assert_eq!(HsaId::parse(""), Err(AT_MOST_31));
    }

    #[test]
    fn what_starts_like_a_registered_id_must_be_one() {
        for text in
            ["SE2321000016", "SE232100001-1hz5", "SE2321000016-", "SE2321000016-1-2", "SE23210000161hz5"]
        {
            assert_eq!(HsaId::parse(text), Err(ORGANISATION), "{text}");
        }
        assert_eq!(HsaId::parse("SE232100001X-1hz5"), Err(NumberFault::Character));
    }

    #[test]
    fn swedish_letters_and_signs_do_not_belong_in_an_id() {
        for text in ["SE2321000016-å", "SE2321000016-a@b", "SE2321000016 1hz5"] {
            assert_eq!(HsaId::parse(text), Err(NumberFault::Character), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_well_formed_id_is_accepted_in_any_case(id in "SE[0-9]{10}-[A-Za-z0-9]{1,18}") {
            let lower = HsaId::parse(&id.to_lowercase()).unwrap();
            prop_assert_eq!(HsaId::parse(&id).unwrap(), lower);
        }

        #[test]
        fn no_text_panics(any in any::<String>(), near in "SE[0-9å-]{0,31}") {
            let _ = HsaId::parse(&any).map(|id| id.organisation_number());
            let _ = HsaId::parse(&near).map(|id| id.organisation_number());
        }
    }
}
