#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

pub mod access_log;
mod application;
mod backend;
mod connection;
mod error;
mod fresh;
mod location;
mod operator;
mod snapshot;
mod store;

pub use application::{Application, ApplicationId, ApplicationRecord, Authenticated, ClientId, SecretRecord};
pub use backend::{Migrations, Version};
pub use connection::StoredConnection;
pub use error::StoreError;
pub use location::Location;
pub use operator::Operator;
pub use store::Store;
