#![doc = include_str!("../README.md")]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "all of it is test code: whatever is not there fails the case that looked for it"
)]

mod accesses;
mod case;
pub mod cases;
mod client;
mod clinic;
mod clock;
mod limited;
mod log;
pub mod pages;
mod refusal;
mod report;
mod runner;
mod shapes;
mod subject;
mod subjects;
mod tenants;

pub use runner::trials;
