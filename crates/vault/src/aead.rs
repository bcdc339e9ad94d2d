//! XChaCha20-Poly1305 with the nonce in front. Random nonces of 192 bits do not repeat.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{AeadCore, KeyInit, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::{OsRng, Unopened};

const NONCE: usize = 24;

pub(crate) fn seal(key: &[u8; 32], associated: &[u8], plain: &[u8]) -> Vec<u8> {
    let nonce = XChaCha20Poly1305::generate_nonce(&mut OsRng);
    let payload = Payload { msg: plain, aad: associated };
    // Fails only beyond 256 GiB.
    let sealed = XChaCha20Poly1305::new(key.into()).encrypt(&nonce, payload).unwrap_or_default();
    [&nonce[..], &sealed].concat()
}

pub(crate) fn open(key: &[u8; 32], associated: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unopened> {
    let (nonce, sealed) = sealed.split_at_checked(NONCE).ok_or(Unopened)?;
    let nonce: XNonce = <[u8; NONCE]>::try_from(nonce).map_err(|_| Unopened)?.into();
    let payload = Payload { msg: sealed, aad: associated };
    XChaCha20Poly1305::new(key.into()).decrypt(&nonce, payload).map(Zeroizing::new).map_err(|_| Unopened)
}

/// Parts whose borders cannot be mistaken: each one after its length.
pub(crate) fn parts(parts: &[&[u8]]) -> Vec<u8> {
    let mut all = Vec::new();
    for part in parts {
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
        all.extend_from_slice(&length.to_be_bytes());
        all.extend_from_slice(part);
    }
    all
}
