use jiff::civil::Date;

use super::{NumberFault, Sex, date, digits, hidden, mod_11_holds};

const FIRST_CHECK: [i16; 10] = [3, 7, 6, 1, 8, 9, 4, 5, 2, 1];
const SECOND_CHECK: [i16; 11] = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1];
const ELEVEN: NumberFault = NumberFault::Length { expected: "11 digits" };
const AFTER_DATE: NumberFault =
    NumberFault::Separator { expected: "its separator, if any, between the date and the last five digits" };

/// How much of a Norwegian number must be right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strictness {
    /// Both check digits. Test persons with an impossible month pass.
    #[default]
    Checksum,
    /// Both check digits and a birth date that exists; FH-numbers have no date and pass.
    Date,
}

/// The kinds of Norwegian number, told apart by their first and third digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NorwegianKind {
    /// Fødselsnummer, in the population register. Also test numbers that carry none of the marks below.
    BirthNumber,
    /// D-number of a temporary resident: first digit + 4 (day 41–71).
    DNumber,
    /// H-number, given by a health service: third digit + 4 (month 41–52).
    HNumber,
    /// FH-number, national help number of the health services: first digit 8 or 9, no birth date.
    FhNumber,
}

/// A Norwegian person's number: eleven digits `DDMMYYiiikk`, the last two of them modulus 11 checks (Norwegian
/// tax administration).
///
/// Not covered: the series that starts on 2032-01-01 and accepts more check remainders.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct NorwegianNumber {
    digits: String,
    kind: NorwegianKind,
    birth_date: Option<Date>,
    sex: Option<Sex>,
}

hidden!(NorwegianNumber);

impl NorwegianNumber {
    /// Reads `DDMMYYiiikk`, also with a space or a dash after the date.
    pub fn parse(text: &str, strictness: Strictness) -> Result<NorwegianNumber, NumberFault> {
        let (head, tail) = text.split_once([' ', '-']).unwrap_or((text, ""));
        if tail.contains([' ', '-']) {
            return Err(AFTER_DATE);
        }
        let plain = format!("{head}{tail}");
        if !plain.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NumberFault::Character);
        }
        let number: [i16; 11] = digits(&plain).ok_or(ELEVEN)?;
        if head.len() != 6 && head.len() != text.len() {
            return Err(AFTER_DATE);
        }
        if number == [0; 11] {
            return Err(NumberFault::Placeholder);
        }
        let [d1, d2, m1, m2, y1, y2, i1, i2, i3, ..] = number;
        let (day, month, year, individual) =
            (10 * d1 + d2, 10 * m1 + m2, 10 * y1 + y2, 100 * i1 + 10 * i2 + i3);

        let kind = match (day, month) {
            (80.., _) => NorwegianKind::FhNumber,
            (41..=71, _) => NorwegianKind::DNumber,
            (_, 41..=52) => NorwegianKind::HNumber,
            _ => NorwegianKind::BirthNumber,
        };
        let birth_date = full_year(year, individual).and_then(|year| match kind {
            NorwegianKind::BirthNumber => date(year, month, day),
            NorwegianKind::DNumber => date(year, month, day - 40),
            NorwegianKind::HNumber => date(year, month - 40, day),
            NorwegianKind::FhNumber => None,
        });
        if strictness == Strictness::Date && birth_date.is_none() && kind != NorwegianKind::FhNumber {
            return Err(NumberFault::Date);
        }
        if !mod_11_holds(&number, &FIRST_CHECK) || !mod_11_holds(&number, &SECOND_CHECK) {
            return Err(NumberFault::Checksum);
        }
        let sex = (kind != NorwegianKind::FhNumber).then(|| Sex::of_digit(i3));
        Ok(NorwegianNumber { digits: plain, kind, birth_date, sex })
    }

    /// The eleven digits without separator.
    pub fn digits(&self) -> &str {
        &self.digits
    }

    /// Which kind of number it is.
    pub fn kind(&self) -> NorwegianKind {
        self.kind
    }

    /// `None` when the number has no date (FH-number) or one that does not exist ([`Strictness::Checksum`]).
    pub fn birth_date(&self) -> Option<Date> {
        self.birth_date
    }

    /// From the ninth digit; `None` for an FH-number.
    pub fn sex(&self) -> Option<Sex> {
        self.sex
    }
}

/// The individual digits say the century; `None` for a pair that is not issued.
fn full_year(year: i16, individual: i16) -> Option<i16> {
    match (individual, year) {
        (..=499, _) | (900.., 40..) => Some(1900 + year),
        (500.., ..=39) => Some(2000 + year),
        (500..=749, 54..) => Some(1800 + year),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
