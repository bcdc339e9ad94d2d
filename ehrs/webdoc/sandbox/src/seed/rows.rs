//! The rows that caregivers offer: each working day anew, the same for the same seed.

use jiff::ToSpan;
use jiff::civil::{Date, Time, Weekday, time};

use super::booking_types::{
    ACUTE, NEW_PSYCHOLOGY, NEW_VISIT, NIGHT, RETURN_PSYCHOLOGY, RETURN_VISIT, SAMPLING, VACCINATION,
};
use super::clinics::{BJORKBACKEN, HAMNEN, SJOSTADEN};
use super::users::{ALMGREN, EK, LINDQVIST, NORLING, OBERG, SANDGREN};
use crate::diary::{Diary, Period, Slot};
use crate::id::Id;
use crate::resources::booking_type::BookingType;

/// When a caregiver works where, and for which types in turn.
struct Shift {
    user: Id,
    clinic: Id,
    /// From and to, both inclusive, Monday = 1.
    weekdays: (i8, i8),
    types: &'static [i64],
}

const SHIFTS: [Shift; 8] = [
    Shift {
        user: ALMGREN,
        clinic: BJORKBACKEN,
        weekdays: (1, 5),
        types: &[NEW_VISIT, RETURN_VISIT, NEW_VISIT, RETURN_VISIT, ACUTE],
    },
    Shift {
        user: SANDGREN,
        clinic: BJORKBACKEN,
        weekdays: (1, 3),
        types: &[RETURN_VISIT, NEW_VISIT, RETURN_VISIT],
    },
    Shift { user: SANDGREN, clinic: HAMNEN, weekdays: (4, 5), types: &[NIGHT, ACUTE] },
    Shift {
        user: NORLING,
        clinic: BJORKBACKEN,
        weekdays: (1, 5),
        types: &[VACCINATION, VACCINATION, SAMPLING, VACCINATION],
    },
    Shift {
        user: LINDQVIST,
        clinic: SJOSTADEN,
        weekdays: (1, 5),
        types: &[NEW_PSYCHOLOGY, RETURN_PSYCHOLOGY],
    },
    Shift { user: EK, clinic: SJOSTADEN, weekdays: (1, 3), types: &[RETURN_PSYCHOLOGY, NEW_PSYCHOLOGY] },
    Shift { user: EK, clinic: BJORKBACKEN, weekdays: (4, 5), types: &[RETURN_PSYCHOLOGY] },
    Shift { user: OBERG, clinic: HAMNEN, weekdays: (1, 5), types: &[NIGHT, NIGHT, ACUTE] },
];

const MORNING: (Time, Time) = (time(9, 0, 0, 0), time(11, 30, 0, 0));
const AFTERNOON: (Time, Time) = (time(13, 0, 0, 0), time(15, 30, 0, 0));
/// Over the hours in which clocks change.
const SMALL_HOURS: (Time, Time) = (time(1, 0, 0, 0), time(4, 0, 0, 0));

/// Adds the rows of every day that has none yet, up to and including `until`.
pub fn plan(diary: &mut Diary, seed: u64, until: Date) {
    while let Some(date) = diary.planned_until.and_then(|day| day.tomorrow().ok()).filter(|day| *day <= until)
    {
        let weekday = date.weekday().to_monday_one_offset();
        for shift in &SHIFTS {
            if (shift.weekdays.0..=shift.weekdays.1).contains(&weekday) {
                offer(diary, seed, shift, date, MORNING);
                offer(diary, seed, shift, date, AFTERNOON);
            }
        }
        if clocks_change(date) {
            let night = Shift { user: OBERG, clinic: HAMNEN, weekdays: (7, 7), types: &[NIGHT] };
            offer(diary, seed, &night, date, SMALL_HOURS);
        }
        diary.planned_until = Some(date);
    }
}

/// The last Sundays of March and October.
fn clocks_change(date: Date) -> bool {
    [3, 10].contains(&date.month()) && date.weekday() == Weekday::Sunday && date.day() > 24
}

/// Fills a part of a day with rows, one after the other. The seed and the day say which type comes first.
fn offer(diary: &mut Diary, seed: u64, shift: &Shift, date: Date, (mut start, to): (Time, Time)) {
    let first = seed.wrapping_add(u64::from(date.day_of_year().unsigned_abs()));
    let first = usize::try_from(first % 8).unwrap_or_default();
    for kind in shift.types.iter().cycle().skip(first).filter_map(|id| BookingType::find(*id)) {
        let Ok(end) = start.checked_add(kind.minutes.minutes()) else { return };
        if end > to {
            return;
        }
        let period = Period { date, start, end, user: shift.user };
        let name = format!("row {seed} {} {} {date} {start}", shift.user, shift.clinic);
        let id = Id::named(&name);
        diary.offer(Slot { id, clinic: shift.clinic, period, booking_type: kind.id });
        start = end;
    }
}
