//! Users: staff, and those of them who give care at a clinic.

use serde::Deserialize;

use super::{Api, Code, Native, Scope, loose};

/// A user, as the list of all users, a clinic's users and bookings show one: what a place does not tell is `None`.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields bear Webdoc's own names")]
pub struct User {
    #[serde(deserialize_with = "loose::id")]
    pub id: String,
    #[serde(default, deserialize_with = "loose::text")]
    pub first_name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub last_name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub title: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub personal_number: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub hsa_id: Option<String>,
    #[serde(default, deserialize_with = "loose::object")]
    pub settings: Option<UserSettings>,
}

/// What is preset for a user.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields bear Webdoc's own names")]
pub struct UserSettings {
    #[serde(default, deserialize_with = "loose::code")]
    pub default_patient_type_id: Option<Code>,
}

/// `GET /v1/users`: everybody, at whichever clinic.
pub fn list(api: &Api) -> Native<Vec<User>> {
    api.list("GET /v1/users", Scope::UsersRead, &api.url(&["v1", "users"]))
}

/// `GET /v1/clinics/{clinicId}/users?isCaregiver=true`: ids and names only.
pub fn caregivers(api: &Api, clinic: &str) -> Native<Vec<User>> {
    let mut url = api.url(&["v1", "clinics", clinic, "users"]);
    url.query_pairs_mut().append_pair("isCaregiver", "true");
    api.list("GET /v1/clinics/{clinicId}/users", Scope::UsersRead, &url)
}
