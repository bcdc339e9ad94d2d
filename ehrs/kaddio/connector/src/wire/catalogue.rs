//! Who and what can be booked where.

use serde::Deserialize;

use super::lenient::list;
use super::{Asked, Id, Variables};
use crate::operations::Name;

/// The whole catalogue of an organisation.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear the names of the operation's aliases")]
pub struct Catalogue {
    pub organisation: Organisation,
    #[serde(default, deserialize_with = "list")]
    pub care_units: Vec<Place>,
    #[serde(deserialize_with = "list")]
    pub resources: Vec<Host>,
    #[serde(deserialize_with = "list")]
    pub healthcare_services: Vec<BookingType>,
}

/// The organisation whose sub-domain is called.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear the names of the operation's aliases")]
pub struct Organisation {
    #[serde(flatten)]
    pub place: Place,
    #[serde(default)]
    pub time_zone: Option<String>,
}

/// A place where care is given.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear the names of the operation's aliases")]
pub struct Place {
    pub id: Id,
    pub name: String,
    #[serde(default)]
    pub phone: Option<String>,
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub street: Option<String>,
    #[serde(default)]
    pub postal_code: Option<String>,
    #[serde(default)]
    pub city: Option<String>,
}

/// Who gives care.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear the names of the operation's aliases")]
pub struct Host {
    pub id: Id,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    #[serde(default)]
    pub title: Option<String>,
    #[serde(default)]
    pub slug: Option<String>,
    #[serde(default, deserialize_with = "list")]
    pub care_unit_ids: Vec<Id>,
    #[serde(deserialize_with = "list")]
    pub healthcare_service_ids: Vec<Id>,
}

/// A kind of booking (behandlingsform).
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear the names of the operation's aliases")]
pub struct BookingType {
    pub id: Id,
    pub name: String,
    #[serde(default)]
    pub slug: Option<String>,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub category: Option<String>,
    /// What a booking takes in the calendar.
    pub duration_minutes: u32,
    #[serde(default)]
    pub bookable_online: Option<bool>,
    #[serde(default)]
    pub group_cap: Option<u32>,
}

/// Asks for all of it at once.
pub fn catalogue() -> Asked<Catalogue> {
    Asked::new(Name::Catalogue, Variables::default())
}

/// A template of journal entries (kontakttyp).
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear the names of the operation's aliases")]
pub struct ContactType {
    pub id: Id,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(deserialize_with = "list")]
    pub fields: Vec<Heading>,
}

/// A heading of such a template.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear the names of the operation's aliases")]
pub struct Heading {
    pub id: Id,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub kind: Option<String>,
}

/// All templates.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear the names of the operation's aliases")]
pub struct ContactTypes {
    #[serde(deserialize_with = "list")]
    pub note_templates: Vec<ContactType>,
}

/// Asks for the templates of journal entries.
pub fn contact_types() -> Asked<ContactTypes> {
    Asked::new(Name::ContactTypes, Variables::default())
}
