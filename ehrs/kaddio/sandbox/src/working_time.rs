//! When hosts work (arbetstid), and where.

use async_graphql::ID;
use jiff::civil::{Date, Time, Weekday};
use jiff::{Timestamp, ToSpan};

use crate::time::{Span, date_of, instant};

/// Calendars are open to this many days after today.
const DAYS_AHEAD: i32 = 92;

/// A block that stands in a host's calendar every week.
pub struct WorkingTime {
    pub host: ID,
    pub place: ID,
    pub weekday: Weekday,
    pub from: Time,
    pub to: Time,
    /// The only booking types that can be booked in it; none: all that the host offers.
    pub only: Option<Vec<ID>>,
}

impl WorkingTime {
    /// Its blocks on the days from `from` to `to`, as far as calendars are open.
    pub fn blocks(&self, from: Timestamp, to: Timestamp, now: Timestamp) -> impl Iterator<Item = Span> {
        let last = date_of(to).min(date_of(now).saturating_add(DAYS_AHEAD.days()));
        let first = date_of(from.max(now));
        let days = first.series(1.day()).take_while(move |date| *date <= last);
        days.filter(|date| date.weekday() == self.weekday).map(|date| self.on(date))
    }

    fn on(&self, date: Date) -> Span {
        Span { start: instant(date, self.from), end: instant(date, self.to) }
    }

    pub fn admits(&self, booking_type: &ID) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(booking_type))
    }
}
