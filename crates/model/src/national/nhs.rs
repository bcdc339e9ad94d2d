use super::{NumberFault, digits, hidden, mod_11_holds};

const WEIGHTS: [i16; 10] = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1];
const TEN: NumberFault = NumberFault::Length { expected: "10 digits" };
const GROUPS: NumberFault = NumberFault::Separator { expected: "its separators in the form 3-3-4, or none" };

/// A patient's number in the health service of England, Wales and the Isle of Man: ten digits, the last one
/// a modulus 11 check (NHS Data Dictionary, "NHS Number"). It says nothing about birth date or sex.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NhsNumber {
    digits: String,
}

hidden!(NhsNumber);

impl NhsNumber {
    /// Reads `NNNNNNNNNN`, `NNN NNN NNNN` or `NNN-NNN-NNNN`.
    pub fn parse(text: &str) -> Result<NhsNumber, NumberFault> {
        let groups: Vec<&str> = text.split([' ', '-']).collect();
        let plain = groups.concat();
        if !plain.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NumberFault::Character);
        }
        let number: [i16; 10] = digits(&plain).ok_or(TEN)?;
        if !matches!(*groups.iter().map(|group| group.len()).collect::<Vec<_>>(), [10] | [3, 3, 4]) {
            return Err(GROUPS);
        }
        if number == [0; 10] {
            return Err(NumberFault::Placeholder);
        }
        if !mod_11_holds(&number, &WEIGHTS) {
            return Err(NumberFault::Checksum);
        }
        Ok(NhsNumber { digits: plain })
    }

    /// The ten digits without separators.
    pub fn digits(&self) -> &str {
        &self.digits
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_same_number_is_read_with_and_without_separators() {
        for text in ["9434765919", "943 476 5919", "943-476-5919"] {
            assert_eq!(NhsNumber::parse(text).unwrap().digits(), "9434765919");
        }
    }

    #[test]
    fn each_fault_is_named() {
        for (text, fault) in [
            ("9434765918", NumberFault::Checksum),
            ("0000000000", NumberFault::Placeholder),
            ("943476591", TEN),
            ("94347659190", TEN),
            ("", TEN),
            ("94 3476 5919", GROUPS),
            ("943--476-5919", GROUPS),
            ("943476591X", NumberFault::Character),
            ("943476591\u{669}", NumberFault::Character),
        ] {
            assert_eq!(NhsNumber::parse(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn the_number_is_never_printed() {
        let number = NhsNumber::parse("9434765919").unwrap();
        assert_eq!(format!("{number} {number:?}"), "*** ***");
    }

    proptest! {
        #[test]
        fn a_number_has_at_most_one_valid_check_digit(stem in 1..1_000_000_000_u32) {
            let valid: Vec<String> =
                (0..10).map(|check| format!("{stem:09}{check}")).filter(|text| NhsNumber::parse(text).is_ok()).collect();
            prop_assert!(valid.len() <= 1);
            for text in valid {
                let grouped = format!("{} {}-{}", &text[..3], &text[3..6], &text[6..]);
                let number = NhsNumber::parse(&grouped).unwrap();
                prop_assert_eq!(number.digits(), text);
            }
        }

        #[test]
        fn no_text_panics(any in any::<String>(), near in "[0-9 -]{9,13}") {
            let _ = NhsNumber::parse(&any);
            let _ = NhsNumber::parse(&near);
        }
    }
}
