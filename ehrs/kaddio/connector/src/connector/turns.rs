//! Who wants to make the same patient takes turns, within this process.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use vardbro_model::patient::{NewPatient, folded};

/// By the hash of what an upsert goes by.
pub(super) type Turns = vardbro_ehr::turns::Turns<u64>;

/// The turn of whoever makes this patient.
pub(super) fn turn(new: &NewPatient) -> BTreeSet<u64> {
    let mut hasher = DefaultHasher::new();
    match &new.external_id {
        Some(external_id) => external_id.hash(&mut hasher),
        None => {
            new.first_name.as_deref().map(folded).hash(&mut hasher);
            new.last_name.as_deref().map(folded).hash(&mut hasher);
        }
    }
    BTreeSet::from([hasher.finish()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> NewPatient {
        NewPatient { first_name: Some(name.into()), ..NewPatient::default() }
    }

    #[test]
    fn the_same_person_in_another_spelling_has_the_same_turn() {
        assert_eq!(turn(&named("Ada")), turn(&named("ADA ")));
        assert_ne!(turn(&named("Ada")), turn(&named("Eva")));
        let numbered = NewPatient { external_id: Some("191212121212".into()), ..named("Ada") };
        assert_ne!(turn(&named("Ada")), turn(&numbered));
    }
}
