#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod aead;
mod audit_key;
mod client_secret;
mod data_key;
mod key_ring;
mod master_key;

pub use audit_key::{AuditKey, AuditPrivateKey, AuditPublicKey, PatientSeal};
pub use chacha20poly1305::aead::OsRng;
pub use client_secret::{ClientSecret, SecretHash};
pub use data_key::{DataKey, Place};
pub use key_ring::{KeyRing, KeyRingFault};
pub use master_key::{MasterKey, WrappedKey};

/// What was sealed cannot be opened: another key, another place, or not what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it cannot be opened: sealed with another key or for another place, or changed since")]
pub struct Unopened;
