use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

/// Clinics, users, patients, bookings, visits and notes are UUIDs.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Id(Uuid);

impl Id {
    /// What is no UUID names nobody, as this id does.
    const NOBODY: Self = Self(Uuid::nil());

    pub fn parse(text: &str) -> Self {
        Uuid::try_parse(text).map_or(Self::NOBODY, Self)
    }

    pub fn random(bytes: [u8; 16]) -> Self {
        Self(Builder::from_random_bytes(bytes).into_uuid())
    }

    /// The same id for the same name, with the look of a random one.
    pub fn named(name: &str) -> Self {
        let digest = Sha256::digest(name.as_bytes());
        Self::random(std::array::from_fn(|n| digest.get(n).copied().unwrap_or_default()))
    }

    pub const fn fixed(number: u128) -> Self {
        Self(Uuid::from_u128(number))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::parse(&String::deserialize(deserializer)?))
    }
}
