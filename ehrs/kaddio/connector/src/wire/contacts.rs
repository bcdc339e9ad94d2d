//! Contacts (kontakter): Kaddio's journal entries.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::lenient::{list, nullable, some_instant};
use super::{Asked, Id, PAGE, Rows, Variables};
use crate::operations::Name;

/// A journal entry. Does not print what it holds.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[expect(missing_docs, reason = "the fields bear the names of the operation's aliases")]
pub struct Contact {
    pub id: Id,
    pub patient_id: Id,
    #[serde(default)]
    pub appointment_id: Option<Id>,
    pub template_id: Option<Id>,
    #[serde(default)]
    pub title: Option<String>,
    #[serde(deserialize_with = "list")]
    pub fields: Vec<HeadingValue>,
    pub signed: bool,
    #[serde(default)]
    pub created_by_id: Option<Id>,
    #[serde(default)]
    pub created_by: Option<String>,
    #[serde(default, deserialize_with = "some_instant")]
    pub created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "some_instant")]
    pub updated_at: Option<Timestamp>,
}

/// A heading and what stands under it. Does not print what it holds.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[expect(missing_docs, reason = "the fields bear the names of the operation's aliases")]
pub struct HeadingValue {
    pub id: Id,
    pub name: Option<String>,
    pub text: Option<String>,
}

/// What is to stand under a heading, by what we read as Kaddio's own names. Does not print what it holds.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields bear what we read as Kaddio's own names")]
#[serde(rename_all = "camelCase")]
pub struct HeadingValueInput {
    pub heading_id: Id,
    pub text: String,
}

/// One journal entry, if there is one.
#[derive(Deserialize)]
#[expect(missing_docs, reason = "the fields bear the names of the operation's aliases")]
pub struct OneContact {
    #[serde(deserialize_with = "nullable")]
    pub note: Option<Contact>,
}

/// Some journal entries.
#[derive(Deserialize)]
#[expect(missing_docs, reason = "the fields bear the names of the operation's aliases")]
pub struct Contacts {
    #[serde(deserialize_with = "list")]
    pub notes: Vec<Contact>,
}

impl Rows for Contacts {
    type Row = Contact;

    fn rows(self) -> Vec<Contact> {
        self.notes
    }

    fn id(row: &Contact) -> &Id {
        &row.id
    }
}

/// Asks for the entries of a client, newest first, from the `offset`th on.
pub fn list_of(client: &Id, offset: usize) -> Asked<Contacts> {
    let variables =
        Variables::default().with("patient_id", client).with("offset", offset).with("limit", PAGE);
    Asked::new(Name::Contacts, variables)
}

/// Asks for an entry.
pub fn one(id: &Id) -> Asked<OneContact> {
    Asked::new(Name::Contact, Variables::default().with("note_id", id))
}

/// Writes an entry, unsigned, in the name of the host who calls.
pub fn create(
    client: &Id,
    contact_type: &Id,
    booking: Option<&Id>,
    headings: &[HeadingValueInput],
) -> Asked<OneContact> {
    let variables = Variables::default()
        .with("patient_id", client)
        .with("template_id", contact_type)
        .with("appointment_id", booking)
        .with("fields", headings);
    Asked::new(Name::CreateContact, variables)
}
