//! The program as its users start it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod commands;
mod configuration;
mod data_directory;
mod documents;
mod gateway;
mod mistakes;
mod native;
mod nodes;
mod program;
mod restoring;
mod server;
mod serving;
mod stopping;
mod walls;
