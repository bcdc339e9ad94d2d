use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::answer::{Answer, created, no_content, ok};
use crate::filter::{Cell, Kind};
use crate::form::Form;
use crate::id::Id;
use crate::links::put;
use crate::listing::Query;
use crate::refusal::{INVALID, Refusal, UNLISTED};
use crate::row::{Row, Stamps};
use crate::state::{App, View, World};

#[derive(Clone, Debug)]
pub struct AppointmentType {
    pub stamps: Stamps,
    pub name: Option<String>,
    pub category: Option<String>,
    pub description: Option<String>,
    pub color: Option<String>,
    pub duration_in_minutes: i64,
    /// 1 is individual, more is a group.
    pub max_attendees: i64,
    pub show_in_online_bookings: Option<bool>,
    pub telehealth_enabled: Option<bool>,
    pub online_bookings_lead_time_hours: Option<i64>,
    pub online_payments_mode: Option<String>,
    pub deposit_price: Option<String>,
    pub add_deposit_to_account_credit: Option<bool>,
    pub treatment_note_template: Option<Id>,
    pub business_ids: Vec<Id>,
    pub practitioner_ids: Vec<Id>,
}

const LEAD_TIMES: [i64; 13] = [0, 1, 2, 4, 12, 18, 24, 48, 72, 168, 336, 504, 672];
const PAYMENT_MODES: [&str; 3] = ["deposit_required", "optional", "required"];

impl AppointmentType {
    fn blank(stamps: Stamps) -> Self {
        Self {
            stamps,
            name: None,
            category: None,
            description: None,
            color: Some("#3b8f9f".to_owned()),
            duration_in_minutes: 30,
            max_attendees: 1,
            show_in_online_bookings: Some(true),
            telehealth_enabled: Some(false),
            online_bookings_lead_time_hours: None,
            online_payments_mode: None,
            deposit_price: None,
            add_deposit_to_account_credit: None,
            treatment_note_template: None,
            business_ids: Vec::new(),
            practitioner_ids: Vec::new(),
        }
    }

    pub fn named(stamps: Stamps, name: &str, category: &str, duration_in_minutes: i64) -> Self {
        let (name, category) = (Some(name.to_owned()), Some(category.to_owned()));
        Self { name, category, duration_in_minutes, ..Self::blank(stamps) }
    }

    pub fn live(&self) -> bool {
        self.stamps.archived_at.is_none()
    }

    fn write(&mut self, form: &Form) -> Result<(), Refusal> {
        let mut entry = form.entry();
        entry.needed_text("name", 255, &mut self.name);
        entry.text("category", 255, &mut self.category);
        entry.text("description", 10_000, &mut self.description);
        entry.text("color", 7, &mut self.color);
        if self.color.as_deref().is_some_and(|color| !is_color(color)) {
            entry.refuse("color", INVALID);
        }
        for (key, most, into) in [
            ("duration_in_minutes", 1439, &mut self.duration_in_minutes),
            ("max_attendees", 99, &mut self.max_attendees),
        ] {
            match entry.sent(key).map(Value::as_i64) {
                None => {}
                Some(Some(number)) if (1..=most).contains(&number) => *into = number,
                Some(_) => entry.refuse(key, INVALID),
            }
        }
        match entry.sent("online_bookings_lead_time_hours") {
            None => {}
            Some(Value::Null) => self.online_bookings_lead_time_hours = None,
            Some(value) => match value.as_i64().filter(|hours| LEAD_TIMES.contains(hours)) {
                Some(hours) => self.online_bookings_lead_time_hours = Some(hours),
                None => entry.refuse("online_bookings_lead_time_hours", UNLISTED),
            },
        }
        entry.flag("show_in_online_bookings", &mut self.show_in_online_bookings);
        entry.flag("telehealth_enabled", &mut self.telehealth_enabled);
        entry.flag("add_deposit_to_account_credit", &mut self.add_deposit_to_account_credit);
        entry.listed("online_payments_mode", &PAYMENT_MODES, &mut self.online_payments_mode);
        entry.text("deposit_price", 20, &mut self.deposit_price);
        entry.id("treatment_note_template_id", &mut self.treatment_note_template);
        for (key, into) in
            [("business_ids", &mut self.business_ids), ("practitioner_ids", &mut self.practitioner_ids)]
        {
            match entry.sent(key).map(|sent| sent.as_array()) {
                None => {}
                Some(Some(ids)) => *into = ids.iter().filter_map(Id::from_json).collect(),
                Some(None) => entry.refuse(key, INVALID),
            }
        }
        entry.finish()
    }
}

fn is_color(color: &str) -> bool {
    color.strip_prefix('#').is_some_and(|digits| {
        matches!(digits.len(), 3 | 6) && digits.chars().all(|digit| digit.is_ascii_hexdigit())
    })
}

