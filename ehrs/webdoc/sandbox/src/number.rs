//! Swedish personal and coordination numbers: 12 digits inside, `YYYYMMDD-NNNN` on the wire.

use jiff::civil::Date;

/// What numbers are compared by.
pub fn plain(text: &str) -> String {
    text.replace('-', "")
}

/// `YYYYMMDD-NNNN`. What is no Swedish number stays as it is.
pub fn dashed(plain: &str) -> String {
    match (is_swedish(plain), plain.get(..8), plain.get(8..)) {
        (true, Some(day), Some(rest)) => format!("{day}-{rest}"),
        _ => plain.to_owned(),
    }
}

/// A valid number, and whom it is of as far as its digits tell.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Swedish {
    /// None where a coordination number leaves it open.
    pub born: Option<Date>,
    pub woman: bool,
}

pub fn is_swedish(plain: &str) -> bool {
    read(plain).is_some()
}

/// Reads 12 digits with a real date, or a coordination number's, and a right check digit.
pub fn read(plain: &str) -> Option<Swedish> {
    let digits: Vec<u32> = plain.chars().map(|c| c.to_digit(10)).collect::<Option<_>>()?;
    let number = |from: usize, to: usize| plain.get(from..to)?.parse::<i16>().ok();
    if digits.len() != 12 || !(18..=20).contains(&number(0, 2)?) || number(8, 11)? == 0 {
        return None;
    }
    if !luhn(digits.get(2..)?).is_multiple_of(10) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    let coordination = day >= 60;
    let day = if coordination { day.checked_sub(60)? } else { day };
    let born = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok();
    let open = coordination && month <= 12 && day <= 31 && (month == 0 || day == 0);
    let woman = digits.get(10)? % 2 == 0;
    (born.is_some() || open).then_some(Swedish { born, woman })
}

fn luhn(digits: &[u32]) -> u32 {
    let weighed = digits.iter().zip([2, 1].into_iter().cycle()).map(|(digit, weight)| digit * weight);
    weighed.map(|product| product / 10 + product % 10).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn official_test_numbers_are_read() {
        for valid in [
            "191212121212",
            "197110021834",
            "194010126672",
            "195003042222",
            "194912062306",
            "195008121856",
            "198702072391",
            "197010632391",
            "191500722390",
            "191500882392",
        ] {
            assert!(is_swedish(valid), "{valid}");
        }
        assert!(read("194912062306").unwrap().woman && !read("198702072391").unwrap().woman);
        assert_eq!(read("197010632391").unwrap().born, Some(jiff::civil::date(1970, 10, 3)));
        assert_eq!(read("191500722390").unwrap().born, None);
    }

    #[test]
    fn wrong_dates_check_digits_and_forms_are_not() {
        for wrong in [
            "197110021835",
            "197102301234",
            "197010632394",
            "197110020000",
            "7110021834",
            "19711002-1834",
            "297110021834",
            "19711002183x",
            "",
        ] {
            assert!(!is_swedish(wrong), "{wrong}");
        }
    }

    #[test]
    fn the_dash_follows_the_day() {
        assert_eq!(dashed("191212121212"), "19121212-1212");
        assert_eq!(plain("19121212-1212"), "191212121212");
        assert_eq!(dashed("RESERV17"), "RESERV17");
    }
}
