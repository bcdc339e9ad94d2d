//! Personal and coordination numbers, stored as twelve digits.

use jiff::civil::Date;

/// Whether these are twelve digits of a date that can be, with the right check digit.
///
/// A coordination number has 60 added to its day, and may leave month or day at zero (Skatteverket).
pub fn is_valid(pnr: &str) -> bool {
    let Some(digits) = digits(pnr) else { return false };
    let [c1, c2, y1, y2, m1, m2, d1, d2, n1, n2, n3, _] = digits.map(i16::from);
    let year = c1 * 1000 + c2 * 100 + y1 * 10 + y2;
    let (month, day) = (m1 * 10 + m2, d1 * 10 + d2);
    let number = n1 * 100 + n2 * 10 + n3;
    (18..=20).contains(&(c1 * 10 + c2)) && number > 0 && is_day(year, month, day) && checks(digits)
}

fn digits(pnr: &str) -> Option<[u8; 12]> {
    let digits: [u8; 12] = pnr.as_bytes().try_into().ok()?;
    digits.iter().all(u8::is_ascii_digit).then(|| digits.map(|digit| digit.saturating_sub(b'0')))
}

fn is_day(year: i16, month: i16, day: i16) -> bool {
    let is_date = |month: i16, day: i16| match (i8::try_from(month), i8::try_from(day)) {
        (Ok(month), Ok(day)) => Date::new(year, month, day).is_ok(),
        _ => false,
    };
    match day {
        60 => (0..=12).contains(&month),
        61..=91 if month == 0 => true,
        61..=91 => is_date(month, day - 60),
        _ => is_date(month, day),
    }
}

/// Modulus 10 with weights 2, 1, 2, 1 … over the last ten digits, the check digit included.
fn checks(digits: [u8; 12]) -> bool {
    let weighted = digits.iter().skip(2).zip([2, 1].iter().cycle());
    let sum: u8 = weighted.map(|(digit, weight)| digit * weight).map(|n| n / 10 + n % 10).sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn official_test_numbers_are_valid() {
        for pnr in [
            "191212121212",
            "197110021834",
            "194010126672",
            "195003042222",
            "194912062306",
            "195008121856",
            "198702072391",
            // Coordination numbers; the second without a month.
            "197010632391",
            "191500722390",
            "191500882392",
        ] {
            assert!(is_valid(pnr), "{pnr}");
        }
    }

    #[test]
    fn wrong_digits_dates_and_shapes_are_not() {
        for pnr in [
            "197110021835",
            "197010632394",
            "197102301234",
            "19121212-1212",
            "1212121212",
            "171212121212",
            "199001010007",
            "19121212121２",
            "",
        ] {
            assert!(!is_valid(pnr), "{pnr}");
        }
    }
}
