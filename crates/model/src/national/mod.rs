//! National numbers of persons, staff and organisations.
//!
//! Each type is parsed once and cannot hold a wrong value afterwards. Person numbers print as `***`, so that
//! a log line or an error never carries one; ask for `digits()` where the number itself is meant.

mod hsa;
mod nhs;
mod norway;
mod sweden;

use jiff::civil::Date;

pub use hsa::HsaId;
pub use nhs::NhsNumber;
pub use norway::{NorwegianKind, NorwegianNumber, Strictness};
pub use sweden::{OrganisationNumber, Reserve, SwedishKind, SwedishNumber};

/// Why a text is not a national number. The message never repeats the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberFault {
    /// Too short or too long, separators not counted.
    #[error("the number must have {expected}")]
    Length {
        /// What would be right, in words.
        expected: &'static str,
    },
    /// A letter where a digit belongs, or a sign that no spelling has.
    #[error("the number contains a character that does not belong there")]
    Character,
    /// A separator is missing, doubled or in the wrong place.
    #[error("the number must have {expected}")]
    Separator {
        /// What would be right, in words.
        expected: &'static str,
    },
    /// The date part is not a day of the calendar, or lies in a century that has no numbers.
    #[error("the date in the number does not exist")]
    Date,
    /// The serial part is one that is never issued, such as 000.
    #[error("the serial part of the number is never issued")]
    BirthNumber,
    /// The check digits do not follow from the others.
    #[error("the check digit of the number is wrong")]
    Checksum,
    /// All zeros: the checks hold, but it stands for "no number".
    #[error("a number of zeros only stands for no number")]
    Placeholder,
    /// A person's number where an organisation's was asked for.
    #[error("the number has the shape of a person's number, not of an organisation's")]
    NotAnOrganisation,
}

/// The legal sex that a number states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sex {
    /// A woman or girl.
    Female,
    /// A man or boy.
    Male,
}

impl Sex {
    /// Sweden and Norway alike: an odd digit is a man, an even one a woman.
    fn of_digit(digit: i16) -> Sex {
        if digit % 2 == 0 { Sex::Female } else { Sex::Male }
    }
}

fn digit(byte: u8) -> Option<i16> {
    byte.is_ascii_digit().then(|| i16::from(byte - b'0'))
}

/// The text as exactly `N` digits; `None` for any other length or character.
fn digits<const N: usize>(text: &str) -> Option<[i16; N]> {
    text.bytes().map(digit).collect::<Option<Vec<_>>>()?.try_into().ok()
}

fn date(year: i16, month: i16, day: i16) -> Option<Date> {
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Modulus 10 with weights 1, 2, 1, 2 … from the right, the check digit being the last.
fn luhn_holds<'a>(digits: impl DoubleEndedIterator<Item = &'a i16>) -> bool {
    let weights = [1, 2].into_iter().cycle();
    let sum: i16 =
        digits.rev().zip(weights).map(|(digit, weight)| digit * weight).map(|p| p / 10 + p % 10).sum();
    sum % 10 == 0
}

/// Modulus 11: the weighted digits, check digit included with weight 1, add up to a multiple of 11. A check
/// digit of "10" cannot be written, so numbers that would need one fail.
fn mod_11_holds(digits: &[i16], weights: &[i16]) -> bool {
    digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum::<i16>() % 11 == 0
}

/// `Debug` and `Display` that hide a person's number.
macro_rules! hidden {
    ($number:ty) => {
        impl std::fmt::Debug for $number {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("***")
            }
        }

        impl std::fmt::Display for $number {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("***")
            }
        }
    };
}
use hidden;
