//! What tells the care units of several connections to one EHR apart.

use vardbro_store::StoredConnection;

use super::super::app::slug;

/// The most characters of a tag: care-unit ids begin with it.
const LONGEST: usize = 32;

/// Which tag was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// Whatever the others leave.
    Any,
    /// None.
    Plain,
    /// This one.
    Tag(String),
}

/// Reads a tag.
pub fn parse(text: &str) -> Result<String, String> {
    let fits = (1..=LONGEST).contains(&text.len());
    let plain = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if fits && plain {
        Ok(text.to_owned())
    } else {
        Err(format!("a tag is 1 to {LONGEST} lower-case letters, digits and hyphens"))
    }
}

/// The tag of a new connection beside the present ones of the same EHR and those that were `used` by removed ones; or why it cannot have
/// the one that was asked for.
///
/// The very first one is plain. Care-unit ids that clients remember must not come to mean another clinic unless the operator says so.
pub fn choose(
    wanted: &Wanted,
    name: &str,
    present: &[StoredConnection],
    used: &[Option<String>],
) -> Result<Option<String>, String> {
    let taken = |tag: Option<&str>| present.iter().find(|connection| connection.tag.as_deref() == tag);
    match wanted {
        Wanted::Plain => match taken(None) {
            Some(plain) => Err(format!("{} is the plain connection: leave out --plain", plain.name)),
            None => Ok(None),
        },
        Wanted::Tag(tag) => match taken(Some(tag)) {
            Some(other) => Err(format!("{} has the tag {tag}: choose another one", other.name)),
            None => Ok(Some(tag.clone())),
        },
        Wanted::Any if present.is_empty() && used.is_empty() => Ok(None),
        Wanted::Any => {
            let base = slug(name, LONGEST - 4);
            let mut tag = base.clone();
            let mut number = 1_u64;
            let was = |tag: &str| used.iter().flatten().any(|used| used == tag);
            while taken(Some(&tag)).is_some() || was(&tag) {
                number += 1;
                tag = format!("{base}-{number}");
            }
            Ok(Some(tag))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use uuid::Uuid;
    use vardbro_ehr::connection::NoteMapping;
    use vardbro_model::ehr::Mode;

    use super::*;

    fn present(tags: &[Option<&str>]) -> Vec<StoredConnection> {
        let connection = |tag: &Option<&str>| StoredConnection {
            id: Uuid::nil(),
            version: 1,
            ehr: "mock".to_owned(),
            name: format!("{tag:?}"),
            tag: tag.map(str::to_owned),
            mode: Mode::Live,
            enabled: true,
            settings: BTreeMap::new(),
            sealed: BTreeMap::new(),
            note_mapping: NoteMapping::default(),
            unavailable: BTreeMap::new(),
        };
        tags.iter().map(connection).collect()
    }

    fn chosen(wanted: Wanted, tags: &[Option<&str>]) -> Result<Option<String>, String> {
        choose(&wanted, "Södra kliniken", &present(tags), &[])
    }

    /// Where these were removed and none is left.
    fn chosen_after(wanted: Wanted, used: &[Option<&str>]) -> Result<Option<String>, String> {
        let used: Vec<_> = used.iter().map(|tag| tag.map(str::to_owned)).collect();
        choose(&wanted, "Södra kliniken", &[], &used)
    }

    fn tag(tag: &str) -> Result<Option<String>, String> {
        Ok(Some(tag.to_owned()))
    }

    #[test]
    fn the_first_is_plain_and_a_further_one_is_tagged_by_its_name() {
        assert_eq!(chosen(Wanted::Any, &[]), Ok(None));
        assert_eq!(chosen(Wanted::Any, &[None]), tag("sodra-kliniken"));
        assert_eq!(chosen(Wanted::Any, &[None, Some("sodra-kliniken")]), tag("sodra-kliniken-2"));
    }

    #[test]
    fn where_only_tagged_ones_are_left_a_new_one_is_plain_only_if_the_operator_says_so() {
        assert_eq!(chosen(Wanted::Any, &[Some("north")]), tag("sodra-kliniken"));
        assert_eq!(chosen(Wanted::Plain, &[Some("north")]), Ok(None));
    }

    #[test]
    fn what_a_removed_one_had_is_had_again_only_if_the_operator_says_so() {
        assert_eq!(chosen_after(Wanted::Any, &[None]), tag("sodra-kliniken"));
        assert_eq!(chosen_after(Wanted::Any, &[None, Some("sodra-kliniken")]), tag("sodra-kliniken-2"));
        assert_eq!(chosen_after(Wanted::Plain, &[None]), Ok(None));
        assert_eq!(chosen_after(Wanted::Tag("north".to_owned()), &[Some("north")]), tag("north"));
    }

    #[test]
    fn a_tag_is_taken_once() {
        assert!(chosen(Wanted::Plain, &[None]).is_err());
        assert!(chosen(Wanted::Tag("north".to_owned()), &[Some("north")]).is_err());
        assert_eq!(chosen(Wanted::Tag("north".to_owned()), &[]), tag("north"));
    }

    #[test]
    fn a_tag_fits_before_a_tilde_in_a_path() {
        assert!(parse("north-2").is_ok());
        for wrong in ["", "North", "a~b", "a b", "å", &"x".repeat(33)] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
