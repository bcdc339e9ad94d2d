//! Bookings. A calendar's free time is a booking that nobody has taken.

use http::Method;
use jiff::civil::Date;
use serde::de::Deserializer;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::clock::ClockTime;
use super::users::User;
use super::{Api, Code, Native, Scope, loose, nothing, only};

/// A booking, as the search, a clinic's list and the answers to writes show one: what a place does not tell is `None`.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields bear Webdoc's own names")]
pub struct Booking {
    #[serde(deserialize_with = "loose::id")]
    pub id: String,
    #[serde(default, deserialize_with = "loose::parsed")]
    pub date: Option<Date>,
    #[serde(default, deserialize_with = "loose::parsed")]
    pub start_time: Option<ClockTime>,
    #[serde(default, deserialize_with = "loose::parsed")]
    pub end_time: Option<ClockTime>,
    #[serde(default, deserialize_with = "loose::text")]
    pub note: Option<String>,
    #[serde(default, deserialize_with = "loose::number")]
    pub phase: Option<i64>,
    #[serde(default, deserialize_with = "loose::number")]
    pub arrived: Option<i64>,
    #[serde(default)]
    pub booking_type: Kind,
    #[serde(default, deserialize_with = "loose::text")]
    pub clinic_id: Option<String>,
    #[serde(default, deserialize_with = "loose::object")]
    pub clinic: Option<ClinicLink>,
    #[serde(default, deserialize_with = "loose::object")]
    pub patient: Option<BookedPatient>,
    #[serde(default, deserialize_with = "loose::text")]
    pub reserved_for_organization_id: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub reserved_for_department_id: Option<String>,
    /// With whom, in the search.
    #[serde(default, deserialize_with = "loose::object")]
    pub user: Option<User>,
    /// With whom, elsewhere.
    #[serde(default, deserialize_with = "loose::object")]
    pub caregiver: Option<User>,
}

impl Booking {
    /// With whom.
    pub fn with(&self) -> Option<&str> {
        self.user.as_ref().or(self.caregiver.as_ref()).map(|user| user.id.as_str())
    }

    /// At which clinic, if it tells.
    pub fn at(&self) -> Option<&str> {
        let linked = self.clinic.as_ref().and_then(|clinic| clinic.id.as_deref());
        linked.or(self.clinic_id.as_deref())
    }

    /// Whether it is kept for the staff of an organization.
    pub fn is_reserved(&self) -> bool {
        let reserved = [&self.reserved_for_organization_id, &self.reserved_for_department_id];
        reserved.into_iter().flatten().any(|id| id != "0")
    }

    /// Whether nobody has taken it.
    pub fn is_free(&self) -> bool {
        self.patient.as_ref().is_none_or(|patient| patient.id.is_none() && patient.personal_number.is_none())
    }
}

/// Names a clinic.
#[derive(Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear Webdoc's own names")]
pub struct ClinicLink {
    #[serde(default, deserialize_with = "loose::text")]
    pub id: Option<String>,
}

/// Whose booking it is.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields bear Webdoc's own names")]
pub struct BookedPatient {
    #[serde(default, deserialize_with = "loose::text")]
    pub id: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub personal_number: Option<String>,
}

/// The kind of a booking: a clinic's list has its name only.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Kind {
    /// Not told.
    #[default]
    Untold,
    /// The booking type's id.
    Id(Code),
    /// The booking type's name.
    Name(String),
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match loose::bare(Value::deserialize(deserializer)?) {
            Value::Object(object) => {
                object.get("id").and_then(|id| Code::deserialize(id).ok()).map_or(Self::Untold, Self::Id)
            }
            Value::String(name) if !name.trim().is_empty() => Self::Name(name),
            _ => Self::Untold,
        })
    }
}

/// What bookings are listed by; all given ones must hold. Days include both ends.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the fields bear Webdoc's own names")]
pub struct Filter {
    pub is_booked: Option<bool>,
    pub user_id: Option<String>,
    pub booking_type_id: Option<Code>,
    pub from_date: Option<Date>,
    pub to_date: Option<Date>,
    /// As Webdoc writes it, with its dash.
    pub personal_number: Option<String>,
    /// Whether the patient has come. The search does not know this filter, a clinic's list does.
    pub arrived: Option<bool>,
}

