use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde_json::{Value, json};

use crate::answer::{Answer, ok};
use crate::refusal::Refusal;
use crate::state::{App, View};
use crate::time::{ACCOUNT_ZONE, zone_label};

pub fn routes() -> Router<App> {
    Router::new().route("/v1/settings", get(all)).route("/v1/settings/public", get(public))
}

/// Any key reads these.
async fn public(State(app): State<App>) -> Answer {
    let session = app.session();
    ok(settings(&session.view(), "settings/public"))
}

async fn all(State(app): State<App>) -> Answer {
    let session = app.session();
    let owner = session.key_owner().filter(|_| session.key_is_administrator()).ok_or(Refusal::Forbidden)?;
    let mut settings = settings(&session.view(), "settings");
    if let Some(account) = settings.pointer_mut("/account").and_then(Value::as_object_mut) {
        account.insert("email_from".to_owned(), json!("hello@harbour-health.example.com"));
        let admin =
            json!({"email": owner.email, "first_name": owner.first_name, "last_name": owner.last_name});
        account.insert("admin".to_owned(), admin);
    }
    ok(settings)
}

fn settings(view: &View<'_>, path: &str) -> Value {
    let online = view.options.online_bookings;
    let practitioners =
        view.world.practitioners.values().filter(|row| row.active && row.show_in_online_bookings);
    let practitioner_order: Vec<String> = practitioners.map(|row| row.stamps.id.to_string()).collect();
    json!({
        "account": {
            "id": "1390700000000000107",
            "name": "Harbour Health",
            "subdomain": "harbour-health",
            "country": "Australia",
            "country_code": "AU",
            "currency_symbol": "$",
            "time_zone": zone_label(ACCOUNT_ZONE),
            "time_zone_identifier": ACCOUNT_ZONE,
            "time_zone_support": true,
            "has_time_travelers": true,
        },
        "calendar": {
            "start_hour": 8,
            "end_hour": 19,
            "timeslot_height_in_pixels": 15,
            "timeslot_size_in_minutes": 15,
            "show_current_time_indicator": true,
            "multiple_appointments_gap": false,
        },
        "online_bookings": {
            "enabled": true,
            "calendar_info": "",
            "logo_url": null,
            "max_appointments_per_day_segment": online.max_appointments_per_day_segment,
            "min_hours_advance_required_to_book": online.min_hours_advance_required_to_book,
            "allow_bookings_days_in_advance": online.allow_bookings_days_in_advance,
            "min_hours_notice_for_patient_cancellation": 24,
            "notify_practitioner_by_email": true,
            "notify_practitioner_by_sms": false,
            "policy": "",
            "practitioner_order": practitioner_order,
            "require_patient_address": false,
            "show_appointment_duration": true,
            "show_prices": false,
        },
        "patient_custom_fields_definition": {"sections": [{
            "name": "Cover",
            "token": COVER,
            "archived": false,
            "fields": [
                {
                    "name": "Fund",
                    "token": FUND,
                    "type": "radiobuttons",
                    "archived": false,
                    "options": [
                        {"name": "Southern Mutual", "token": SOUTHERN_MUTUAL},
                        {"name": "Harbour Fund", "token": HARBOUR_FUND},
                    ],
                    "other": {"enabled": true},
                },
                {"name": "Member number", "token": MEMBER_NUMBER, "type": "text", "archived": false},
            ],
        }]},
        "reminders": {"default_reminder_type": "SMS & Email"},
        "terminology": {"patient": "patient"},
        "links": {"self": view.links.url(path)},
    })
}

const COVER: &str = "6f1c1f0e-3a55-4c0b-9a63-4d0d3a5b7c01";
const FUND: &str = "6f1c1f0e-3a55-4c0b-9a63-4d0d3a5b7c02";
const SOUTHERN_MUTUAL: &str = "6f1c1f0e-3a55-4c0b-9a63-4d0d3a5b7c03";
const HARBOUR_FUND: &str = "6f1c1f0e-3a55-4c0b-9a63-4d0d3a5b7c04";
const MEMBER_NUMBER: &str = "6f1c1f0e-3a55-4c0b-9a63-4d0d3a5b7c05";

/// Whether a patient's custom fields name only what is defined above and leave nothing empty.
pub fn knows_custom_fields(sent: &Value) -> bool {
    let token = |value: &Value, known: &[&str]| {
        value.get("token").and_then(Value::as_str).is_some_and(|token| known.contains(&token))
    };
    let option = |value: &Value| token(value, &[SOUTHERN_MUTUAL, HARBOUR_FUND]);
    let selected = |value: &Value| value.get("selected") == Some(&Value::Bool(true));
    let field = |field: &Value| {
        let options =
            field.get("options").map_or(Some(&[][..]), |options| options.as_array().map(Vec::as_slice));
        let value =
            field.get("value").is_none_or(|value| value.as_str().is_some_and(|text| !text.is_empty()));
        let known = options.is_some_and(|options| {
            options.iter().all(option) && options.iter().filter(|value| selected(value)).count() <= 1
        });
        token(field, &[FUND, MEMBER_NUMBER]) && value && known
    };
    let each = |value: &Value, key: &str, check: &dyn Fn(&Value) -> bool| {
        value
            .get(key)
            .and_then(Value::as_array)
            .is_some_and(|items| !items.is_empty() && items.iter().all(check))
    };
    each(sent, "sections", &|section| token(section, &[COVER]) && each(section, "fields", &field))
}
