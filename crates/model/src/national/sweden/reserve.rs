use super::super::{NumberFault, Sex, digit, digits, luhn_holds};
use super::{Meaning, SwedishKind, real_date, year};

/// Who gave a reserve number. They are unique within one owner only, and a patient may have several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reserve {
    /// Region Stockholm (OID 1.2.752.97.3.1.3): `99yyyyNNNNNC`, year of issue, no birth date. Editions of the
    /// guide disagree about the check digit, so only the format is checked (vårdgivarguiden).
    Stockholm,
    /// Västra Götaland (OID 1.2.752.113.11.0.2.1.1.1): `yyyymmddGggC`, G is K woman, M man or X unknown, with
    /// a check digit.
    VastraGotaland,
    /// Värmland (OID 1.2.752.74.9.2): `yyyymmddSBNC`.
    Varmland,
    /// National reserve number (OID 1.2.752.74.9.1): `XXYYMMDDNNGC`, XX is 00 or the century moved by threes.
    /// How letters enter its check digit is open to interpretation, so it is not checked.
    National,
    /// Another region's: a date and four characters, at least one of them a letter (Skåne, and some numbers
    /// in RIV scheduling).
    Dated,
}

/// Reads the digits of a number that starts with 99.
pub(super) fn stockholm(number: [i16; 12]) -> Meaning {
    let [.., sex, _] = number;
    Meaning {
        kind: SwedishKind::Reserve(Reserve::Stockholm),
        birth_date: None,
        sex: Some(Sex::of_digit(sex)),
    }
}

/// Reads twelve characters, letters in upper case, that are not all digits.
pub(super) fn lettered(text: &str) -> Result<Meaning, NumberFault> {
    let (head, tail) = text.split_at_checked(8).ok_or(NumberFault::Character)?;
    let head: [i16; 8] = digits(head).ok_or(NumberFault::Character)?;
    let tail: [u8; 4] = tail.as_bytes().try_into().map_err(|_| NumberFault::Character)?;
    let [c1, c2, y1, y2, m1, m2, d1, d2] = head;
    let (month, day) = (10 * m1 + m2, 10 * d1 + d2);

    let (birth_date, (owner, sex)) = match 10 * c1 + c2 {
        // No date is known; month and day are numbers that no calendar has.
        0 if (20..=99).contains(&month) && (40..=59).contains(&day) => (None, national(tail)?),
        // 18 + 3k, 19 + 3k or 20 + 3k stand for the centuries 18, 19 and 20.
        moved @ 21..=98 => {
            let century = 18 + moved % 3;
            let year = 100 * century + 10 * y1 + y2;
            (Some(real_date(year, month, day)?), national(tail)?)
        }
        _ => (Some(real_date(year(c1, c2, y1, y2)?, month, day)?), dated(head, tail)),
    };
    Ok(Meaning { kind: SwedishKind::Reserve(owner), birth_date, sex })
}

fn national([n1, n2, sex, check]: [u8; 4]) -> Result<(Reserve, Option<Sex>), NumberFault> {
    let is_serial = |byte: u8| byte.is_ascii_uppercase() && !b"IOQVW".contains(&byte);
    if is_serial(n1) && is_serial(n2) && check.is_ascii_digit() {
        Ok((Reserve::National, digit(sex).map(Sex::of_digit)))
    } else {
        Err(NumberFault::Character)
    }
}

/// The regions that start with a plain date. A tail that fails one region's rules may still be another's.
fn dated(head: [i16; 8], tail: [u8; 4]) -> (Reserve, Option<Sex>) {
    if let Some(sex) = vastra_gotaland(head, tail) {
        return (Reserve::VastraGotaland, sex);
    }
    match tail {
        [
            b'S',
            b'F' | b'U' | b'X' | b'P' | b'L',
            sex @ b'0'..=b'9',
            b'1'..=b'9' | b'A'..=b'U' | b'W'..=b'Z',
        ] => (Reserve::Varmland, digit(sex).filter(|&sex| sex > 1).map(Sex::of_digit)),
        _ => (Reserve::Dated, None),
    }
}

