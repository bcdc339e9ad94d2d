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
        account.insert("first_name".to_owned(), json!(owner.first_name));
        account.insert("last_name".to_owned(), json!(owner.last_name));
        let admin =
            json!({"email": owner.email, "first_name": owner.first_name, "last_name": owner.last_name});
        account.insert("admin".to_owned(), admin);
    }
    if let Some(online) = settings.pointer_mut("/online_bookings").and_then(Value::as_object_mut) {
        online.insert("adroll".to_owned(), json!({"advertiser_id": null, "pixel_id": null}));
        online.insert("google_analytics".to_owned(), json!({"tracking_id": null}));
        online.insert("google_tag_manager".to_owned(), json!({"container_id": null}));
    }
    if let Some(integrations) = settings.pointer_mut("/integrations").and_then(Value::as_object_mut) {
        integrations.insert("medipass".to_owned(), json!({"enabled": false}));
    }
    if let Some(privacy) = settings.pointer_mut("/patient_privacy").and_then(Value::as_object_mut) {
        for setting in [
            "anonymise_appointments_on_deletion",
            "anonymise_booking_notifications",
            "anonymise_invoices_and_payments_on_deletion",
            "baa_requested",
        ] {
            privacy.insert(setting.to_owned(), false.into());
        }
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
            "privacy_policy_url": null,
            "allow_online_bookings_time_zone_choice": false,
            "booking_reservation_minutes": 10,
            "disabled_title": null,
            "disabled_text": null,
            "notice_enabled": false,
            "notice_title": null,
            "notice_text": null,
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
                        {"name": "Southern Mutual", "token": SOUTHERN_MUTUAL, "archived": false},
                        {"name": "Harbour Fund", "token": HARBOUR_FUND, "archived": false},
                    ],
                    "other": {"enabled": true, "archived": false},
                },
                {"name": "Member number", "token": MEMBER_NUMBER, "type": "text", "archived": false},
            ],
        }]},
        "reminders": {"default_reminder_type": "SMS & Email"},
        "terminology": {"patient": "patient", "titles": ["Dr", "Mr", "Mrs", "Ms", "Mx"]},
        "documents_and_printing": {"logo_height": 100, "logo_url": null},
        "integrations": {
            "mail_chimp": {"enabled": false},
            "xero": {"enabled": false},
        },
        "online_payments": {"activated": false},
        "patient_privacy": {
            "browser_title_name_format": "full_name",
            "ical_patient_name_option": "initials",
            "prevent_sending_financial_data_by_email": false,
            "requires_hipaa_compliance": false,
        },
        "sms": {
            "alphanumeric_source_number_required": false,
            "default_alphanumeric_source_number": "HarbourHlth",
            "max_message_length": null,
            "number_of_usable_characters_per_message": 160,
            "replies_supported": true,
        },
        "wait_list": {"default_wait_list_expiry_period": 30},
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
