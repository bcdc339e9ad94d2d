//! The custom fields of users that the organisation is seeded with, for settings that map onto them.

/// A field whose id is the same on any day. Its value is text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CustomField {
    pub id: &'static str,
    pub name: &'static str,
}

pub const DATE_OF_BIRTH: CustomField = CustomField { id: "vM7xeXwiYYcFgrgAq", name: "Födelsedatum" };
pub const GENDER: CustomField = CustomField { id: "roDAyAboLygEEyjmB", name: "Kön" };
pub const CO_ADDRESS: CustomField = CustomField { id: "N8Hooj5hrYDv2AstK", name: "c/o-adress" };
pub const COUNTRY: CustomField = CustomField { id: "ZtnHXJbAbC9ak3Rt2", name: "Land" };
pub const OTHER_PHONES: CustomField = CustomField { id: "WHAQwJHyTz8idRDtS", name: "Övriga telefoner" };
pub const OTHER_EMAILS: CustomField = CustomField { id: "Y7q4ey6FgfmYyukj8", name: "Övrig e-post" };
pub const EXTERNAL_ID: CustomField = CustomField { id: "qTPjhy8LkusAHkSmw", name: "Externt id" };

pub const ALL: [CustomField; 7] =
    [DATE_OF_BIRTH, GENDER, CO_ADDRESS, COUNTRY, OTHER_PHONES, OTHER_EMAILS, EXTERNAL_ID];
