//! What fuzzing does, in every test run: the seeds of `fuzz/`, changes of them, and any bytes at all.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use vardbro_takecare::wire::{read_as_anything, xml};

/// Name and bytes of each seed.
fn seeds() -> Vec<(String, Vec<u8>)> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../fuzz/corpus/takecare_answer");
    let files = fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path());
    let mut seeds: Vec<_> = files
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap()))
        .collect();
    seeds.sort();
    seeds
}

#[test]
fn every_seed_is_read_or_refused_as_its_name_says() {
    let seeds = seeds();
    assert!(seeds.len() >= 25, "{}", seeds.len());
    for (name, body) in seeds {
        let read = read_as_anything(&body);
        if name.starts_with("reads-") {
            assert!(read > 0, "{name}");
        } else if name.starts_with("refused-") {
            assert_eq!(read, 0, "{name}");
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused_without_panic(body in proptest::collection::vec(any::<u8>(), 0..400)) {
        read_as_anything(&body);
    }

    #[test]
    fn any_markup_is_read_or_refused_without_panic(text in "(<[a-zA-Z:/!?\\[&;# ='\"-]{0,12}>?|&[a-z#x0-9]{0,6};|[ -~åäö]{0,8}|\\PC){0,24}") {
        if let Ok(element) = xml::parse(&text) {
            // What can be read can be written, and is then the same.
            prop_assert_eq!(xml::parse(&element.to_xml()), Ok(element));
        }
    }

    #[test]
    fn changed_answers_are_read_or_refused_without_panic(
        which in any::<proptest::sample::Index>(),
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>(), 0..4_u8), 1..12),
    ) {
        let seeds = seeds();
        let mut body = which.get(&seeds).1.clone();
        for (place, byte, change) in changes {
            if body.is_empty() {
                break;
            }
            let at = place.index(body.len());
            match change {
                0 => body[at] = byte,
                1 => body.insert(at, byte),
                2 => { body.remove(at); }
                _ => body.truncate(at),
            }
        }
        read_as_anything(&body);
    }
}
