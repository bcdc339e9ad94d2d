use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::filter::{Cell, Kind};
use crate::id::Id;
use crate::listing::Query;
use crate::row::{Row, Stamps};
use crate::state::{App, View};
use crate::time::zone_label;

/// A location of the account.
#[derive(Clone, Debug)]
pub struct Business {
    pub stamps: Stamps,
    pub business_name: &'static str,
    pub display_name: Option<&'static str>,
    pub address_1: &'static str,
    pub city: &'static str,
    pub state: &'static str,
    pub post_code: &'static str,
    pub contact_information: &'static str,
    pub email_reply_to: &'static str,
    pub registration_number: &'static str,
    pub show_in_online_bookings: bool,
    /// IANA.
    pub time_zone: &'static str,
}

impl Business {
    fn appointment_type_ids(&self, view: &View<'_>) -> Vec<String> {
        let types = view.world.appointment_types.values();
        let here = types.filter(|kind| kind.live() && kind.business_ids.contains(&self.stamps.id));
        here.map(|kind| kind.stamps.id.to_string()).collect()
    }
}

impl Row for Business {
    const FILTERS: &'static [(&'static str, Kind)] = &[
        ("appointment_type_ids", Kind::Many),
        ("archived_at", Kind::Instant),
        ("deleted_at", Kind::Instant),
        ("show_in_online_bookings", Kind::Flag),
    ];

    fn stamps(&self) -> &Stamps {
        &self.stamps
    }

    fn cell(&self, field: &str, view: &View<'_>) -> Cell {
        match field {
            "appointment_type_ids" => Cell::Many(self.appointment_type_ids(view)),
            "show_in_online_bookings" => self.show_in_online_bookings.into(),
            _ => Cell::Null,
        }
    }

    fn json(&self, view: &View<'_>) -> Value {
        let id = self.stamps.id;
        json!({
            "id": id.to_string(),
            "business_name": self.business_name,
            "display_name": self.display_name,
            "label": self.display_name.unwrap_or(self.business_name),
            "address_1": self.address_1,
            "address_2": null,
            "city": self.city,
            "state": self.state,
            "post_code": self.post_code,
            "country": "Australia",
            "country_code": "AU",
            "contact_information": self.contact_information,
            "email_reply_to": self.email_reply_to,
            "website_address": "https://clinic.example.com",
            "additional_information": null,
            "additional_invoice_information": null,
            "business_registration_name": "ABN",
            "business_registration_value": self.registration_number,
            "show_in_online_bookings": self.show_in_online_bookings,
            "appointment_reminders_enabled": true,
            "appointment_type_ids": self.appointment_type_ids(view),
            "time_zone": zone_label(self.time_zone),
            "time_zone_identifier": self.time_zone,
            "archived_at": self.stamps.archived_at,
            "deleted_at": self.stamps.archived_at,
            "created_at": self.stamps.created_at,
            "updated_at": self.stamps.updated_at,
            "practitioners": view.links.to(format!("businesses/{id}/practitioners")),
            "appointments": view.links.to(format!("businesses/{id}/appointments")),
            "links": {"self": view.links.url(format!("businesses/{id}"))},
        })
    }
}

pub fn routes() -> Router<App> {
    Router::new().route("/v1/businesses", get(list)).route("/v1/businesses/{id}", get(one))
}

async fn list(State(app): State<App>, query: Query) -> Answer {
    let session = app.session();
    query.list("businesses", session.businesses.values(), &session.view())
}

async fn one(State(app): State<App>, Path(id): Path<Id>, query: Query) -> Answer {
    let session = app.session();
    query.single(session.businesses.get(&id), &session.view())
}
