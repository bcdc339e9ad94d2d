//! The seeded clinics. Catalogues and patients never change; rows and bookings move with today.

pub mod action_codes;
pub mod booking_types;
mod bookings;
pub mod clinics;
pub mod document_types;
mod organizations;
pub mod patient_types;
mod patients;
pub mod payment_methods;
pub mod permissions;
mod rows;
pub mod users;

use jiff::ToSpan;
use jiff::civil::DateTime;

pub use rows::plan;

use crate::state::World;

/// How many days ahead of today there are rows.
pub const DAYS_AHEAD: i64 = 92;
/// How many days back there are rows and bookings.
const DAYS_BACK: i64 = 21;

/// The same world for the same seed on the same day.
pub fn world(seed: u64, now: DateTime) -> World {
    let today = now.date();
    let mut world = World::default();
    organizations::add(&mut world);
    patients::add(&mut world);
    world.diary.planned_until = Some(today.saturating_sub((DAYS_BACK + 1).days()));
    plan(&mut world.diary, seed, today.saturating_add(DAYS_AHEAD.days()));
    bookings::add(&mut world, seed, today);
    world
}
