//! What the installation begins with. The same for the same seed and day.

mod bookings;
mod people;
mod written;

use jiff::civil::DateTime;
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::state::Records;

pub fn records(seed: u64, now: DateTime) -> Records {
    let mut dice = StdRng::seed_from_u64(seed);
    let mut records = Records { patients: people::patients(), ..Records::default() };
    bookings::add(&mut records, now.date(), &mut dice);
    written::add(&mut records, now.date());
    records
}
