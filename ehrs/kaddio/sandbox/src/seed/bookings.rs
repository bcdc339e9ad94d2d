use async_graphql::ID;
use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan};
use rand::Rng;
use rand::rngs::StdRng;

use super::{ids, some};
use crate::booking::{Booking, BookingStatus};
use crate::free_times::{FreeTime, Wanted};
use crate::id;
use crate::state::World;
use crate::time::{DateTime, date_of, instant};

const DAYS_BACK: i32 = 21;
const DAYS_AHEAD: i32 = 60;

/// Bookings from three weeks ago to sixty days ahead, denser near today, some of them cancelled.
pub fn add(world: &mut World, today: Date, dice: &mut StdRng) {
    // As if it were before all of them, so that times of the past are offered as well.
    let then = midnight(today.saturating_sub((DAYS_BACK + 2).days()));
    let hosts: Vec<ID> = world.hosts.keys().cloned().collect();
    let mut n = 0;
    for offset in -DAYS_BACK..=DAYS_AHEAD {
        let date = today.saturating_add(offset.days());
        for host in &hosts {
            let chance = if offset < 15 { 0.6 } else { 0.25 };
            for _ in 0..3 {
                if dice.random_bool(chance) {
                    let wanted = Wanted {
                        host: Some(host),
                        ..Wanted::between(midnight(date), midnight(date.saturating_add(1.day())))
                    };
                    let free = world.free_times(&wanted, then);
                    let chosen = dice.random_range(0..free.len().max(1));
                    if let Some(free) = free.into_iter().nth(chosen) {
                        n += 1;
                        let booking = booking(n, free, today, dice);
                        world.bookings.insert(booking.id.clone(), booking);
                    }
                }
            }
        }
    }
}

fn booking(n: i32, free: FreeTime, today: Date, dice: &mut StdRng) -> Booking {
    let past = date_of(free.start.instant()) < today;
    let status = match dice.random_range(0..100) {
        0..8 => BookingStatus::Cancelled,
        8..14 if past => BookingStatus::NoShow,
        14..90 if past => BookingStatus::Arrived,
        _ => BookingStatus::Booked,
    };
    let client = ids::CLIENTS.get(dice.random_range(0..ids::CLIENTS.len())).unwrap_or(&ids::TOLVAN);
    let ago = dice.random_range(1..=20);
    let made = DateTime::of(midnight(date_of(free.start.instant()).min(today).saturating_sub(ago.days())));
    Booking {
        id: id::derived(&format!("booking {n}")),
        place_id: free.place_id,
        host_id: free.host_id,
        client_id: client.into(),
        booking_type_id: free.booking_type_id,
        start: free.start,
        end: free.end,
        comment: dice.random_bool(0.1).then(|| some("Bokad per telefon.")).flatten(),
        status,
        created_at: made,
        updated_at: made,
    }
}

fn midnight(date: Date) -> Timestamp {
    instant(date, Time::midnight())
}
