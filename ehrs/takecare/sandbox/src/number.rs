//! Swedish personal identity numbers, 12 digits.

use jiff::civil::Date;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    Male,
    Female,
}

/// What a number says about its person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person {
    /// None in reserve numbers.
    pub year: Option<i16>,
    /// None where it is not wholly known.
    pub born: Option<Date>,
    /// None in reserve numbers.
    pub sex: Option<Sex>,
}

/// A personal number, a coordination number (day + 60; day and month may be unknown), or a reserve number of Region
/// Stockholm (`99…`, of which only the form is certain). None if it is none of these.
pub fn person(digits: &str) -> Option<Person> {
    let value: Vec<u32> = digits.chars().map(|digit| digit.to_digit(10)).collect::<Option<_>>()?;
    if value.len() != 12 {
        return None;
    }
    if digits.starts_with("99") {
        return Some(Person { year: None, born: None, sex: None });
    }
    let (year, rest) = digits.split_at_checked(4)?;
    let (month, rest) = rest.split_at_checked(2)?;
    let (day, serial) = rest.split_at_checked(2)?;
    let year: i16 = year.parse().ok().filter(|year| (1800..2100).contains(year))?;
    let (month, day): (i8, i8) = (month.parse().ok()?, day.parse().ok()?);
    let (_, last_ten) = value.split_at_checked(2)?;
    if serial.starts_with("000") || !check_digit_holds(last_ten) {
        return None;
    }
    let born = match (month, day) {
        (0..=12, 60) | (0, 61..=91) => None,
        (_, 61..=91) => Some(Date::new(year, month, day.saturating_sub(60)).ok()?),
        _ => Some(Date::new(year, month, day).ok()?),
    };
    let sex = if value.get(10)? % 2 == 1 { Sex::Male } else { Sex::Female };
    Some(Person { year: Some(year), born, sex: Some(sex) })
}

/// Weights 2, 1, 2, 1 … from the left over the ten digits, the sums of the products' digits, a multiple of ten.
fn check_digit_holds(digits: &[u32]) -> bool {
    let products = digits.iter().zip([2, 1].into_iter().cycle()).map(|(digit, weight)| digit * weight);
    let sum: u32 = products.map(|product| product / 10 + product % 10).sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn personal_numbers_tell_birth_date_and_sex() {
        let mikael = Person { year: Some(1971), born: Some(date(1971, 10, 2)), sex: Some(Sex::Male) };
        assert_eq!(person("197110021834"), Some(mikael));
        assert_eq!(person("195003042222").unwrap().sex, Some(Sex::Female));
        for number in ["191212121212", "194010126672", "194912062306", "195008121856", "198702072391"] {
            assert!(person(number).is_some(), "{number}");
        }
    }

    #[test]
    fn coordination_numbers_may_leave_month_and_day_open() {
        assert_eq!(person("197010632391").unwrap().born, Some(date(1970, 10, 3)));
        for number in ["191500722390", "191500882392"] {
            assert_eq!(person(number).unwrap().born, None, "{number}");
        }
    }

    #[test]
    fn reserve_numbers_tell_nothing() {
        assert_eq!(person("991981000010"), Some(Person { year: None, born: None, sex: None }));
    }

    #[test]
    fn others_are_none() {
        for wrong in [
            "",
            "19711002183",
            "1971100218345",
            "197110021835",
            "197010632394",
            "19710230183x",
            "217110021834",
            "197113021831",
            "19710230１８３",
        ] {
            assert_eq!(person(wrong), None, "{wrong}");
        }
    }
}
