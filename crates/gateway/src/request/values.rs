//! How much there is in a body, seen before anything is built of it.

/// Values in a body, names of fields not counted. The largest request that makes sense has some hundred.
pub(super) const MOST_VALUES: usize = 10_000;

/// Whether JSON holds more values than a body may: each is built in memory, at many times the bytes that it takes in the text.
///
/// Counts what begins or separates values. Of text that is not JSON it sees as much as a parser does before it stops, or more.
pub(super) fn too_many_values(text: &[u8]) -> bool {
    let mut values: usize = 1;
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b',' | b'[' | b'{' => {
                values += 1;
                if values > MOST_VALUES {
                    return true;
                }
            }
            b'"' => skip_string(&mut bytes),
            _ => {}
        }
    }
    false
}

fn skip_string(bytes: &mut std::slice::Iter<'_, u8>) {
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => return,
            b'\\' => drop(bytes.next()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(before: &str, one: &str, times: usize, after: &str) -> Vec<u8> {
        [before, &one.repeat(times), after].concat().into_bytes()
    }

    #[test]
    fn lists_and_objects_and_what_is_in_them_count() {
        assert!(!too_many_values(&text("[1", ",1", MOST_VALUES - 2, "]")));
        assert!(too_many_values(&text("[1", ",1", MOST_VALUES - 1, "]")));
        assert!(too_many_values(&text("[", "{},", MOST_VALUES / 2, "1]")));
        assert!(too_many_values(&text("", "[", MOST_VALUES, "")));
        assert!(too_many_values(&text("{\"a\":1", ",\"a\":1", MOST_VALUES - 1, "}")));
    }

    #[test]
    fn whatever_stands_in_a_string_counts_for_nothing() {
        assert!(!too_many_values(&text("{\"a\":\"", ",[{", MOST_VALUES, "\"}")));
        assert!(!too_many_values(&text("[\"", "\\\",", MOST_VALUES, "\"]")));
        assert!(too_many_values(&text("[\"\\\\\"", ",1", MOST_VALUES, "]")));
    }
}
