//! Clients: Kaddio's patients.

use serde::{Deserialize, Serialize};

use super::lenient::{list, nullable};
use super::{Asked, Id, PAGE, Rows, Variables};
use crate::operations::Name;

/// A client. Does not print what it holds.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[expect(missing_docs, reason = "the fields bear the names of the operation's aliases")]
pub struct Client {
    pub id: Id,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub personal_number: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub street: Option<String>,
    pub postal_code: Option<String>,
    pub city: Option<String>,
    #[serde(default, deserialize_with = "list")]
    pub custom_fields: Vec<CustomField>,
}

/// The value of a custom field. Does not print what it holds.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[expect(missing_docs, reason = "the fields bear the names of the operation's aliases")]
pub struct CustomField {
    pub field: Id,
    pub value: Option<String>,
}

/// What a new client can have at once. Does not print what it holds.
#[derive(Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields bear the names of the operation's variables")]
pub struct NewClient {
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub personal_number: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub street: Option<String>,
    pub postal_code: Option<String>,
    pub city: Option<String>,
}

/// The value of a custom field to be written, by Kaddio's own names. Does not print what it holds.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields bear Kaddio's own names")]
#[serde(rename_all = "camelCase")]
pub struct CustomFieldValueInput {
    pub field: Id,
    pub value_string: String,
}

/// One client, if there is one.
#[derive(Deserialize)]
#[expect(missing_docs, reason = "the fields bear the names of the operation's aliases")]
pub struct OneClient {
    #[serde(deserialize_with = "nullable")]
    pub patient: Option<Client>,
}

/// Some clients.
#[derive(Deserialize)]
#[expect(missing_docs, reason = "the fields bear the names of the operation's aliases")]
pub struct Clients {
    #[serde(deserialize_with = "list")]
    pub patients: Vec<Client>,
}

impl Rows for Clients {
    type Row = Client;

    fn rows(self) -> Vec<Client> {
        self.patients
    }

    fn id(row: &Client) -> &Id {
        &row.id
    }
}

/// The id of the client that was made.
#[derive(Deserialize)]
#[expect(missing_docs, reason = "the fields bear the names of the operation's aliases")]
pub struct Created {
    pub patient_id: Option<Id>,
}

/// Whatever was answered: nothing of it is of use.
#[derive(Deserialize)]
pub struct Updated {}

/// Whom to look for.
#[derive(Clone, Default)]
#[expect(missing_docs, reason = "the fields bear the names of the operation's variables")]
pub struct Wanted {
    pub personal_number: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub archived: bool,
}

/// Asks for a client, archived or not.
pub fn one(id: &Id) -> Asked<OneClient> {
    Asked::new(Name::Client, Variables::default().with("patient_id", id))
}

/// Asks for clients, from the `offset`th on.
pub fn list_of(wanted: &Wanted, offset: usize) -> Asked<Clients> {
    let variables = Variables::default()
        .with("personal_number", wanted.personal_number.as_ref())
        .with("first_name", wanted.first_name.as_ref())
        .with("last_name", wanted.last_name.as_ref())
        .with("archived", wanted.archived.then_some(true))
        .with("offset", offset)
        .with("limit", PAGE);
    Asked::new(Name::Clients, variables)
}

/// Makes a client.
pub fn create(new: &NewClient) -> Asked<Created> {
    let NewClient { first_name, last_name, personal_number, email, phone, street, postal_code, city } = new;
    let variables = Variables::default()
        .with("first_name", first_name)
        .with("last_name", last_name)
        .with("personal_number", personal_number)
        .with("email", email)
        .with("phone", phone)
        .with("street", street)
        .with("postal_code", postal_code)
        .with("city", city);
    Asked::new(Name::CreateClient, variables)
}

/// Writes custom fields of a client.
pub fn update(id: &Id, custom_fields: &[CustomFieldValueInput]) -> Asked<Updated> {
    let variables = Variables::default().with("patient_id", id).with("custom_fields", custom_fields);
    Asked::new(Name::UpdateUser, variables)
}
