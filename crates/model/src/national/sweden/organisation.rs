use super::super::{NumberFault, digits, luhn_holds};

const TEN: NumberFault = NumberFault::Length { expected: "10 digits" };
const BEFORE_LAST_FOUR: NumberFault =
    NumberFault::Separator { expected: "its dash, if any, right before the last four digits" };

/// A Swedish organisation number (OID 2.5.4.97): ten digits, the last one a modulus 10 check. The third digit
/// is 2 or more, which keeps it apart from a person's number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OrganisationNumber {
    digits: String,
}

impl OrganisationNumber {
    /// Reads `NNNNNNNNNN` and `NNNNNN-NNNN`.
    pub fn parse(text: &str) -> Result<OrganisationNumber, NumberFault> {
        let (head, tail) = text.split_once('-').unwrap_or((text, ""));
        let plain = format!("{head}{tail}");
        if !plain.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NumberFault::Character);
        }
        let number: [i16; 10] = digits(&plain).ok_or(TEN)?;
        if head.len() != 6 && head.len() != text.len() {
            return Err(BEFORE_LAST_FOUR);
        }
        if matches!(number, [_, _, 0 | 1, ..]) {
            return Err(NumberFault::NotAnOrganisation);
        }
        if !luhn_holds(number.iter()) {
            return Err(NumberFault::Checksum);
        }
        Ok(OrganisationNumber { digits: plain })
    }

    /// The ten digits without dash.
    pub fn digits(&self) -> &str {
        &self.digits
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn registered_organisations_are_accepted() {
        for text in ["2321000016", "2321000131", "5565594230", "2021005489"] {
            assert_eq!(OrganisationNumber::parse(text).unwrap().digits(), text);
        }
        assert_eq!(OrganisationNumber::parse("556559-4230").unwrap().digits(), "5565594230");
    }

    #[test]
    fn each_fault_is_named() {
        for (text, fault) in [
            ("2321000017", NumberFault::Checksum),
            ("1212121212", NumberFault::NotAnOrganisation),
            ("0000000000", NumberFault::NotAnOrganisation),
            ("232100001", TEN),
            ("2321000016-", BEFORE_LAST_FOUR),
            ("23210-00016", BEFORE_LAST_FOUR),
            ("232100001X", NumberFault::Character),
            ("23-2100-0016", NumberFault::Character),
        ] {
            assert_eq!(OrganisationNumber::parse(text), Err(fault), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(any in any::<String>(), near in "[0-9-]{9,12}") {
            let _ = OrganisationNumber::parse(&any);
            let _ = OrganisationNumber::parse(&near);
        }
    }
}
