//! Working hours and free times, as arithmetic over spans of time.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use vardbro_model::time::{Window, local_to_instant};

/// Hours that recur on some days of the week, in the care unit's local time.
pub(crate) struct Shift {
    pub(crate) days: &'static [Weekday],
    pub(crate) from: Time,
    pub(crate) to: Time,
}

/// The shifts that overlap the window on the days from `first` to `last`, by start. A shift that begins or ends in the hour
/// that is missing in spring is left out.
pub(crate) fn shifts(
    week: &[Shift],
    zone: &TimeZone,
    (first, last): (Date, Date),
    window: Window,
) -> Vec<Window> {
    let first = first.max(zone.to_datetime(window.start).date());
    let last = last.min(zone.to_datetime(window.end).date());
    let days = std::iter::successors(Some(first), |day| day.tomorrow().ok()).take_while(|day| *day <= last);
    let mut spans: Vec<Window> = days
        .flat_map(|day| week.iter().map(move |shift| (day, shift)))
        .filter(|(day, shift)| shift.days.contains(&day.weekday()))
        .filter_map(|(day, shift)| {
            let start = local_to_instant(day.to_datetime(shift.from), zone)?;
            let end = local_to_instant(day.to_datetime(shift.to), zone)?;
            Some(Window { start, end })
        })
        .filter(|span| overlap(*span, window))
        .collect();
    spans.sort_by_key(|span| (span.start, span.end));
    spans
}

/// The spans of this length that start inside `within`, lie inside an open span and touch no busy one. They follow each other
/// from the beginning of each open span.
pub(crate) fn free(open: &[Window], busy: &[Window], length: SignedDuration, within: Window) -> Vec<Window> {
    let step = length.as_secs();
    if step <= 0 {
        return Vec::new();
    }
    let mut spans: Vec<Window> = open
        .iter()
        .flat_map(|span| {
            let late = within.start.as_second().saturating_sub(span.start.as_second()).max(0);
            let steps_before = late.saturating_add(step - 1) / step;
            let first = later(span.start, SignedDuration::from_secs(steps_before.saturating_mul(step)));
            std::iter::successors(first, move |start| later(*start, length))
                .map_while(move |start| Some(Window { start, end: later(start, length)? }))
                .take_while(|slot| slot.end <= span.end && slot.start < within.end)
        })
        .filter(|slot| within.contains(slot.start) && !busy.iter().any(|taken| overlap(*slot, *taken)))
        .collect();
    spans.sort_by_key(|slot| slot.start);
    spans.dedup();
    spans
}

/// Whether all of the window is open and none of it busy.
pub(crate) fn is_free(open: &[Window], busy: &[Window], window: Window) -> bool {
    let mut by_start = open.to_vec();
    by_start.sort_by_key(|span| span.start);
    let open_until = by_start.iter().fold(window.start, |reached, span| {
        if span.start <= reached { reached.max(span.end) } else { reached }
    });
    window.start < window.end && open_until >= window.end && !busy.iter().any(|taken| overlap(window, *taken))
}

/// Whether two spans have an instant in common.
pub(crate) fn overlap(a: Window, b: Window) -> bool {
    a.start < b.end && b.start < a.end
}