impl Row for AppointmentType {
    const FILTERS: &'static [(&'static str, Kind)] = &[
        ("archived_at", Kind::Instant),
        ("category", Kind::Text),
        ("online_payments_mode", Kind::Text),
        ("show_in_online_bookings", Kind::Flag),
        ("appointment_confirmation_template_ids", Kind::Many),
        ("appointment_follow_up_template_ids", Kind::Many),
        ("appointment_reminder_template_ids", Kind::Many),
    ];

    fn stamps(&self) -> &Stamps {
        &self.stamps
    }

    fn cell(&self, field: &str, _: &View<'_>) -> Cell {
        match field {
            "category" => self.category.as_deref().into(),
            "online_payments_mode" => self.online_payments_mode.as_deref().into(),
            "show_in_online_bookings" => self.show_in_online_bookings.into(),
            _ => Cell::Null,
        }
    }

    fn json(&self, view: &View<'_>) -> Value {
        let id = self.stamps.id;
        let filtered = |list: &str| view.links.to(format!("{list}?q%5B%5D=appointment_type_id%3A%3D{id}"));
        let mut record = json!({
            "id": id.to_string(),
            "name": self.name,
            "category": self.category,
            "description": self.description,
            "color": self.color,
            "duration_in_minutes": self.duration_in_minutes,
            "max_attendees": self.max_attendees,
            "show_in_online_bookings": self.show_in_online_bookings,
            "telehealth_enabled": self.telehealth_enabled,
            "online_bookings_lead_time_hours": self.online_bookings_lead_time_hours,
            "online_payments_enabled": self.online_payments_mode.is_some(),
            "online_payments_mode": self.online_payments_mode,
            "deposit_price": self.deposit_price,
            "add_deposit_to_account_credit": self.add_deposit_to_account_credit,
            "appointment_confirmation_template_ids": [],
            "appointment_follow_up_template_ids": [],
            "appointment_reminder_template_ids": [],
            "archived_at": self.stamps.archived_at,
            "created_at": self.stamps.created_at,
            "updated_at": self.stamps.updated_at,
            "practitioners": view.links.to(format!("appointment_types/{id}/practitioners")),
            "appointment_type_billable_items": filtered("appointment_type_billable_items"),
            "appointment_type_products": filtered("appointment_type_products"),
            "links": {"self": view.links.url(format!("appointment_types/{id}"))},
        });
        let template =
            self.treatment_note_template.map(|id| view.links.to(format!("treatment_note_templates/{id}")));
        put(&mut record, "treatment_note_template", template);
        record
    }
}

pub fn routes() -> Router<App> {
    Router::new()
        .route("/v1/appointment_types", get(list).post(create))
        .route("/v1/appointment_types/archived", get(archived))
        .route("/v1/appointment_types/{id}", get(one).patch(update).put(update).delete(archive))
        .route("/v1/appointment_types/{id}/archive", post(archive))
        .route("/v1/practitioners/{practitioner_id}/appointment_types", get(list_of_practitioner))
}

async fn list(State(app): State<App>, query: Query) -> Answer {
    let session = app.session();
    query.list("appointment_types", session.appointment_types.values(), &session.view())
}

async fn archived(State(app): State<App>, query: Query) -> Answer {
    let session = app.session();
    let rows = session.appointment_types.values().filter(|row| !row.live());
    query.list_removed("appointment_types", rows, &session.view())
}

async fn list_of_practitioner(State(app): State<App>, Path(id): Path<Id>, query: Query) -> Answer {
    let session = app.session();
    if !session.practitioners.contains_key(&id) {
        return Err(Refusal::NotFound);
    }
    let rows = session.appointment_types.values().filter(|row| row.practitioner_ids.contains(&id));
    query.list("appointment_types", rows, &session.view())
}

async fn one(State(app): State<App>, Path(id): Path<Id>, query: Query) -> Answer {
    let session = app.session();
    query.single(session.appointment_types.get(&id), &session.view())
}

async fn create(State(app): State<App>, form: Form) -> Answer {
    let mut session = app.session();
    let id = session.new_id();
    let mut row = AppointmentType::blank(Stamps::new(id, session.now));
    row.write(&form)?;
    let body = row.json(&session.view());
    session.appointment_types.insert(id, row);
    created(&app.links, format!("appointment_types/{id}"), body)
}

async fn update(State(app): State<App>, Path(id): Path<Id>, form: Form) -> Answer {
    let mut session = app.session();
    let mut row = live(&session, id)?.clone();
    row.write(&form)?;
    row.stamps.touch(session.now);
    let body = row.json(&session.view());
    session.appointment_types.insert(id, row);
    ok(body)
}

async fn archive(State(app): State<App>, Path(id): Path<Id>) -> Answer {
    let mut session = app.session();
    let mut row = live(&session, id)?.clone();
    row.stamps.archive(session.now);
    session.appointment_types.insert(id, row);
    no_content()
}

fn live(world: &World, id: Id) -> Result<&AppointmentType, Refusal> {
    world.appointment_types.get(&id).filter(|row| row.live()).ok_or(Refusal::NotFound)
}
