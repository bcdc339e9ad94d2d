use jiff::civil::{Date, time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use rand::Rng;
use rand::rngs::StdRng;

use super::ids;
use super::practitioners::workplace;
use crate::availability::{days, starts};
use crate::resources::appointment::{Appointment, Cancellation};
use crate::resources::attendee::{Arrival, Attendee};
use crate::resources::availability_block::AvailabilityBlock;
use crate::resources::unavailable_block::UnavailableBlock;
use crate::row::Stamps;
use crate::state::World;
use crate::time::{Span, after, instant, zone};

const DAYS_BACK: i32 = 21;
const DAYS_AHEAD: i32 = 60;

/// Appointments from three weeks ago to sixty days ahead, denser near today; some of them cancelled or archived.
pub fn add(world: &mut World, today: Date, dice: &mut StdRng) {
    blocks(world, today);
    let mut n = 0;
    for offset in -DAYS_BACK..=DAYS_AHEAD {
        for practitioner in 1..=10 {
            let mut day = Day::of(world, practitioner, today, offset);
            let chance = if offset < 15 { 0.75 } else { 0.35 };
            for _ in 0..3 {
                if dice.random_bool(chance) {
                    n += 1;
                    book(world, n, &mut day, dice);
                }
            }
        }
    }
}

/// A practitioner's day as it fills up.
struct Day {
    practitioner: i64,
    today: Date,
    offset: i32,
    openings: Vec<Span>,
    taken: Vec<Span>,
}

impl Day {
    fn of(world: &World, practitioner: i64, today: Date, offset: i32) -> Self {
        let (business, time_zone) = workplace(practitioner);
        let who = ids::practitioner(practitioner);
        let date = today.saturating_add(offset.days());
        let span = days(date, date, &zone(time_zone));
        let business = world.businesses.get(&business);
        let openings = business.map(|business| world.openings(business, who, span)).unwrap_or_default();
        let blocks = world.unavailable_blocks.values().filter(|row| row.practitioner == who);
        Self { practitioner, today, offset, openings, taken: blocks.map(|row| row.span).collect() }
    }
}

/// One appointment at a random free start of the day, if there is one.
fn book(world: &mut World, n: i64, day: &mut Day, dice: &mut StdRng) {
    let business = workplace(day.practitioner).0;
    let who = ids::practitioner(day.practitioner);
    let offered: Vec<_> = world
        .appointment_types
        .values()
        .filter(|kind| kind.live() && kind.practitioner_ids.contains(&who))
        .map(|kind| (kind.stamps.id, kind.duration_in_minutes))
        .collect();
    let Some((kind, minutes)) = offered.get(dice.random_range(0..offered.len().max(1))).copied() else {
        return;
    };
    let free = Vec::from_iter(starts(&day.openings, &day.taken, minutes));
    let Some(starts_at) = free.get(dice.random_range(0..free.len().max(1))).copied() else { return };

    let ago = dice.random_range(1..=20);
    let made = day.today.saturating_add((day.offset.min(0) - ago).days());
    let created_at = instant(made, time(9, 0, 0, 0), &TimeZone::UTC);
    let mut row = Appointment {
        stamps: Stamps::new(ids::appointment(n), created_at),
        business,
        practitioner: who,
        appointment_type: kind,
        patient: ids::patient(dice.random_range(1..=12)),
        patient_case: None,
        starts_at,
        ends_at: after(starts_at, minutes),
        notes: dice.random_bool(0.1).then(|| "Booked by telephone.".to_owned()),
        repeat_rule: None,
        repeated_from: None,
        cancellation: None,
    };
    let later = after(created_at, 90);
    match dice.random_range(0..100) {
        0..6 => {
            row.cancellation =
                Some(Cancellation { at: later, reason: 30, note: Some("Rang in sick.".to_owned()) });
            row.stamps.touch(later);
        }
        6..9 => row.stamps.archive(later),
        _ => {}
    }
    if row.live() {
        day.taken.push(row.span());
    }
    let attendee = Attendee {
        stamps: Stamps { id: ids::attendee(n), ..row.stamps.clone() },
        booking: row.stamps.id,
        patient: row.patient,
        patient_case: None,
        arrival: if day.offset < 0 && row.live() { Arrival::Arrived } else { Arrival::Unknown },
        notes: None,
        cancellation: row.cancellation.clone(),
    };
    world.attendees.insert(attendee.stamps.id, attendee);
    world.appointments.insert(row.stamps.id, row);
}

/// A weekly meeting of each practitioner's, one holiday, one Saturday opening.
fn blocks(world: &mut World, today: Date) {
    let mut n = 0;
    let mut block = |world: &mut World, practitioner: i64, date: Date, hour: i8, minutes: i64, kind: i64| {
        n += 1;
        let (business, time_zone) = workplace(practitioner);
        let start = instant(date, time(hour, 0, 0, 0), &zone(time_zone));
        let row = UnavailableBlock {
            stamps: Stamps::new(ids::unavailable_block(n), created(today, n)),
            business,
            practitioner: ids::practitioner(practitioner),
            span: Span { start, end: after(start, minutes) },
            notes: None,
            kind: Some(ids::unavailable_block_type(kind)),
            repeat_rule: None,
            repeated_from: None,
        };
        world.unavailable_blocks.insert(row.stamps.id, row);
    };
    for offset in 0..=DAYS_AHEAD {
        let date = today.saturating_add(offset.days());
        let weekday = i64::from(date.weekday().to_monday_one_offset());
        for practitioner in (1..=10).filter(|practitioner| practitioner % 5 + 1 == weekday) {
            block(world, practitioner, date, 14, 60, 1);
        }
        if (30..35).contains(&offset) {
            block(world, 5, date, 8, 480, 2);
        }
    }

    let mut fortnight = (1..=14).map(|days| today.saturating_add(days.days()));
    let saturday = fortnight.rfind(|date| date.weekday() == jiff::civil::Weekday::Saturday);
    let start = instant(saturday.unwrap_or(today), time(10, 0, 0, 0), &zone("Australia/Melbourne"));
    let row = AvailabilityBlock {
        stamps: Stamps::new(ids::availability_block(1), created(today, 0)),
        business: ids::MELBOURNE,
        practitioner: ids::practitioner(1),
        span: Span { start, end: after(start, 180) },
        repeat_rule: None,
    };
    world.availability_blocks.insert(row.stamps.id, row);
}

fn created(today: Date, n: i64) -> Timestamp {
    after(instant(today.saturating_sub(30.days()), time(0, 0, 0, 0), &TimeZone::UTC), n)
}
