//! Takes personal numbers, addresses and the like out of an EHR's own words before a client or a log sees them.

/// At most this many bytes of an EHR's words are kept.
const MAX_BYTES: usize = 2048;

/// Numbers this long are taken for personal numbers, phone numbers or ids.
const LONGEST_HARMLESS_NUMBER: usize = 5;

/// The words without long numbers, e-mail addresses and control characters, at most 2 KB.
pub fn scrub(words: &str) -> String {
    let mut scrubbed = String::new();
    for (index, word) in words.split_whitespace().enumerate() {
        if index > 0 {
            scrubbed.push(' ');
        }
        if word.contains('@') {
            scrubbed.push_str("***")
        } else {
            scrubbed.push_str(&without_long_numbers(word))
        }
        if scrubbed.len() > MAX_BYTES {
            break;
        }
    }
    let mut end = MAX_BYTES.min(scrubbed.len());
    while !scrubbed.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    scrubbed.truncate(end);
    scrubbed
}

/// Replaces every run of digits, with the separators that numbers are written with, that has more than five digits.
fn without_long_numbers(word: &str) -> String {
    let mut out = String::new();
    let mut run = String::new();
    let flush = |run: &mut String, out: &mut String| {
        let digits = run.chars().filter(char::is_ascii_digit).count();
        out.push_str(if digits > LONGEST_HARMLESS_NUMBER { "***" } else { run });
        run.clear();
    };
    for c in word.chars().filter(|c| !c.is_control()) {
        if c.is_ascii_digit() || matches!(c, '-' | '+' | '/' | '.') {
            run.push(c);
        } else {
            flush(&mut run, &mut out);
            out.push(c);
        }
    }
    flush(&mut run, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_addresses_of_people_are_taken_out() {
        assert_eq!(scrub("no 19121212-1212, ada@example.com"), "no ***, ***");
        assert_eq!(scrub("{\"pnr\":\"191212121212\",\"code\":3001}"), "{\"pnr\":\"***\",\"code\":3001}");
    }

    #[test]
    fn harmless_words_stay() {
        assert_eq!(scrub("Illegal argument! (3001)"), "Illegal argument! (3001)");
    }

    #[test]
    fn endless_words_are_cut() {
        assert!(scrub(&"å ".repeat(10_000)).len() <= MAX_BYTES);
    }
}
