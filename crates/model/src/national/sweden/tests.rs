use jiff::civil::date as day;
use proptest::prelude::*;

use super::*;

fn parse(text: &str) -> Result<SwedishNumber, NumberFault> {
    SwedishNumber::parse(text, day(2026, 3, 1))
}

fn canonical(text: &str) -> String {
    parse(text).unwrap().digits().to_owned()
}

#[test]
fn the_patients_of_the_sandbox_are_accepted() {
    for (text, sex) in [
        ("191212121212", Sex::Male),
        ("197110021834", Sex::Male),
        ("194010126672", Sex::Male),
        ("195003042222", Sex::Female),
        ("194912062306", Sex::Female),
        ("195008121856", Sex::Male),
        ("198702072391", Sex::Male),
    ] {
        let number = parse(text).unwrap();
        assert_eq!(number.digits(), text);
        assert_eq!(number.kind(), SwedishKind::Personnummer);
        assert_eq!(number.sex(), Some(sex), "{text}");
    }
}

#[test]
fn a_personnummer_tells_the_birth_date() {
    assert_eq!(parse("197110021834").unwrap().birth_date(), Some(day(1971, 10, 2)));
}

#[test]
fn the_sign_is_ignored_when_the_century_is_written() {
    for text in ["19121212-1212", "19121212+1212", "19121212 1212"] {
        assert_eq!(canonical(text), "191212121212");
    }
}

#[test]
fn a_minus_is_the_latest_century_up_to_this_year() {
    assert_eq!(canonical("121212-1212"), "201212121212");
    assert_eq!(canonical("711002-1834"), "197110021834");
}

#[test]
fn a_plus_is_the_latest_century_a_hundred_years_back() {
    assert_eq!(canonical("121212+1212"), "191212121212");
}

#[test]
fn a_space_is_a_plus_that_was_not_encoded() {
    assert_eq!(canonical("121212 1212"), "191212121212");
}

#[test]
fn the_sign_changes_with_the_year_not_with_the_birthday() {
    assert_eq!(latest_year(26, 2026), 2026);
    assert_eq!(latest_year(27, 2026), 1927);
    assert_eq!(latest_year(26, 2026 - 100), 1926);
    assert_eq!(latest_year(27, 2026 - 100), 1827);
    let on = |text, today| SwedishNumber::parse(text, today).map(|number| number.digits().to_owned());
    assert_eq!(on("121212-1212", day(2011, 12, 31)).unwrap(), "191212121212");
    assert_eq!(on("121212-1212", day(2012, 1, 1)).unwrap(), "201212121212");
    assert_eq!(on("121212+1212", day(2011, 12, 31)).unwrap(), "181212121212");
    assert_eq!(on("121212+1212", day(2012, 1, 1)).unwrap(), "191212121212");
}

#[test]
fn a_century_without_numbers_is_a_wrong_date() {
    assert_eq!(SwedishNumber::parse("121212-1212", day(2112, 1, 1)), Err(NumberFault::Date));
    assert_eq!(SwedishNumber::parse("121212+1212", Date::MIN), Err(NumberFault::Date));
    assert_eq!(parse("171212121212"), Err(NumberFault::Date));
    assert_eq!(parse("211212121212"), Err(NumberFault::Date));
}

#[test]
fn a_coordination_number_is_checked_as_written() {
    let number = parse("701063-2391").unwrap();
    assert_eq!(number.digits(), "197010632391");
    assert_eq!(number.kind(), SwedishKind::Samordningsnummer);
    assert_eq!(number.birth_date(), Some(day(1970, 10, 3)));
    assert_eq!(number.sex(), Some(Sex::Male));
    assert_eq!(parse("701063-2394"), Err(NumberFault::Checksum));
}

#[test]
fn a_coordination_number_may_leave_month_or_day_open() {
    for text in ["191500722390", "191500882392"] {
        let number = parse(text).unwrap();
        assert_eq!((number.kind(), number.birth_date()), (SwedishKind::Samordningsnummer, None), "{text}");
    }
    let day_open = completed("19151060239");
    assert_eq!(parse(&day_open).unwrap().birth_date(), None);
    let both_open = completed("19150060239");
    assert_eq!(parse(&both_open).unwrap().kind(), SwedishKind::Samordningsnummer);
}

#[test]
fn a_coordination_day_must_exist_in_its_month() {
    for eleven in ["19700291239", "19700692239", "19700592239", "19701363239", "19701360239", "19700659239"] {
        assert_eq!(parse(&completed(eleven)), Err(NumberFault::Date), "{eleven}");
    }
}

