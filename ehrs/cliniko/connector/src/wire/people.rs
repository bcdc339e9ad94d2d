//! The key's user and the account's public settings.

use serde::Deserialize;

use super::{Api, Id, Native};

/// A user of the account.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear Cliniko's own names")]
pub struct User {
    pub id: Id,
    #[serde(default)]
    pub role: Option<String>,
}

/// `GET /user`: whose key it is.
pub fn user(api: &Api) -> Native<User> {
    api.read("GET /v1/user", &api.url("/user"))
}

/// What any key may know of the account.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear Cliniko's own names")]
pub struct PublicSettings {
    #[serde(default)]
    pub account: Option<Account>,
    #[serde(default)]
    pub online_bookings: Option<OnlineBookings>,
}

/// The account.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear Cliniko's own names")]
pub struct Account {
    #[serde(default)]
    pub time_zone: Option<String>,
    #[serde(default)]
    pub time_zone_identifier: Option<String>,
    #[serde(default)]
    pub country_code: Option<String>,
}

/// The rules for booking online.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear Cliniko's own names")]
pub struct OnlineBookings {
    #[serde(default)]
    pub allow_bookings_days_in_advance: Option<i64>,
}

/// `GET /settings/public`.
pub fn public_settings(api: &Api) -> Native<PublicSettings> {
    api.read("GET /v1/settings/public", &api.url("/settings/public"))
}
