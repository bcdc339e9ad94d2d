#![doc = include_str!("../README.md")]

mod appointments;
mod availability;
mod calendar;
mod call;
mod capabilities;
mod confirmation;
mod documents;
mod installations;
mod mock;
mod notes;
mod patients;
mod seed;
mod serve;
mod state;

pub use mock::{Mock, Options};
pub use notes::note_mapping;
pub use serve::start;
