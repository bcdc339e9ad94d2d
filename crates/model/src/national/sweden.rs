mod organisation;
mod reserve;

use jiff::civil::Date;

use super::{NumberFault, Sex, date, digits, hidden, luhn_holds};

pub use organisation::OrganisationNumber;
pub use reserve::Reserve;

const TWELVE_OR_TEN: NumberFault =
    NumberFault::Length { expected: "12 digits, or 10 with - or + before the last four" };
const BEFORE_LAST_FOUR: NumberFault =
    NumberFault::Separator { expected: "12 digits, or one separator right before the last four" };
const TEN_NEED_A_SIGN: NumberFault =
    NumberFault::Separator { expected: "- or + before the last four when the century is left out" };

/// Which register a Swedish number comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SwedishKind {
    /// Personal identity number (OID 1.2.752.129.2.1.3.1).
    Personnummer,
    /// Coordination number (OID 1.2.752.129.2.1.3.3): the day of birth + 60. Month, or the day before the
    /// addition, is 00 when unknown.
    Samordningsnummer,
    /// A health care provider's stand-in for a patient without either.
    Reserve(Reserve),
}

/// A Swedish person's number: twelve characters `YYYYMMDDNNNC`, digits but for some reserve numbers.
///
/// `NNN` is 001–999, its last digit odd for a man and even for a woman; `C` is a modulus 10 check over
/// `YYMMDDNNN` as written (Skatteverket, SKV M 2010:3 and 18 § folkbokföringslagen). Dates in the future and long
/// ago are accepted: test persons have them.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SwedishNumber {
    digits: String,
    meaning: Meaning,
}

/// What the characters of a number say.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Meaning {
    kind: SwedishKind,
    birth_date: Option<Date>,
    sex: Option<Sex>,
}

hidden!(SwedishNumber);

impl SwedishNumber {
    /// Reads `YYYYMMDDNNNC`, `YYYYMMDD-NNNC`, `YYYYMMDD+NNNC`, `YYMMDD-NNNC` and `YYMMDD+NNNC`.
    ///
    /// Without a century `-` means the latest one that does not lie after the year of `today`, `+` the latest
    /// in which the person turns 100 this year or did so earlier (18 § folkbokföringslagen). A space is read
    /// as `+`, which is what a `+` in a URL becomes when it was not encoded. Twelve plain digits are a
    /// personnummer, a samordningsnummer or a Stockholm reserve number.
    pub fn parse(text: &str, today: Date) -> Result<SwedishNumber, NumberFault> {
        let digits = with_century(text, today)?;
        let meaning = Meaning::of(&digits)?;
        Ok(SwedishNumber { digits, meaning })
    }

    /// The twelve characters, letters in upper case: `YYYYMMDDNNNC`.
    pub fn digits(&self) -> &str {
        &self.digits
    }

    /// `YYYYMMDD-NNNC`, as Webdoc wants it.
    pub fn with_dash(&self) -> String {
        let (date, rest) = self.digits.split_at_checked(8).unwrap_or((&self.digits, ""));
        format!("{date}-{rest}")
    }

    /// Which register the number comes from.
    pub fn kind(&self) -> SwedishKind {
        self.meaning.kind
    }

    /// `None` when the register did not know month or day, and for reserve numbers without a date.
    pub fn birth_date(&self) -> Option<Date> {
        self.meaning.birth_date
    }

    /// `None` for reserve numbers that leave it open.
    pub fn sex(&self) -> Option<Sex> {
        self.meaning.sex
    }
}

/// The twelve characters of any accepted spelling; what they mean is not looked at yet.
fn with_century(text: &str, today: Date) -> Result<String, NumberFault> {
    let is_sign = |c: char| matches!(c, '-' | '+' | ' ');
    if !text.chars().all(|c| c.is_ascii_alphanumeric() || is_sign(c)) {
        return Err(NumberFault::Character);
    }
    let sign = text.chars().find(|&c| is_sign(c));
    let Some((head, tail)) = text.split_once(is_sign) else {
        return match text.len() {
            12 => Ok(text.to_ascii_uppercase()),
            10 => Err(TEN_NEED_A_SIGN),
            _ => Err(TWELVE_OR_TEN),
        };
    };
    if tail.contains(is_sign) {
        return Err(BEFORE_LAST_FOUR);
    }
    match (head.len(), tail.len()) {
        (8, 4) => Ok(format!("{head}{tail}").to_ascii_uppercase()),
        (6, 4) => {
            let [y1, y2, m1, m2, d1, d2] = digits(head).ok_or(NumberFault::Character)?;
            let newest = if sign == Some('-') { today.year() } else { today.year() - 100 };
            let year = latest_year(10 * y1 + y2, newest);
            if !(1800..2100).contains(&year) {
                return Err(NumberFault::Date);
            }
            digits::<4>(tail).ok_or(NumberFault::Character)?;
            Ok(format!("{year}{m1}{m2}{d1}{d2}{tail}"))
        }
        (head, tail) if matches!(head + tail, 10 | 12) => Err(BEFORE_LAST_FOUR),
        _ => Err(TWELVE_OR_TEN),
    }
}

/// The latest year up to `newest` that ends in these two digits.
fn latest_year(two_digits: i16, newest: i16) -> i16 {
    newest - (newest - two_digits).rem_euclid(100)
}

impl Meaning {
    fn of(text: &str) -> Result<Meaning, NumberFault> {
        match digits::<12>(text) {
            Some(number @ [9, 9, ..]) => Ok(reserve::stockholm(number)),
            Some(number) => Meaning::registered(number),
            None => reserve::lettered(text),
        }
    }

    fn registered(number: [i16; 12]) -> Result<Meaning, NumberFault> {
        let [c1, c2, y1, y2, m1, m2, d1, d2, n1, n2, n3, _] = number;
        let year = year(c1, c2, y1, y2)?;
        let (month, day) = (10 * m1 + m2, 10 * d1 + d2);
        let (kind, birth_date) = match (month, day) {
            // Unknown month or day of birth, written as 00: there is no date to check.
            (0, 60..=91) | (1..=12, 60) => (SwedishKind::Samordningsnummer, None),
            (_, 61..=91) => (SwedishKind::Samordningsnummer, Some(real_date(year, month, day - 60)?)),
            _ => (SwedishKind::Personnummer, Some(real_date(year, month, day)?)),
        };
        if [n1, n2, n3] == [0, 0, 0] {
            return Err(NumberFault::BirthNumber);
        }
        if !luhn_holds(number.iter().skip(2)) {
            return Err(NumberFault::Checksum);
        }
        Ok(Meaning { kind, birth_date, sex: Some(Sex::of_digit(n3)) })
    }
}

/// The year, in one of the centuries that have numbers: 18, 19 and 20.
fn year(c1: i16, c2: i16, y1: i16, y2: i16) -> Result<i16, NumberFault> {
    let year = 1000 * c1 + 100 * c2 + 10 * y1 + y2;
    (1800..2100).contains(&year).then_some(year).ok_or(NumberFault::Date)
}

fn real_date(year: i16, month: i16, day: i16) -> Result<Date, NumberFault> {
    date(year, month, day).ok_or(NumberFault::Date)
}

#[cfg(test)]
mod tests;
