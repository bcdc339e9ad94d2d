//! Ids as Meteor makes them: 17 characters without look-alikes.

use async_graphql::ID;
use rand::Rng;
use sha2::{Digest, Sha256};

const ALPHABET: &[u8; 55] = b"23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz";
const LENGTH: usize = 17;

pub fn random(dice: &mut impl Rng) -> ID {
    spelled((0..LENGTH).map(|_| dice.random_range(0..ALPHABET.len())))
}

/// Always the same id for the same thing.
pub fn derived(thing: &str) -> ID {
    spelled(Sha256::digest(thing).iter().take(LENGTH).map(|byte| usize::from(*byte) % ALPHABET.len()))
}

fn spelled(letters: impl Iterator<Item = usize>) -> ID {
    ID(letters.filter_map(|letter| ALPHABET.get(letter)).map(|letter| char::from(*letter)).collect())
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn ids_have_17_characters_of_the_alphabet() {
        for id in [derived("a"), derived("b"), random(&mut StdRng::seed_from_u64(1))] {
            assert_eq!(id.len(), 17);
            assert!(id.bytes().all(|letter| ALPHABET.contains(&letter)), "{id:?}");
        }
    }

    #[test]
    fn a_derived_id_is_always_the_same() {
        assert_eq!(derived("a"), derived("a"));
        assert_ne!(derived("a"), derived("b"));
    }
}
