//! The population register: everybody has a name. All of them are invented.

use crate::number::Sex;

const MEN: [&str; 7] = ["Anders", "Birger", "Carl", "David", "Edvin", "Folke", "Gösta"];
const WOMEN: [&str; 7] = ["Hanna", "Ida", "Jessika", "Karin", "Linnéa", "Märta", "Nora"];
const ANYBODY: [&str; 7] = ["Alex", "Charlie", "Kim", "Lo", "Mika", "Robin", "Sam"];
const FAMILIES: [&str; 11] = [
    "Provberg",
    "Testlund",
    "Exempelsson",
    "Mallqvist",
    "Låtsgren",
    "Fiktivsson",
    "Påhittsdotter",
    "Blankettson",
    "Attrappsson",
    "Skissberg",
    "Utkastström",
];

/// First and last name, always the same for a number.
pub fn name(number: &str, sex: Option<Sex>) -> (&'static str, &'static str) {
    let first = match sex {
        Some(Sex::Male) => &MEN,
        Some(Sex::Female) => &WOMEN,
        None => &ANYBODY,
    };
    let number: usize = number.parse().unwrap_or_default();
    let pick =
        |names: &'static [&'static str]| names.iter().cycle().nth(number % names.len().max(1)).copied();
    (pick(first).unwrap_or_default(), pick(&FAMILIES).unwrap_or_default())
}
