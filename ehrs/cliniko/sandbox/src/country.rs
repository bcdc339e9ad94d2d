//! A country as records hold it: a name and a code that follow each other.

use crate::form::Entry;
use crate::refusal::INVALID;

/// Names that Cliniko shows for country codes; others stay without a name.
const COUNTRIES: [(&str, &str); 8] = [
    ("AU", "Australia"),
    ("CA", "Canada"),
    ("GB", "United Kingdom"),
    ("IE", "Ireland"),
    ("NZ", "New Zealand"),
    ("SE", "Sweden"),
    ("SG", "Singapore"),
    ("US", "United States"),
];

#[derive(Clone, Debug, Default)]
pub struct Country {
    pub name: Option<String>,
    pub code: Option<String>,
}

impl Country {
    /// The account's country.
    pub fn home() -> Self {
        Self { name: Some("Australia".to_owned()), code: Some("AU".to_owned()) }
    }

    /// Reads `country` and `country_code`; of both the code counts.
    pub fn write(&mut self, entry: &mut Entry<'_>) {
        entry.text("country", 255, &mut self.name);
        entry.text("country_code", 2, &mut self.code);
        if entry.sent("country_code").is_some() {
            self.code = self.code.take().map(|code| code.to_uppercase());
            let code = self.code.as_deref();
            if code.is_some_and(|code| {
                code.len() != 2 || !code.chars().all(|letter| letter.is_ascii_uppercase())
            }) {
                entry.refuse("country_code", INVALID);
            }
            let named = COUNTRIES.iter().find(|(known, _)| Some(*known) == code);
            self.name = named.map(|(_, name)| (*name).to_owned());
        } else if entry.sent("country").is_some() {
            let coded = COUNTRIES.iter().find(|(_, name)| Some(*name) == self.name.as_deref());
            self.code = coded.map(|(code, _)| (*code).to_owned());
        }
    }
}