#[test]
fn each_fault_is_named() {
    for (text, fault) in [
        ("197110021835", NumberFault::Checksum),
        ("197102301834", NumberFault::Date),
        ("190002291834", NumberFault::Date),
        ("000000000000", NumberFault::Date),
        ("197110020000", NumberFault::BirthNumber),
        ("197110020002", NumberFault::BirthNumber),
        ("7110021834", TEN_NEED_A_SIGN),
        ("1971-10021834", BEFORE_LAST_FOUR),
        ("19711002--834", BEFORE_LAST_FOUR),
        ("1971-10-02-1834", BEFORE_LAST_FOUR),
        ("7110021834-", BEFORE_LAST_FOUR),
        ("19711002-183", TWELVE_OR_TEN),
        ("71100-1834", TWELVE_OR_TEN),
        ("71100218345", TWELVE_OR_TEN),
        ("1971100218345", TWELVE_OR_TEN),
        ("", TWELVE_OR_TEN),
        ("711002-183A", NumberFault::Character),
        ("71A002-1834", NumberFault::Character),
        ("19711002_1834", NumberFault::Character),
        ("1971100218\u{663}4", NumberFault::Character),
        ("åäöåäö", NumberFault::Character),
    ] {
        assert_eq!(parse(text), Err(fault), "{text}");
    }
}

#[test]
fn webdoc_gets_a_dash() {
    assert_eq!(parse("121212+1212").unwrap().with_dash(), "19121212-1212");
    assert_eq!(parse("19810829M071").unwrap().with_dash(), "19810829-M071");
}

#[test]
fn the_number_is_never_printed() {
    let number = parse("197110021834").unwrap();
    assert_eq!(format!("{number} {number:?} {:#?}", Some(&number)), "*** *** Some(\n    ***,\n)");
}

#[test]
fn a_fault_says_why_without_the_number() {
    for text in ["197110021835", "197102301834", "197110020000", "711002-183", "7110021834", "71100å-1834"] {
        let message = parse(text).unwrap_err().to_string();
        let spoken = message.replace("12 digits", "").replace("10 with", "");
        assert!(!spoken.contains(|c: char| c.is_ascii_digit()), "{message}");
    }
    assert_eq!(
        parse("7110021834").unwrap_err().to_string(),
        "the number must have - or + before the last four when the century is left out"
    );
}

/// Eleven digits with their check digit.
fn completed(eleven: &str) -> String {
    let with = |check: u8| format!("{eleven}{check}");
    (0..10).map(with).find(|text| luhn_holds(digits::<12>(text).unwrap().iter().skip(2))).unwrap()
}

prop_compose! {
    fn birth_day()(year in 1800..2100_i16, nth in 1..=365_i16) -> Date {
        day(year, 1, 1).with().day_of_year(nth).build().unwrap()
    }
}

proptest! {
    #[test]
    fn a_valid_number_reads_the_same_in_every_spelling(
        born in birth_day(), serial in 1..1000_u16, coordination in any::<bool>(),
    ) {
        let written_day = born.day() + if coordination { 60 } else { 0 };
        let text = completed(&format!("{:04}{:02}{written_day:02}{serial:03}", born.year(), born.month()));
        let (long, tail) = text.split_at(8);
        let short = &long[2..];
        let mut spellings = vec![text.clone(), format!("{long}-{tail}"), format!("{long}+{tail}"), format!("{long} {tail}")];
        match 2026 - born.year() {
            0..100 => spellings.push(format!("{short}-{tail}")),
            100..200 => spellings.extend([format!("{short}+{tail}"), format!("{short} {tail}")]),
            _ => (),
        }
        for spelling in spellings {
            let number = parse(&spelling).unwrap();
            prop_assert_eq!(number.digits(), &text);
            prop_assert_eq!(number.birth_date(), Some(born));
            prop_assert_eq!(number.kind() == SwedishKind::Samordningsnummer, coordination);
            prop_assert_eq!(parse(&number.with_dash()).unwrap(), number);
        }
    }

    #[test]
    fn one_wrong_digit_is_noticed(born in birth_day(), serial in 1..1000_u16, at in 8..12_usize, shift in 1..10_u8) {
        let text = completed(&format!("{:04}{:02}{:02}{serial:03}", born.year(), born.month(), born.day()));
        let wrong: String = text
            .bytes()
            .enumerate()
            .map(|(n, byte)| char::from(if n == at { (byte - b'0' + shift) % 10 + b'0' } else { byte }))
            .collect();
        prop_assert!(parse(&wrong).is_err());
    }

    #[test]
    fn no_text_panics(any in any::<String>(), near in "[0-9A-Zå +-]{9,14}", year in -9999..=9999_i16) {
        for text in [any, near] {
            let _ = SwedishNumber::parse(&text, day(year, 1, 1)).map(|number| number.with_dash());
        }
    }

    #[test]
    fn what_parses_with_letters_parses_again(text in "(18|19|20|22|23|00|99)[0-9]{6}[A-Z0-9]{4}") {
        if let Ok(number) = parse(&text) {
            prop_assert_eq!(number.digits(), &text);
            prop_assert_eq!(parse(&number.with_dash()).unwrap(), number);
        }
    }
}