fn later(at: Timestamp, by: SignedDuration) -> Option<Timestamp> {
    at.checked_add(by).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;

    const SUNDAY_NIGHT: &[Shift] =
        &[Shift { days: &[Weekday::Sunday], from: time(1, 0, 0, 0), to: time(4, 0, 0, 0) }];

    fn stockholm() -> TimeZone {
        TimeZone::get("Europe/Stockholm").unwrap()
    }

    fn span(start: &str, end: &str) -> Window {
        Window { start: start.parse().unwrap(), end: end.parse().unwrap() }
    }

    fn hours_on(week: &[Shift], day: Date) -> Vec<Window> {
        let whole_day = Window {
            start: local_to_instant(day.at(0, 0, 0, 0), &stockholm()).unwrap(),
            end: local_to_instant(day.tomorrow().unwrap().at(0, 0, 0, 0), &stockholm()).unwrap(),
        };
        shifts(week, &stockholm(), (date(2020, 1, 1), date(2030, 1, 1)), whole_day)
    }

    fn local_starts(slots: &[Window]) -> Vec<String> {
        slots
            .iter()
            .map(|slot| vardbro_model::time::DateTime::in_zone(slot.start, &stockholm()).to_string())
            .map(|text| text[11..].to_owned())
            .collect()
    }

    #[test]
    fn a_night_shift_has_an_hour_more_when_the_clocks_go_back() {
        let open = hours_on(SUNDAY_NIGHT, date(2026, 10, 25));
        let slots = free(&open, &[], SignedDuration::from_hours(1), open[0]);
        assert_eq!(
            local_starts(&slots),
            ["01:00:00+02:00", "02:00:00+02:00", "02:00:00+01:00", "03:00:00+01:00"]
        );
    }

    #[test]
    fn a_night_shift_has_an_hour_less_when_the_clocks_go_forward() {
        let open = hours_on(SUNDAY_NIGHT, date(2026, 3, 29));
        let slots = free(&open, &[], SignedDuration::from_hours(1), open[0]);
        assert_eq!(local_starts(&slots), ["01:00:00+01:00", "03:00:00+02:00"]);
    }

    #[test]
    fn a_shift_that_begins_in_the_missing_hour_is_left_out() {
        const ODD: &[Shift] =
            &[Shift { days: &[Weekday::Sunday], from: time(2, 30, 0, 0), to: time(5, 0, 0, 0) }];
        assert_eq!(hours_on(ODD, date(2026, 3, 29)), []);
        assert_eq!(hours_on(ODD, date(2026, 3, 22)).len(), 1);
    }

    #[test]
    fn free_times_follow_each_other_and_avoid_what_is_taken() {
        let open = [span("2026-03-02T08:00:00Z", "2026-03-02T10:10:00Z")];
        let taken = [span("2026-03-02T08:45:00Z", "2026-03-02T09:15:00Z")];
        let slots = free(&open, &taken, SignedDuration::from_mins(30), open[0]);
        assert_eq!(
            slots,
            [
                span("2026-03-02T08:00:00Z", "2026-03-02T08:30:00Z"),
                span("2026-03-02T09:30:00Z", "2026-03-02T10:00:00Z")
            ]
        );
    }

    #[test]
    fn a_window_that_opens_within_the_hours_keeps_their_rhythm() {
        let open = [span("2026-03-02T08:00:00Z", "2026-03-02T10:00:00Z")];
        let within = span("2026-03-02T08:31:00Z", "2026-03-02T09:30:00Z");
        let slots = free(&open, &[], SignedDuration::from_mins(30), within);
        assert_eq!(slots, [span("2026-03-02T09:00:00Z", "2026-03-02T09:30:00Z")]);
    }

    #[test]
    fn neighbouring_hours_are_one_stretch_for_a_move() {
        let open = [
            span("2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z"),
            span("2026-03-02T08:00:00Z", "2026-03-02T09:00:00Z"),
        ];
        assert!(is_free(&open, &[], span("2026-03-02T08:45:00Z", "2026-03-02T09:15:00Z")));
        assert!(!is_free(&open, &[], span("2026-03-02T09:45:00Z", "2026-03-02T10:15:00Z")));
        assert!(!is_free(&open, &open[..1], span("2026-03-02T08:45:00Z", "2026-03-02T09:15:00Z")));
    }

    #[test]
    fn a_service_without_a_length_has_no_free_times() {
        let open = [span("2026-03-02T08:00:00Z", "2026-03-02T10:00:00Z")];
        assert_eq!(free(&open, &[], SignedDuration::ZERO, open[0]), []);
    }
}
