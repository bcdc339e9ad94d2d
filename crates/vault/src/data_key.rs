use std::fmt;

use chacha20poly1305::aead::rand_core::RngCore;
use uuid::Uuid;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{OsRng, Unopened, aead};

/// An application's key: it seals what is kept for the application. Does not print itself.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct DataKey(pub(crate) [u8; 32]);

/// Where a sealed value is kept. It opens nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// Whose it is.
    pub application: Uuid,
    /// What it belongs to, such as a connection.
    pub thing: Uuid,
    /// Which of its fields.
    pub field: &'a str,
}

impl Place<'_> {
    fn associated(&self) -> Vec<u8> {
        aead::parts(&[
            b"vardbro data v1",
            self.application.as_bytes(),
            self.thing.as_bytes(),
            self.field.as_bytes(),
        ])
    }
}

impl DataKey {
    /// A new one.
    #[must_use]
    pub fn random() -> Self {
        let mut key = Self([0; 32]);
        OsRng.fill_bytes(&mut key.0);
        key
    }

    /// Seals a value for its place.
    #[must_use]
    pub fn seal(&self, place: &Place<'_>, value: &[u8]) -> Vec<u8> {
        aead::seal(&self.0, &place.associated(), value)
    }

    /// Opens what was sealed for this place.
    pub fn open(&self, place: &Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unopened> {
        aead::open(&self.0, &place.associated(), sealed)
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place<'_> =
        Place { application: Uuid::from_u128(1), thing: Uuid::from_u128(2), field: "api_key" };

    #[test]
    fn a_value_opens_at_its_place_only() {
        let key = DataKey::random();
        let sealed = key.seal(&PLACE, b"secret");

        assert_eq!(key.open(&PLACE, &sealed).unwrap().as_slice(), b"secret");
        for elsewhere in [
            Place { application: Uuid::from_u128(3), ..PLACE },
            Place { thing: Uuid::from_u128(3), ..PLACE },
            Place { field: "password", ..PLACE },
        ] {
            assert_eq!(key.open(&elsewhere, &sealed), Err(Unopened));
        }
        assert_eq!(DataKey::random().open(&PLACE, &sealed), Err(Unopened));
    }

    #[test]
    fn what_was_changed_does_not_open() {
        let key = DataKey::random();
        let sealed = key.seal(&PLACE, b"secret");
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert_eq!(key.open(&PLACE, &changed), Err(Unopened));
            assert_eq!(key.open(&PLACE, &sealed[..index]), Err(Unopened));
        }
    }

    #[test]
    fn one_value_sealed_twice_does_not_look_alike() {
        let key = DataKey::random();
        assert_ne!(key.seal(&PLACE, b"secret"), key.seal(&PLACE, b"secret"));
    }

    #[test]
    fn a_key_is_zeroized_and_does_not_print_itself() {
        fn zeroized<T: ZeroizeOnDrop>() {}
        zeroized::<DataKey>();
        assert_eq!(format!("{:?}", DataKey::random()), "***");
    }
}
