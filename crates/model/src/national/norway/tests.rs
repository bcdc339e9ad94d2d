use proptest::prelude::*;

use super::*;

fn checksum(text: &str) -> Result<NorwegianNumber, NumberFault> {
    NorwegianNumber::parse(text, Strictness::default())
}

fn strict(text: &str) -> Result<NorwegianNumber, NumberFault> {
    NorwegianNumber::parse(text, Strictness::Date)
}

/// The nine digits with both check digits, or `None` where one of them would be 10.
fn completed(nine: &str) -> Option<String> {
    (0..100).map(|checks| format!("{nine}{checks:02}")).find(|text| checksum(text).is_ok())
}

#[test]
fn issued_numbers_are_accepted_at_both_levels() {
    for text in ["31129956715", "13097248022", "03099939965", "03099949766"] {
        assert_eq!(checksum(text).unwrap().digits(), text);
        assert_eq!(strict(text).unwrap().digits(), text);
    }
}

#[test]
fn an_impossible_date_passes_at_checksum_level_only() {
    for text in ["29029900157", "26258605879"] {
        assert_eq!(checksum(text).unwrap().birth_date(), None, "{text}");
        assert_eq!(strict(text), Err(NumberFault::Date), "{text}");
    }
}

#[test]
fn the_individual_digits_decide_the_century() {
    let born = |text: &str| strict(text).unwrap().birth_date();
    assert_eq!(born("13097248022"), date(1972, 9, 13));
    assert_eq!(born("31129956715"), date(1899, 12, 31));
    assert_eq!(born(&completed("010100500").unwrap()), date(2000, 1, 1));
    assert_eq!(born(&completed("010140900").unwrap()), date(1940, 1, 1));
    assert_eq!(full_year(53, 500), None);
    assert_eq!(full_year(40, 899), None);
}

#[test]
fn the_ninth_digit_is_the_sex() {
    assert_eq!(checksum("13097248022").unwrap().sex(), Some(Sex::Female));
    assert_eq!(checksum("31129956715").unwrap().sex(), Some(Sex::Male));
}

#[test]
fn the_kind_shows_in_the_first_and_third_digit() {
    for (nine, kind, born) in [
        ("130972480", NorwegianKind::BirthNumber, date(1972, 9, 13)),
        ("530972480", NorwegianKind::DNumber, date(1972, 9, 13)),
        ("134972481", NorwegianKind::HNumber, date(1972, 9, 13)),
        ("812345671", NorwegianKind::FhNumber, None),
    ] {
        let number = strict(&completed(nine).unwrap()).unwrap();
        assert_eq!((number.kind(), number.birth_date()), (kind, born), "{nine}");
    }
}

#[test]
fn a_separator_may_follow_the_date() {
    for text in ["130972 48022", "130972-48022"] {
        assert_eq!(checksum(text).unwrap().digits(), "13097248022");
    }
    for text in ["1309724-8022", "130972 480 22", "-13097248022", "13097248022-"] {
        assert_eq!(checksum(text), Err(AFTER_DATE), "{text}");
    }
}

#[test]
fn each_fault_is_named() {
    for (text, fault) in [
        ("13097248023", NumberFault::Checksum),
        ("13097248122", NumberFault::Checksum),
        ("00000000000", NumberFault::Placeholder),
        ("1309724802", ELEVEN),
        ("130972480220", ELEVEN),
        ("", ELEVEN),
        ("1309724802X", NumberFault::Character),
        ("13097248\u{661}22", NumberFault::Character),
    ] {
        assert_eq!(checksum(text), Err(fault), "{text}");
    }
}

#[test]
fn the_number_is_never_printed() {
    let number = checksum("13097248022").unwrap();
    assert_eq!(format!("{number} {number:?}"), "*** ***");
}

proptest! {
    #[test]
    fn a_valid_number_reads_the_same_in_every_spelling(
        day in 1..=28_u8, month in 1..=12_u8, year in 0..100_u8, individual in 0..500_u16,
    ) {
        let Some(text) = completed(&format!("{day:02}{month:02}{year:02}{individual:03}")) else { return Ok(()) };
        let (head, tail) = text.split_at(6);
        let plain = strict(&text).unwrap();
        prop_assert_eq!(plain.digits(), &text);
        prop_assert_eq!(plain.birth_date(), date(1900 + i16::from(year), month.into(), day.into()));
        prop_assert_eq!(&strict(&format!("{head} {tail}")).unwrap(), &plain);
        prop_assert_eq!(&checksum(&format!("{head}-{tail}")).unwrap(), &plain);
    }

    #[test]
    fn no_text_panics(any in any::<String>(), near in "[0-9 -]{10,13}") {
        for text in [any, near] {
            let _ = (checksum(&text), strict(&text));
        }
    }
}
