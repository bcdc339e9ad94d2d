//! The seeded organisation. Catalogue and clients never change; bookings and contacts move with today.

mod bookings;
mod catalogue;
mod clients;
mod contacts;
mod hosts;
pub mod ids;

use std::collections::BTreeMap;

use jiff::Timestamp;
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::options::Options;
use crate::state::World;
use crate::time::{DateTime, date_of};

/// The same world for the same seed on the same day in Stockholm.
pub fn world(options: &Options, origin: &str) -> World {
    let today = date_of(options.clock.now());
    let day = u64::from(today.day_of_year().unsigned_abs()) + u64::from(today.year().unsigned_abs()) * 1000;
    let mut dice = StdRng::seed_from_u64(options.seed.wrapping_mul(1_000_003).wrapping_add(day));

    let mut world = World {
        organization: catalogue::organization(origin),
        places: catalogue::places(),
        hosts: hosts::hosts(),
        booking_types: catalogue::booking_types(),
        working_times: hosts::working_times(),
        clients: clients::clients(),
        bookings: BTreeMap::new(),
        reservations: Vec::new(),
        contacts: BTreeMap::new(),
        token_owner: ids::ANNA.into(),
        dice: dice.clone(),
    };
    bookings::add(&mut world, today, &mut dice);
    contacts::add(&mut world);
    world
}

/// When the organisation was set up.
fn founded() -> DateTime {
    DateTime::of(Timestamp::constant(1_706_745_600, 0))
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}
