//! The population register (folkbokföring): who a Swedish number is of. Everybody in it is invented.

use jiff::civil::Date;
use serde_json::{Value, json};

use crate::number;

#[derive(Clone)]
pub struct Person {
    /// 12 digits.
    pub number: String,
    pub first_name: String,
    pub last_name: String,
    pub born: Option<Date>,
    pub woman: bool,
    pub street: String,
    pub zip_code: String,
    pub city: String,
    pub county_code: &'static str,
    pub municipality_code: &'static str,
}

/// The bearers of the official test numbers that the clinics know.
const KNOWN: [(&str, &str, &str); 10] = [
    ("191212121212", "Tolvan", "Tolvansson"),
    ("197110021834", "Erik", "Sandgren"),
    ("194010126672", "Gunnar", "Ekholm"),
    ("195003042222", "Birgitta", "Ståhl"),
    ("194912062306", "Margareta", "Nyqvist"),
    ("195008121856", "Lars", "Bergdahl"),
    ("198702072391", "Viktor", "Almgren"),
    ("197010632391", "Mikael", "Norling"),
    ("191500722390", "Okänd", "Person"),
    ("191500882392", "Sven", "Hedström"),
];

const WOMEN: [&str; 8] = ["Alva", "Ebba", "Ingrid", "Linnea", "Sanna", "Tove", "Vera", "Wilma"];
const MEN: [&str; 8] = ["Anton", "Björn", "Elis", "Hugo", "Isak", "Nils", "Oskar", "Rasmus"];
const LAST_NAMES: [&str; 10] = [
    "Askvik",
    "Brolund",
    "Dalström",
    "Fagerholm",
    "Granfors",
    "Hallqvist",
    "Lindåker",
    "Modigh",
    "Rydvall",
    "Sjöhage",
];
const STREETS: [&str; 6] =
    ["Påhittsgatan", "Exempelvägen", "Sagostigen", "Provgränd", "Diktarbacken", "Mallvägen"];
/// Zip code, city, county (län), municipality.
const PLACES: [(&str, &str, &str, &str); 4] = [
    ("11122", "Stockholm", "01", "80"),
    ("41103", "Göteborg", "14", "80"),
    ("75320", "Uppsala", "03", "80"),
    ("90325", "Umeå", "24", "80"),
];

/// The bearer of a valid number: a known one, or one whom the number's digits make up.
pub fn person(plain: &str) -> Option<Person> {
    let read = number::read(plain)?;
    let digits: usize = plain.parse().ok()?;
    let firsts = if read.woman { WOMEN } else { MEN };
    let known = KNOWN.iter().find(|(number, ..)| *number == plain);
    let (first_name, last_name) = match known {
        Some((_, first, last)) => (*first, *last),
        None => (pick(&firsts, digits / 10), pick(&LAST_NAMES, digits / 7)),
    };
    let (zip_code, city, county_code, municipality_code) = pick(&PLACES, digits / 13);
    Some(Person {
        number: plain.to_owned(),
        first_name: first_name.to_owned(),
        last_name: last_name.to_owned(),
        born: read.born,
        woman: read.woman,
        street: format!("{} {}", pick(&STREETS, digits / 11), digits % 48 + 1),
        zip_code: zip_code.to_owned(),
        city: city.to_owned(),
        county_code,
        municipality_code,
    })
}

fn pick<T: Copy + Default>(choices: &[T], n: usize) -> T {
    n.checked_rem(choices.len()).and_then(|n| choices.get(n)).copied().unwrap_or_default()
}

impl Person {
    /// `NationalRegistry` of the collection, its spelling included.
    pub fn json(&self) -> Value {
        let deceased = self.number == DECEASED;
        json!({
            "unRegisterCauseCode": deceased.then_some("AV"),
            "firstName": self.first_name,
            "lastName": self.last_name,
            "spokenName": self.first_name,
            "maritialStatus": "OG",
            "coAddress": "",
            "address": self.street,
            "zipCode": self.zip_code,
            "city": self.city,
            "stateCode": self.county_code,
            "countyCode": self.municipality_code,
            "parish": "",
            "deceased": if deceased { "1" } else { "0" },
        })
    }
}

/// The one bearer of a test number who has died.
pub const DECEASED: &str = "191500882392";