fn vastra_gotaland(head: [i16; 8], [sex, g1, g2, check]: [u8; 4]) -> Option<Option<Sex>> {
    let (stand_in, sex) = match sex {
        b'K' => (5, Some(Sex::Female)),
        b'M' => (7, Some(Sex::Male)),
        b'X' => (8, None),
        _ => return None,
    };
    let tail = [stand_in, digit(g1)?, digit(g2)?, digit(check)?];
    let [_, g1, g2, _] = tail;
    let issued = (6..=89).contains(&(10 * g1 + g2));
    (issued && luhn_holds(head.iter().skip(2).chain(&tail))).then_some(sex)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::SwedishNumber;
    use super::*;

    fn parse(text: &str) -> Result<SwedishNumber, NumberFault> {
        SwedishNumber::parse(text, date(2026, 3, 1))
    }

    fn read(text: &str) -> (SwedishKind, Option<jiff::civil::Date>, Option<Sex>) {
        let number = parse(text).unwrap();
        (number.kind(), number.birth_date(), number.sex())
    }

    #[test]
    fn stockholm_numbers_have_a_sex_but_no_birth_date() {
        let stockholm = SwedishKind::Reserve(Reserve::Stockholm);
        for text in ["991981000010", "991945000023", "991993000032", "991890000019"] {
            let (kind, born, sex) = read(text);
            assert_eq!((kind, born), (stockholm, None), "{text}");
            assert!(sex.is_some());
        }
        assert_eq!(read("991945000023").2, Some(Sex::Female));
        assert_eq!(read("991993000032").2, Some(Sex::Male));
    }

    #[test]
    fn stockholm_check_digits_of_both_editions_are_accepted() {
        for text in ["991981000011", "991945000024", "991993000033"] {
            assert_eq!(read(text).0, SwedishKind::Reserve(Reserve::Stockholm), "{text}");
        }
    }

    #[test]
    fn vastra_gotaland_numbers_name_the_sex_by_letter() {
        let kind = SwedishKind::Reserve(Reserve::VastraGotaland);
        assert_eq!(read("19810829M071"), (kind, Some(date(1981, 8, 29)), Some(Sex::Male)));
        assert_eq!(read("19450829K088"), (kind, Some(date(1945, 8, 29)), Some(Sex::Female)));
        assert_eq!(read("19930829X802"), (kind, Some(date(1993, 8, 29)), None));
    }

    #[test]
    fn a_wrong_check_digit_is_no_vastra_gotaland_number() {
        assert_eq!(read("19810829M072").0, SwedishKind::Reserve(Reserve::Dated));
    }

    #[test]
    fn small_letters_are_read_as_capitals() {
        assert_eq!(parse("19810829m071"), parse("19810829M071"));
        assert_eq!(parse("19810829-m071").unwrap().digits(), "19810829M071");
    }

    #[test]
    fn varmland_numbers_leave_the_sex_open_with_0_and_1() {
        let kind = SwedishKind::Reserve(Reserve::Varmland);
        let born = Some(date(1981, 8, 29));
        assert_eq!(read("19810829SF0A"), (kind, born, None));
        assert_eq!(read("19810829SX2A"), (kind, born, Some(Sex::Female)));
        assert_eq!(read("19810829SL39"), (kind, born, Some(Sex::Male)));
        assert_eq!(read("19810829SL3V").0, SwedishKind::Reserve(Reserve::Dated));
    }

    #[test]
    fn national_numbers_move_the_century_by_threes() {
        let kind = SwedishKind::Reserve(Reserve::National);
        assert_eq!(read("22810829AB31"), (kind, Some(date(1981, 8, 29)), Some(Sex::Male)));
        assert_eq!(read("23810829ABC1"), (kind, Some(date(2081, 8, 29)), None));
        assert_eq!(read("98110829AB21"), (kind, Some(date(2011, 8, 29)), Some(Sex::Female)));
        assert_eq!(read("00812045ABX1"), (kind, None, None));
    }

    #[test]
    fn other_regions_have_a_date_and_a_letter() {
        for text in ["19810829P001", "19810829t001", "198108291A34"] {
            assert_eq!(
                read(text),
                (SwedishKind::Reserve(Reserve::Dated), Some(date(1981, 8, 29)), None),
                "{text}"
            );
        }
    }

    #[test]
    fn a_reserve_number_with_letters_needs_its_date_and_form() {
        for (text, fault) in [
            ("19810230M071", NumberFault::Date),
            ("22810230AB31", NumberFault::Date),
            ("00810845ABX1", NumberFault::Date),
            ("17810829M071", NumberFault::Date),
            ("99810829M071", NumberFault::Date),
            ("22810829AI31", NumberFault::Character),
            ("228108291231", NumberFault::Date),
            ("22810829ABCD", NumberFault::Character),
            ("1981A829M071", NumberFault::Character),
        ] {
            assert_eq!(parse(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn a_carelink_number_of_digits_only_is_not_taken_for_a_person() {
        assert_eq!(parse("198108320014"), Err(NumberFault::Date));
    }
}