impl Filter {
    fn append_to(&self, url: &mut Url) {
        let mut query = url.query_pairs_mut();
        let mut add = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                query.append_pair(name, &value);
            }
        };
        add("userId", self.user_id.clone());
        add("bookingTypeId", self.booking_type_id.map(|id| id.to_string()));
        add("fromDate", self.from_date.map(|date| date.to_string()));
        add("toDate", self.to_date.map(|date| date.to_string()));
        add("personalNumber", self.personal_number.clone());
    }
}

/// `GET /v1/bookings` at one clinic, from this row on.
pub fn search(api: &Api, clinic: &str, filter: &Filter, offset: usize) -> Native<Vec<Booking>> {
    let mut url = api.url(&["v1", "bookings"]);
    if let Some(booked) = filter.is_booked {
        url.query_pairs_mut().append_pair("isBooked", if booked { "1" } else { "0" });
    }
    url.query_pairs_mut().append_pair("clinicId", clinic);
    filter.append_to(&mut url);
    url.query_pairs_mut().append_pair("offset", &offset.to_string());
    api.list("GET /v1/bookings", Scope::BookingsRead, &url)
}

/// `GET /v1/clinics/{clinicId}/bookings`: so many rows from this one on; `self_service`: only those that patients may take.
pub fn of_clinic(
    api: &Api,
    clinic: &str,
    (filter, self_service): (&Filter, bool),
    (limit, offset): (usize, usize),
) -> Native<Vec<Booking>> {
    let mut url = api.url(&["v1", "clinics", clinic, "bookings"]);
    if let Some(booked) = filter.is_booked {
        url.query_pairs_mut().append_pair("booked", if booked { "true" } else { "false" });
    }
    if let Some(arrived) = filter.arrived {
        url.query_pairs_mut().append_pair("arrived", if arrived { "1" } else { "0" });
    }
    if self_service {
        url.query_pairs_mut().append_pair("selfService", "true");
    }
    filter.append_to(&mut url);
    url.query_pairs_mut().append_pair("limit", &limit.to_string()).append_pair("offset", &offset.to_string());
    api.list("GET /v1/clinics/{clinicId}/bookings", Scope::SelfService, &url)
}

/// What a booking is made of. `user_id` is the caregiver who gets it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields bear Webdoc's own names")]
pub struct NewBooking<'a> {
    pub user_id: &'a str,
    pub clinic_id: &'a str,
    pub patient_id: &'a str,
    pub booking_type_id: Code,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient_type_id: Option<Code>,
    pub date: Date,
    pub start_time: ClockTime,
    pub end_time: ClockTime,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<&'a str>,
    /// Sent on purpose: absent is not the same as `false`.
    pub allow_overlap: bool,
}

/// `POST /v1/bookings`.
pub fn create(api: &Api, new: &NewBooking<'_>) -> Native<Option<Booking>> {
    let place = (Method::POST, api.url(&["v1", "bookings"]));
    api.write("POST /v1/bookings", Scope::BookingsWrite, place, new, only::<Booking>)
}

/// Names a caregiver.
#[derive(Serialize)]
#[expect(missing_docs, reason = "the fields bear Webdoc's own names")]
pub struct CaregiverLink<'a> {
    pub id: &'a str,
}

/// What is changed of a booking. `requested_by_user_id` is who changes it.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields bear Webdoc's own names")]
pub struct BookingChange<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requested_by_user_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub booking_type_id: Option<Code>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caregiver: Option<CaregiverLink<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time: Option<ClockTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_time: Option<ClockTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<&'a str>,
}

/// `PATCH /v1/bookings/{bookingId}`. The answer has a clinic list's shape, or is none.
pub fn change(api: &Api, id: &str, change: &BookingChange<'_>) -> Native<Option<Booking>> {
    let place = (Method::PATCH, api.url(&["v1", "bookings", id]));
    api.write("PATCH /v1/bookings/{bookingId}", Scope::BookingsWrite, place, change, only::<Booking>)
}

/// `DELETE /v1/bookings/{bookingId}`, with who cancels in the body.
pub fn cancel(api: &Api, id: &str, user_id: &str) -> Native<()> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Cancel<'a> {
        user_id: &'a str,
    }
    let place = (Method::DELETE, api.url(&["v1", "bookings", id]));
    api.write("DELETE /v1/bookings/{bookingId}", Scope::BookingsWrite, place, &Cancel { user_id }, nothing)
}
