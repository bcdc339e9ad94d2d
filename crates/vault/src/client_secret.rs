use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::rand_core::RngCore;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::OsRng;

/// 256 random bits as text: `vardbro_` and 43 characters of base64url. Does not print itself.
#[derive(Clone)]
pub struct ClientSecret(SecretString);

/// Lets scanners of code and logs recognise a leaked secret.
const PREFIX: &str = "vardbro_";

impl ClientSecret {
    /// A new one.
    #[must_use]
    pub fn random() -> Self {
        let mut bits = Zeroizing::new([0; 32]);
        OsRng.fill_bytes(bits.as_mut_slice());
        Self::from_random(*bits)
    }

    /// Of bits that must come from a cryptographic random source.
    #[must_use]
    pub fn from_random(bits: [u8; 32]) -> Self {
        Self(SecretString::from(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bits))))
    }

    /// Reads the text form; `None` if it is not one of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let bits = URL_SAFE_NO_PAD.decode(text.strip_prefix(PREFIX)?).ok()?;
        (bits.len() == 32).then(|| Self(SecretString::from(text)))
    }

    /// The text form, to be shown once to whoever will keep it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// What is kept of a client secret: its SHA-256.
#[derive(Clone, Copy)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// Stands in for the hash of an application that does not exist.
    pub const OF_NOBODY: Self = Self([0; 32]);

    /// Of the text that was presented, whatever it is.
    pub fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret.as_bytes()).into())
    }

    /// As it is kept.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// In the same time whether and wherever they differ.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl From<[u8; 32]> for SecretHash {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_back_from_its_text() {
        let secret = ClientSecret::from_random([0xfb; 32]);

        let read = ClientSecret::parse(secret.expose()).unwrap();

        assert_eq!(read.expose(), secret.expose());
        assert_eq!(read.expose().len(), PREFIX.len() + 43);
    }

    #[test]
    fn what_is_not_a_secret_of_ours_is_not_read() {
        for wrong in ["", "vardbro_", "vardbro_abc", "hunter2", &format!("vardbro_{}", "!".repeat(43))] {
            assert!(ClientSecret::parse(wrong).is_none(), "{wrong:?}");
        }
    }

    #[test]
    fn a_secret_does_not_print_itself() {
        assert_eq!(format!("{:?}", ClientSecret::from_random([7; 32])), "***");
    }
}
