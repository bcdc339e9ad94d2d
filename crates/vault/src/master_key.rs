use std::fmt;

use chacha20poly1305::aead::rand_core::RngCore;
use hkdf::Hkdf;
use jiff::Timestamp;
use sha2::Sha256;
use uuid::Uuid;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::client_secret::ClientSecret;
use crate::data_key::DataKey;
use crate::{OsRng, Unopened, aead};

/// One of the server's own keys: the outer wrapping of data keys. Does not print itself.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct MasterKey {
    #[zeroize(skip)]
    id: String,
    #[zeroize(skip)]
    created: Timestamp,
    key: [u8; 32],
}

/// A data key as it is stored: wrapped for one client secret, and that wrapped again for one master key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey {
    /// The id of the master key.
    pub master_key: String,
    /// The outer wrapping.
    pub bytes: Vec<u8>,
}

impl MasterKey {
    /// A new one.
    #[must_use]
    pub fn random(created: Timestamp) -> Self {
        let mut key = Self::new(new_id("m"), created, [0; 32]);
        OsRng.fill_bytes(&mut key.key);
        key
    }

    pub(crate) fn new(id: String, created: Timestamp, key: [u8; 32]) -> Self {
        Self { id, created, key }
    }

    /// Its name in the key ring and in what it wrapped.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// When it was made.
    pub fn created(&self) -> Timestamp {
        self.created
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.key
    }

    /// Wraps an application's data key, so that it takes this key and the client secret to unwrap it.
    #[must_use]
    pub fn wrap(&self, application: Uuid, secret: &ClientSecret, key: &DataKey) -> WrappedKey {
        let inner = aead::seal(&derived(application, secret), &inner_place(application), &key.0);
        self.wrap_again(application, &inner)
    }

    /// The data key.
    pub fn unwrap(
        &self,
        application: Uuid,
        secret: &ClientSecret,
        wrapped: &WrappedKey,
    ) -> Result<DataKey, Unopened> {
        let inner = self.open(application, wrapped)?;
        let key = aead::open(&derived(application, secret), &inner_place(application), &inner)?;
        key.as_slice().try_into().map(DataKey).map_err(|_| Unopened)
    }

    /// Replaces the outer wrapping, which this key made, by `newer`'s. It takes no client secret.
    pub fn rewrap(
        &self,
        newer: &Self,
        application: Uuid,
        wrapped: &WrappedKey,
    ) -> Result<WrappedKey, Unopened> {
        Ok(newer.wrap_again(application, &self.open(application, wrapped)?))
    }

    fn wrap_again(&self, application: Uuid, inner: &[u8]) -> WrappedKey {
        let bytes = aead::seal(&self.key, &self.outer_place(application), inner);
        WrappedKey { master_key: self.id.clone(), bytes }
    }

    fn open(&self, application: Uuid, wrapped: &WrappedKey) -> Result<Zeroizing<Vec<u8>>, Unopened> {
        aead::open(&self.key, &self.outer_place(application), &wrapped.bytes)
    }

    fn outer_place(&self, application: Uuid) -> Vec<u8> {
        aead::parts(&[b"vardbro outer wrapping v1", application.as_bytes(), self.id.as_bytes()])
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MasterKey")
            .field("id", &self.id)
            .field("created", &self.created)
            .finish_non_exhaustive()
    }
}

fn inner_place(application: Uuid) -> Vec<u8> {
    aead::parts(&[b"vardbro inner wrapping v1", application.as_bytes()])
}

fn derived(application: Uuid, secret: &ClientSecret) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    // Fails only for more than 8,160 bytes.
    let _ = Hkdf::<Sha256>::new(Some(application.as_bytes()), secret.expose().as_bytes())
        .expand(b"vardbro wrapping of data keys v1", key.as_mut_slice());
    key
}

/// Names a key: a letter for its kind, and 48 random bits.
pub(crate) fn new_id(kind: &str) -> String {
    let mut bits = [0; 6];
    OsRng.fill_bytes(&mut bits);
    bits.iter().fold(kind.to_owned(), |id, byte| format!("{id}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_key::Place;

    const APPLICATION: Uuid = Uuid::from_u128(1);
    const PLACE: Place<'_> = Place { application: APPLICATION, thing: Uuid::from_u128(2), field: "api_key" };

    fn secret(byte: u8) -> ClientSecret {
        ClientSecret::from_random([byte; 32])
    }

    fn master() -> MasterKey {
        MasterKey::random(Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn it_takes_the_client_secret_and_the_master_key() {
        let (master, key) = (master(), DataKey::random());
        let sealed = key.seal(&PLACE, b"secret");
        let wrapped = master.wrap(APPLICATION, &secret(1), &key);

        let unwrapped = master.unwrap(APPLICATION, &secret(1), &wrapped).unwrap();

        assert_eq!(unwrapped.open(&PLACE, &sealed).unwrap().as_slice(), b"secret");
        assert!(master.unwrap(APPLICATION, &secret(2), &wrapped).is_err());
        assert!(self::master().unwrap(APPLICATION, &secret(1), &wrapped).is_err());
        assert!(master.unwrap(Uuid::from_u128(3), &secret(1), &wrapped).is_err());
    }

    #[test]
    fn a_newer_master_key_takes_over_without_the_client_secret() {
        let (old, new, key) = (master(), master(), DataKey::random());
        let wrapped = old.wrap(APPLICATION, &secret(1), &key);

        let rewrapped = old.rewrap(&new, APPLICATION, &wrapped).unwrap();

        assert_eq!(rewrapped.master_key, new.id());
        assert!(old.unwrap(APPLICATION, &secret(1), &rewrapped).is_err());
        let unwrapped = new.unwrap(APPLICATION, &secret(1), &rewrapped).unwrap();
        assert_eq!(unwrapped.open(&PLACE, &key.seal(&PLACE, b"x")).unwrap().as_slice(), b"x");
    }

    #[test]
    fn a_key_is_zeroized_and_does_not_print_itself() {
        fn zeroized<T: ZeroizeOnDrop>() {}
        zeroized::<MasterKey>();
        let key = master();
        assert!(!format!("{key:?}").contains("key: ["), "{key:?}");
    }
}
