use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use serde_json::{Value, json};

use crate::answer::{Answer, ok};
use crate::filter::{Cell, Kind};
use crate::id::Id;
use crate::listing::Query;
use crate::refusal::Refusal;
use crate::resources::patient_fields::Phone;
use crate::row::{Row, Stamps};
use crate::state::{App, View, World};
use crate::time::{ACCOUNT_ZONE, zone_label};

#[derive(Clone, Debug)]
pub struct User {
    pub stamps: Stamps,
    pub title: &'static str,
    pub first_name: &'static str,
    pub last_name: &'static str,
    pub email: String,
    pub phone: &'static str,
    pub role: Role,
    pub active: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Role {
    Administrator,
    Practitioner,
    Receptionist,
}

impl Role {
    fn word(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Practitioner => "practitioner",
            Self::Receptionist => "receptionist",
        }
    }
}

impl World {
    pub fn key_owner(&self) -> Option<&User> {
        self.key_user.and_then(|id| self.users.get(&id))
    }

    pub fn key_is_administrator(&self) -> bool {
        self.key_owner().is_some_and(|user| user.role == Role::Administrator)
    }
}

impl Row for User {
    const FILTERS: &'static [(&'static str, Kind)] = &[];

    fn stamps(&self) -> &Stamps {
        &self.stamps
    }

    fn cell(&self, _: &str, _: &View<'_>) -> Cell {
        Cell::Null
    }

    fn json(&self, view: &View<'_>) -> Value {
        let id = self.stamps.id;
        let phone = Phone { phone_type: "Mobile".to_owned(), number: self.phone.to_owned() };
        json!({
            "id": id.to_string(),
            "title": self.title,
            "first_name": self.first_name,
            "last_name": self.last_name,
            "email": self.email,
            "phone_numbers": [phone.json()],
            "role": self.role.word(),
            "active": self.active,
            "user_active": self.active,
            "time_zone": zone_label(ACCOUNT_ZONE),
            "time_zone_identifier": ACCOUNT_ZONE,
            "created_at": self.stamps.created_at,
            "updated_at": self.stamps.updated_at,
            "links": {"self": view.links.url(format!("users/{id}"))},
        })
    }
}

pub fn routes() -> Router<App> {
    Router::new()
        .route("/v1/users", get(list))
        .route("/v1/users/{id}", get(one))
        .route("/v1/user", get(key_owner))
}

async fn list(State(app): State<App>, query: Query) -> Answer {
    let session = app.session();
    if !session.key_is_administrator() {
        return Err(Refusal::Forbidden);
    }
    query.list("users", session.users.values(), &session.view())
}

/// Only administrators read other users.
async fn one(State(app): State<App>, Path(id): Path<Id>, query: Query) -> Answer {
    let session = app.session();
    if !session.key_is_administrator() && session.key_user != Some(id) {
        return Err(Refusal::Forbidden);
    }
    query.single(session.users.get(&id), &session.view())
}

async fn key_owner(State(app): State<App>) -> Answer {
    let session = app.session();
    let view = session.view();
    ok(session.key_owner().ok_or(Refusal::NotFound)?.json(&view))
}
