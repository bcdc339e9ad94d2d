//! The names that operators give.

/// The most characters of a name.
const LONGEST: usize = 100;

/// Reads a name: one line of 1 to 100 characters.
pub fn name(text: &str) -> Result<String, String> {
    let text = text.trim();
    let fits = (1..=LONGEST).contains(&text.chars().count());
    if fits && !text.chars().any(char::is_control) {
        return Ok(text.to_owned());
    }
    Err(format!("a name is one line of 1 to {LONGEST} characters"))
}

/// The name in lower-case letters, digits and single hyphens: at most so many, at least one.
pub fn slug(name: &str, longest: usize) -> String {
    let mut slug = slug::slugify(name);
    slug.truncate(longest);
    let slug = slug.trim_matches('-');
    if slug.is_empty() { "x".to_owned() } else { slug.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_what_fits_in_ids() {
        assert_eq!(slug("North clinic", 32), "north-clinic");
        assert_eq!(slug("Södra  Vårdcentralen (Åre)", 32), "sodra-vardcentralen-are");
        assert_eq!(slug("aaaa bbbb", 5), "aaaa");
        assert_eq!(slug("!?", 32), "x");
    }

    #[test]
    fn a_name_is_one_line() {
        assert_eq!(name(" North clinic "), Ok("North clinic".to_owned()));
        for wrong in ["", "  ", "a\nb", &"x".repeat(101)] {
            assert!(name(wrong).is_err(), "{wrong:?}");
        }
    }
}
