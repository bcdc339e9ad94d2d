#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod application;
mod connection;
mod error;
mod secret;
mod snapshot;
mod store;

pub use application::{Application, ApplicationId, ClientId, NewApplication};
pub use connection::StoredConnection;
pub use error::StoreError;
pub use secret::ClientSecret;
pub use store::Store;
