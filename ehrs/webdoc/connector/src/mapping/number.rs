//! The numbers by which Webdoc knows people: a Swedish number, written with a dash, or an identification number that somebody
//! made up for a patient without one.

use jiff::civil::Date;
use vardbro_ehr::environment::Random;
use vardbro_model::id::PatientId;
use vardbro_model::national::SwedishNumber;

/// What Webdoc may have in the place of a personal number. Does not print what it holds. Dashes and case do not tell two apart.
#[derive(Clone)]
pub(crate) enum Number {
    /// A personal, coordination or reserve number.
    Swedish(SwedishNumber),
    /// An identification number.
    Identification(String),
}

/// An identification number is asked for only if it looks like one.
const LONGEST: usize = 40;

impl Number {
    /// Reads what Webdoc or a client has; `None`: it cannot be anybody's number. `today` decides the century of ten digits.
    pub(crate) fn read(text: &str, today: Date) -> Option<Self> {
        let text = text.trim();
        if let Ok(number) = SwedishNumber::parse(text, today) {
            return Some(Self::Swedish(number));
        }
        let plain =
            text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'));
        let letters = text.bytes().any(|byte| byte.is_ascii_alphanumeric());
        (plain && letters && text.len() <= LONGEST).then(|| Self::Identification(text.to_owned()))
    }

    /// As Webdoc writes it.
    pub(crate) fn native(&self) -> String {
        match self {
            Self::Swedish(number) => number.with_dash(),
            Self::Identification(number) => number.clone(),
        }
    }

    /// As the API writes it: Swedish numbers as twelve characters.
    pub(crate) fn plain(&self) -> &str {
        match self {
            Self::Swedish(number) => number.digits(),
            Self::Identification(number) => number,
        }
    }

    pub(crate) fn patient_id(&self) -> Option<PatientId> {
        PatientId::parse(self.plain()).ok()
    }

    /// Whether Webdoc's text is this number, dashes not counted.
    pub(crate) fn is(&self, native: &str) -> bool {
        folded(native) == folded(self.plain())
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        folded(self.plain()) == folded(other.plain())
    }
}

fn folded(number: &str) -> String {
    number.trim().chars().filter(|c| *c != '-').map(|c| c.to_ascii_uppercase()).collect()
}

/// Letters and digits that are not taken for each other, and make no words.
const ALPHABET: &[u8; 27] = b"BCDFGHJKLMNPQRSTVWXZ2346789";

const RANDOM_CHARACTERS: usize = 6;

/// A new identification number: the prefix, the date of birth, and six characters by chance, such as `VB19800102K7XQ2M`. It begins
/// with a letter, which no Swedish number does.
pub(crate) fn identification(prefix: &str, birth_date: Date, random: &dyn Random) -> String {
    let mut bits = random.bits();
    let base = u64::try_from(ALPHABET.len()).unwrap_or(1);
    let tail: String = (0..RANDOM_CHARACTERS)
        .filter_map(|_| {
            let index = usize::try_from(bits % base).ok()?;
            bits /= base;
            ALPHABET.get(index).copied().map(char::from)
        })
        .collect();
    format!("{prefix}{}{tail}", birth_date.strftime("%Y%m%d"))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use vardbro_ehr::environment::Machine;

    use super::*;

    const TODAY: Date = date(2026, 11, 20);

    #[test]
    fn a_swedish_number_in_every_spelling_is_written_with_a_dash_and_answered_without() {
        for spelling in ["191212121212", "19121212-1212", "121212+1212", " 19121212-1212 "] {
            let number = Number::read(spelling, TODAY).unwrap();
            assert_eq!((number.native().as_str(), number.plain()), ("19121212-1212", "191212121212"));
        }
        let number = Number::read("191212121212", TODAY).unwrap();
        assert!(number.is("19121212-1212") && !number.is("19710002-1834"));
    }

    #[test]
    fn other_numbers_stay_as_they_are_and_texts_are_none() {
        let number = Number::read("VB19800102K7XQ2M", TODAY).unwrap();
        assert_eq!((number.native().as_str(), number.plain()), ("VB19800102K7XQ2M", "VB19800102K7XQ2M"));
        assert!(number == Number::read("vb19800102-k7xq2m", TODAY).unwrap());
        for text in ["", "a b", "å", "-", &"9".repeat(41), "19121212/1212"] {
            assert!(Number::read(text, TODAY).is_none(), "{text}");
        }
    }

    #[test]
    fn a_made_up_number_is_nobodys_swedish_number_and_can_be_an_id() {
        for _ in 0..200 {
            let made = identification("VB", date(1980, 1, 2), &Machine);
            assert!(made.starts_with("VB19800102") && made.len() == 16, "{made}");
            let number = Number::read(&made, TODAY).unwrap();
            assert!(matches!(number, Number::Identification(_)), "{made}");
            assert!(number.patient_id().is_some());
        }
    }
}
