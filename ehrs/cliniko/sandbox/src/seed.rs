//! The seeded account. Catalogue and patients never change; bookings and notes move with today.

mod bookings;
mod catalogue;
mod documents;
mod ids;
mod notes;
mod patients;
mod practitioners;

use jiff::Timestamp;
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::options::Options;
use crate::state::World;
use crate::storage::Storage;
use crate::time::{account_zone, date_in, instant};

/// The same world for the same seed on the same day of the account.
pub fn world(options: &Options, storage: &Storage) -> World {
    let today = date_in(options.clock.now(), &account_zone());
    let days = u64::from(today.day_of_year().unsigned_abs())
        .saturating_add(u64::from(today.year().unsigned_abs()) * 1000);
    let mut dice = StdRng::seed_from_u64(options.seed.wrapping_mul(1_000_003).wrapping_add(days));

    let mut world = World::default();
    catalogue::add(&mut world);
    practitioners::add(&mut world, options.key_user);
    patients::add(&mut world);
    bookings::add(&mut world, today, &mut dice);
    notes::add(&mut world);
    documents::add(&mut world, storage, instant(today, jiff::civil::Time::midnight(), &account_zone()));
    world
}

/// When the account was set up.
fn founded() -> Timestamp {
    Timestamp::constant(1_706_745_600, 0)
}
