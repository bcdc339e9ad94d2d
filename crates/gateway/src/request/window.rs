//! Windows of time in queries.

use jiff::{SignedDuration, Timestamp};
use vardbro_model::error::FaultCode;
use vardbro_model::time::{DateTime, Window};

use crate::request::{Faults, Given};

/// What the other bound is when one is missing.
const MONTH: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Nobody is at the doctor's for longer.
const LONGEST_APPOINTMENT: SignedDuration = SignedDuration::from_hours(24);

/// A window of at most `most_days`; without bounds it is `now` and the 30 days after.
pub(crate) fn with_default(
    start: Given<DateTime>,
    end: Given<DateTime>,
    now: Timestamp,
    most_days: u16,
    faults: &mut Faults,
) -> Option<Window> {
    let (start, end) = bounds(start, end, faults)?;
    at_most(window(start.or(end.is_none().then_some(now)), end, faults)?, most_days, faults)
}

/// The same, where the past does not count: the window begins now at the earliest, and is empty if it lies before.
pub(crate) fn from_now(
    start: Given<DateTime>,
    end: Given<DateTime>,
    now: Timestamp,
    most_days: u16,
    faults: &mut Faults,
) -> Option<Window> {
    let (start, end) = bounds(start, end, faults)?;
    let start = match end {
        // What lies behind the given end is looked at as it was given, so that a window backwards is seen.
        Some(_) => start,
        None => Some(start.map_or(now, |start| start.max(now))),
    };
    let window = window(start, end, faults)?;
    at_most(Window { start: window.start.max(now), end: window.end.max(now) }, most_days, faults)
}

fn at_most(window: Window, most_days: u16, faults: &mut Faults) -> Option<Window> {
    let most = SignedDuration::from_hours(24 * i64::from(most_days));
    if window.end.duration_since(window.start) > most {
        faults.at("end", FaultCode::BadInput, format!("The window spans at most {most_days} days."));
        return None;
    }
    Some(window)
}

/// A window, or none when neither bound is given.
pub(crate) fn optional(start: Given<DateTime>, end: Given<DateTime>, faults: &mut Faults) -> Option<Window> {
    match bounds(start, end, faults)? {
        (None, None) => None,
        (start, end) => window(start, end, faults),
    }
}

/// Two bounds that must both be there.
pub(crate) fn exact(start: Given<DateTime>, end: Given<DateTime>, faults: &mut Faults) -> Option<Window> {
    match (start.required("start", faults), end.required("end", faults)) {
        (Some(start), Some(end)) => window(Some(start.timestamp()), Some(end.timestamp()), faults),
        _ => None,
    }
}

/// An appointment's start and end, which must both be there.
pub(crate) fn of_appointment(
    start: Given<DateTime>,
    end: Given<DateTime>,
    faults: &mut Faults,
) -> Option<Window> {
    let window = exact(start, end, faults)?;
    if window.end.duration_since(window.start) > LONGEST_APPOINTMENT {
        faults.at("end", FaultCode::BadInput, "An appointment lasts at most 24 hours.");
        return None;
    }
    Some(window)
}

type Bounds = (Option<Timestamp>, Option<Timestamp>);

/// The bounds, unless one is wrong.
fn bounds(start: Given<DateTime>, end: Given<DateTime>, faults: &mut Faults) -> Option<Bounds> {
    let wrong = |given: &Given<DateTime>| matches!(given, Given::Wrong(_));
    let any_wrong = wrong(&start) || wrong(&end);
    let start = start.optional("start", faults).map(DateTime::timestamp);
    let end = end.optional("end", faults).map(DateTime::timestamp);
    (!any_wrong).then_some((start, end))
}

fn window(start: Option<Timestamp>, end: Option<Timestamp>, faults: &mut Faults) -> Option<Window> {
    let window = match (start, end) {
        (Some(start), Some(end)) => Window { start, end },
        (Some(start), None) => Window { start, end: start.saturating_add(MONTH).ok()? },
        (None, Some(end)) => Window { start: end.saturating_sub(MONTH).ok()?, end },
        (None, None) => return None,
    };
    if window.end <= window.start {
        faults.at("end", FaultCode::BadInput, "The end must be after the start.");
        return None;
    }
    Some(window)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Given<DateTime> {
        Given::Value(DateTime::parse(text).unwrap())
    }

    fn now() -> Timestamp {
        "2026-11-20T10:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_missing_bound_is_thirty_days_from_the_other() {
        let mut faults = Faults::default();
        let whole = with_default(Given::Absent, Given::Absent, now(), 92, &mut faults).unwrap();
        assert_eq!((whole.start, whole.end.duration_since(whole.start)), (now(), MONTH));
        let back = with_default(Given::Absent, at("2026-12-01T00:00:00Z"), now(), 92, &mut faults).unwrap();
        assert_eq!(back.end.duration_since(back.start), MONTH);
        assert_eq!(optional(Given::Absent, Given::Absent, &mut faults), None);
        assert!(faults.finish().is_ok());
    }

    #[test]
    fn an_appointment_lasts_a_day_at_most() {
        let start = || at("2026-12-01T08:00:00Z");
        let mut faults = Faults::default();
        assert!(of_appointment(start(), at("2026-12-02T08:00:00Z"), &mut faults).is_some());
        assert!(faults.is_empty());
        assert_eq!(of_appointment(start(), at("2026-12-02T08:00:01Z"), &mut faults), None);
        assert!(faults.finish().is_err());
    }

    #[test]
    fn the_past_does_not_count() {
        let mut faults = Faults::default();
        let long_ago =
            from_now(at("2026-01-01T00:00:00Z"), at("2026-12-01T00:00:00Z"), now(), 92, &mut faults).unwrap();
        assert_eq!(long_ago.start, now());
        let open = from_now(at("2026-01-01T00:00:00Z"), Given::Absent, now(), 92, &mut faults).unwrap();
        assert_eq!((open.start, open.end.duration_since(open.start)), (now(), MONTH));
        let over =
            from_now(at("2026-01-01T00:00:00Z"), at("2026-02-01T00:00:00Z"), now(), 92, &mut faults).unwrap();
        assert_eq!(over.start, over.end);
        assert!(faults.is_empty());
    }

    #[test]
    fn a_window_backwards_or_too_long_is_a_fault() {
        for (start, end) in [
            ("2026-12-01T00:00:00Z", "2026-11-30T00:00:00Z"),
            ("2026-12-01T00:00:00Z", "2026-12-01T00:00:00Z"),
            ("2026-12-01T00:00:00Z", "2027-12-01T00:00:00Z"),
        ] {
            let mut faults = Faults::default();
            assert_eq!(with_default(at(start), at(end), now(), 92, &mut faults), None);
            assert!(faults.finish().is_err());
        }
    }
}
