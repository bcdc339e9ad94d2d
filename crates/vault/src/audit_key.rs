use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::rand_core::RngCore;
use crypto_box::aead::{Aead, AeadCore};
use crypto_box::{ChaChaBox, PublicKey, SecretKey};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::master_key::new_id;
use crate::{OsRng, Unopened};

/// The server's key of the access log: names patients, authenticates the chain, seals for the operator. Does not print itself.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct AuditKey {
    #[zeroize(skip)]
    id: String,
    #[zeroize(skip)]
    created: Timestamp,
    key: [u8; 32],
    names: [u8; 32],
    chain: [u8; 32],
    #[zeroize(skip)]
    public: AuditPublicKey,
}

/// The operator's public key: seals, and cannot open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditPublicKey(pub(crate) PublicKey);

/// The operator's private key, which the server never has. Does not print itself, and is zeroized when dropped.
#[derive(Clone)]
pub struct AuditPrivateKey(SecretKey);

/// Seals several values to one public key, at the price of one key agreement.
pub struct PatientSeal {
    ours: PublicKey,
    shared: ChaChaBox,
}

const PUBLIC: usize = 32;
const NONCE: usize = 24;

/// So that scanners of code and logs recognise it.
const PREFIX: &str = "vardbro_audit_";

impl AuditPrivateKey {
    /// A new one.
    #[must_use]
    pub fn random() -> Self {
        Self(SecretKey::generate(&mut OsRng))
    }

    /// Reads the text form; `None` if it is not one of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text.trim().strip_prefix(PREFIX)?).ok()?);
        SecretKey::from_slice(&bytes).ok().map(Self)
    }

    /// The text form, to be shown once to whoever will keep it.
    pub fn expose(&self) -> Zeroizing<String> {
        let bytes = Zeroizing::new(self.0.to_bytes());
        Zeroizing::new(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes.as_slice())))
    }

    /// Its other half.
    pub fn public(&self) -> AuditPublicKey {
        AuditPublicKey(self.0.public_key())
    }

    /// Opens what was sealed to its other half.
    pub fn open(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unopened> {
        let (theirs, rest) = sealed.split_at_checked(PUBLIC).ok_or(Unopened)?;
        let (nonce, sealed) = rest.split_at_checked(NONCE).ok_or(Unopened)?;
        let theirs = PublicKey::from_slice(theirs).map_err(|_| Unopened)?;
        let nonce = <[u8; NONCE]>::try_from(nonce).map_err(|_| Unopened)?.into();
        ChaChaBox::new(&theirs, &self.0).decrypt(&nonce, sealed).map(Zeroizing::new).map_err(|_| Unopened)
    }
}

impl fmt::Debug for AuditPrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl AuditKey {
    /// A new one, that seals to this public key.
    #[must_use]
    pub fn random(created: Timestamp, public: AuditPublicKey) -> Self {
        let mut key = Zeroizing::new([0; 32]);
        OsRng.fill_bytes(key.as_mut_slice());
        Self::new(new_id("a"), created, *key, public)
    }

    pub(crate) fn new(id: String, created: Timestamp, key: [u8; 32], public: AuditPublicKey) -> Self {
        let mut audit = Self { id, created, key, names: [0; 32], chain: [0; 32], public };
        let derive = Hkdf::<Sha256>::new(None, &audit.key);
        // Both fail only for more than 8,160 bytes.
        let _ = derive.expand(b"vardbro names of patients v1", &mut audit.names);
        let _ = derive.expand(b"vardbro chain of the access log v1", &mut audit.chain);
        audit
    }

    /// Its name in the key ring and in the rows that it authenticates.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// When it was made.
    pub fn created(&self) -> Timestamp {
        self.created
    }

    /// To whom patients are sealed.
    pub fn public(&self) -> &AuditPublicKey {
        &self.public
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.key
    }

    /// What a patient is called in the access log: the same each time, and nobody without this key can tell who it is.
    pub fn name_of(&self, patient: &[u8]) -> [u8; 32] {
        mac(&self.names, patient)
    }

    /// Authenticates a part of the access log.
    pub fn authenticate(&self, bytes: &[u8]) -> [u8; 32] {
        mac(&self.chain, bytes)
    }

    /// Begins to seal for the operator.
    pub fn seal(&self) -> PatientSeal {
        let ours = SecretKey::generate(&mut OsRng);
        PatientSeal { ours: ours.public_key(), shared: ChaChaBox::new(&self.public.0, &ours) }
    }
}

impl PatientSeal {
    /// Seals a value; only the operator's private key opens it.
    #[must_use]
    pub fn seal(&self, value: &[u8]) -> Vec<u8> {
        let nonce = ChaChaBox::generate_nonce(&mut OsRng);
        // Fails only beyond 256 GiB.
        let sealed = self.shared.encrypt(&nonce, value).unwrap_or_default();
        [self.ours.as_bytes().as_slice(), &nonce, &sealed].concat()
    }
}

impl fmt::Debug for AuditKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditKey")
            .field("id", &self.id)
            .field("created", &self.created)
            .finish_non_exhaustive()
    }
}

fn mac(key: &[u8; 32], bytes: &[u8]) -> [u8; 32] {
    // HMAC takes keys of any length.
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    mac.chain_update(bytes).finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_private_key_opens_what_was_sealed() {
        let private = AuditPrivateKey::random();
        let seal = AuditKey::random(Timestamp::UNIX_EPOCH, private.public()).seal();
        let (first, second) = (seal.seal(b"191212121212"), seal.seal(b"191212121212"));

        assert_eq!(private.open(&first).unwrap().as_slice(), b"191212121212");
        assert_eq!(private.open(&second).unwrap().as_slice(), b"191212121212");
        assert_ne!(first[PUBLIC..], second[PUBLIC..]);
        assert!(AuditPrivateKey::random().open(&first).is_err());
        for index in 0..first.len() {
            let mut changed = first.clone();
            changed[index] ^= 1;
            assert!(private.open(&changed).is_err(), "{index}");
        }
    }

    #[test]
    fn a_patient_has_one_name_under_one_key() {
        let public = AuditPrivateKey::random().public();
        let key = AuditKey::random(Timestamp::UNIX_EPOCH, public.clone());
        let other = AuditKey::random(Timestamp::UNIX_EPOCH, public);

        assert_eq!(key.name_of(b"1"), key.name_of(b"1"));
        assert_ne!(key.name_of(b"1"), key.name_of(b"2"));
        assert_ne!(key.name_of(b"1"), other.name_of(b"1"));
        assert_ne!(key.name_of(b"1"), key.authenticate(b"1"));
    }

    #[test]
    fn a_private_key_is_read_back_from_its_text_and_does_not_print_itself() {
        let private = AuditPrivateKey::random();
        let read = AuditPrivateKey::parse(&private.expose()).unwrap();
        assert_eq!(read.public(), private.public());
        assert_eq!(format!("{private:?}"), "***");
        assert!(AuditPrivateKey::parse("vardbro_audit_short").is_none());
    }

    #[test]
    fn a_key_is_zeroized() {
        fn zeroized<T: ZeroizeOnDrop>() {}
        zeroized::<AuditKey>();
    }
}
