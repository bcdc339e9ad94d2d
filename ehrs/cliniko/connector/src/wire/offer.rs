//! Businesses, practitioners, appointment types, and who offers what where.

use jiff::Timestamp;
use serde::Deserialize;

use super::list::{Collection, first_page};
use super::{Api, Filters, Id, Link, List, Native, lenient};

/// A business: a place of the clinic.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear Cliniko's own names")]
pub struct Business {
    pub id: Id,
    #[serde(default)]
    pub business_name: Option<String>,
    #[serde(default)]
    pub display_name: Option<String>,
    #[serde(default)]
    pub label: Option<String>,
    #[serde(default)]
    pub address_1: Option<String>,
    #[serde(default)]
    pub address_2: Option<String>,
    #[serde(default)]
    pub city: Option<String>,
    #[serde(default)]
    pub post_code: Option<String>,
    #[serde(default)]
    pub country_code: Option<String>,
    #[serde(default)]
    pub contact_information: Option<String>,
    #[serde(default)]
    pub email_reply_to: Option<String>,
    #[serde(default)]
    pub show_in_online_bookings: Option<bool>,
    #[serde(default)]
    pub time_zone: Option<String>,
    #[serde(default)]
    pub time_zone_identifier: Option<String>,
    #[serde(default)]
    pub archived_at: Option<Timestamp>,
    #[serde(default)]
    pub deleted_at: Option<Timestamp>,
}

impl Collection for Business {
    const KEY: &'static str = "businesses";
}

/// `GET /businesses`.
pub fn businesses(api: &Api) -> Native<List<Business>> {
    first_page(api, "GET /v1/businesses", "/businesses", &Filters::default(), None)
}

/// A practitioner. Read-only in Cliniko.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear Cliniko's own names")]
pub struct Practitioner {
    pub id: Id,
    #[serde(default)]
    pub active: Option<bool>,
    #[serde(default)]
    pub title: Option<String>,
    #[serde(default)]
    pub first_name: Option<String>,
    #[serde(default)]
    pub last_name: Option<String>,
    #[serde(default)]
    pub display_name: Option<String>,
    #[serde(default)]
    pub label: Option<String>,
    #[serde(default)]
    pub designation: Option<String>,
    #[serde(default)]
    pub user: Link,
}

impl Collection for Practitioner {
    const KEY: &'static str = "practitioners";
}

/// `GET /businesses/{id}/practitioners`: the active ones of a business.
pub fn practitioners_of_business(api: &Api, business: Id) -> Native<List<Practitioner>> {
    let path = format!("/businesses/{business}/practitioners");
    first_page(api, "GET /v1/businesses/{id}/practitioners", &path, &Filters::default(), None)
}

/// `GET /practitioners?q[]=user_id:=…`: the active practitioner that a user is.
pub fn practitioner_of_user(api: &Api, user: Id) -> Native<List<Practitioner>> {
    let filters = Filters::default().is("user_id", user);
    first_page(api, "GET /v1/practitioners", "/practitioners", &filters, None)
}

/// An appointment type.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear Cliniko's own names")]
pub struct AppointmentType {
    pub id: Id,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub category: Option<String>,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub duration_in_minutes: Option<u32>,
    #[serde(default)]
    pub max_attendees: Option<u32>,
    #[serde(default)]
    pub show_in_online_bookings: Option<bool>,
    #[serde(default)]
    pub archived_at: Option<Timestamp>,
    #[serde(default)]
    pub deleted_at: Option<Timestamp>,
}

impl Collection for AppointmentType {
    const KEY: &'static str = "appointment_types";
}

/// `GET /appointment_types`.
pub fn appointment_types(api: &Api) -> Native<List<AppointmentType>> {
    first_page(api, "GET /v1/appointment_types", "/appointment_types", &Filters::default(), None)
}

/// A row of "who offers what where".
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear Cliniko's own names")]
pub struct Service {
    #[serde(default)]
    pub appointment_type: Link,
    #[serde(default)]
    pub business: Link,
    #[serde(default, deserialize_with = "lenient::list")]
    pub practitioners: Vec<Link>,
}

impl Collection for Service {
    const KEY: &'static str = "services";
}

/// `GET /businesses/{id}/services`.
pub fn services_of_business(api: &Api, business: Id) -> Native<List<Service>> {
    let path = format!("/businesses/{business}/services");
    first_page(api, "GET /v1/businesses/{id}/services", &path, &Filters::default(), None)
}
