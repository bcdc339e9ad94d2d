//! Dates and times as TakeCare writes them: digits in local time, without a zone.

use jiff::civil::{Date, DateTime, Time};

use super::Unreadable;
use super::xml::Element;

/// `yyyyMMdd`.
pub fn date(date: Date) -> String {
    date.strftime("%Y%m%d").to_string()
}

/// `yyyyMMddHHmm`, as `StartTime` and `EndTime` are.
pub fn minute(at: DateTime) -> String {
    at.strftime("%Y%m%d%H%M").to_string()
}

/// `yyyyMMddHHmmss`, as `Time` and `EventTime` are.
pub fn second(at: DateTime) -> String {
    at.strftime("%Y%m%d%H%M%S").to_string()
}

/// Reads 8, 12 or 14 digits.
pub fn parse(text: &str) -> Option<DateTime> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) || !matches!(text.len(), 8 | 12 | 14) {
        return None;
    }
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or("0").parse::<i16>().ok();
    let small = |from: usize| part(from, from.checked_add(2)?).and_then(|number| i8::try_from(number).ok());
    let date = Date::new(part(0, 4)?, small(4)?, small(6)?).ok()?;
    let time = Time::new(small(8)?, small(10)?, small(12)?, 0).ok()?;
    Some(date.to_datetime(time))
}

/// The time in the first element of this name.
pub(super) fn required(element: &Element, name: &str) -> Result<DateTime, Unreadable> {
    parse(element.required(name)?).ok_or_else(|| Unreadable::at(name))
}

/// The time in the first element of this name, if it tells one.
pub(super) fn optional(element: &Element, name: &str) -> Option<DateTime> {
    element.told(name).and_then(parse)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date as day;

    use super::*;

    #[test]
    fn times_are_digits() {
        let at = day(2026, 12, 1).at(9, 5, 7, 0);
        assert_eq!((date(at.date()), minute(at)), ("20261201".into(), "202612010905".into()));
        assert_eq!(second(at), "20261201090507");
    }

    #[test]
    fn minutes_seconds_and_days_are_read() {
        assert_eq!(parse("202612010905"), Some(day(2026, 12, 1).at(9, 5, 0, 0)));
        assert_eq!(parse("20261201090507"), Some(day(2026, 12, 1).at(9, 5, 7, 0)));
        assert_eq!(parse("20261201"), Some(day(2026, 12, 1).at(0, 0, 0, 0)));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for bad in
            ["", "2026120109", "202613010905", "202602300905", "202612012505", "2026-12-01", "+20261201090"]
        {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
