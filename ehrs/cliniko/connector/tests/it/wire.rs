//! Each native endpoint against the examples of Cliniko's documents, typed anew.

use http::HeaderValue;
use jiff::Timestamp;
use jiff::civil::date;
use serde_json::{Value, json};
use url::Url;
use vardbro_cliniko::wire::individual_appointments::{NewIndividualAppointment, Patch, Place};
use vardbro_cliniko::wire::patients::{NewPhoneNumber, PatientFields};
use vardbro_cliniko::wire::treatment_notes::{Content, NewTreatmentNote, Question, Section};
use vardbro_cliniko::wire::{
    Api, Filters, Id, Native, attachments, availability, bookings, individual_appointments, offer, patients,
    people, schedule, treatment_notes,
};
use vardbro_ehr::wire::Safety;

const BASE: &str = "https://api.au1.cliniko.com/v1";

fn api() -> Api {
    let mut authorization = HeaderValue::from_static("Basic a2V5LWF1MTo=");
    authorization.set_sensitive(true);
    Api::new(Url::parse(BASE).unwrap(), authorization, HeaderValue::from_static("Vardbro (ops@example.com)"))
}

fn id(text: &str) -> Id {
    Id::parse(text).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Method, address below the base with its query decoded, and body.
fn sent<T>(native: &Native<T>) -> (String, Value) {
    let request = &native.call.request;
    let url = request.uri().to_string();
    assert_eq!(request.headers()["accept"], "application/json");
    assert_eq!(request.headers()["authorization"], "Basic a2V5LWF1MTo=");
    assert_eq!(request.headers()["user-agent"], "Vardbro (ops@example.com)");
    let body =
        if request.body().is_empty() { Value::Null } else { serde_json::from_slice(request.body()).unwrap() };
    assert_eq!(request.headers().get("content-type").is_some(), !body.is_null());
    assert_eq!(native.call.safety == Safety::Read, request.method() == "GET");
    let parsed = Url::parse(&url).unwrap();
    let query: Vec<String> = parsed.query_pairs().map(|(name, value)| format!("{name}={value}")).collect();
    let mut shown = format!("{} {}", request.method(), parsed.path().strip_prefix("/v1").unwrap());
    for part in query {
        shown.push(' ');
        shown.push_str(&part);
    }
    (shown, body)
}

fn read<T>(native: Native<T>, body: Value) -> T {
    let (_, read) = native.into_parts();
    read(body.to_string().as_bytes()).unwrap_or_else(|at| panic!("unreadable at {}", at.path))
}

fn link(path: &str) -> Value {
    json!({"links": {"self": format!("{BASE}{path}")}})
}

#[test]
fn who_offers_what_where() {
    let api = api();
    assert_eq!(sent(&offer::businesses(&api)).0, "GET /businesses per_page=100");
    assert_eq!(
        sent(&offer::practitioners_of_business(&api, id("3"))).0,
        "GET /businesses/3/practitioners per_page=100"
    );
    assert_eq!(
        sent(&offer::practitioner_of_user(&api, id("9"))).0,
        "GET /practitioners q[]=user_id:=9 per_page=100"
    );
    assert_eq!(sent(&offer::appointment_types(&api)).0, "GET /appointment_types per_page=100");
    assert_eq!(
        sent(&offer::services_of_business(&api, id("3"))).0,
        "GET /businesses/3/services per_page=100"
    );
    let list = read(
        offer::services_of_business(&api, id("3")),
        json!({
            "services": [{
                "practitioners": [link("/practitioners/1"), link("/practitioners/2")],
                "appointment_type": link("/appointment_types/456"),
                "business": link("/businesses/123"),
            }],
            "total_entries": 1,
            "links": {"self": format!("{BASE}/services?page=1")},
        }),
    );
    let service = &list.rows[0];
    assert_eq!((service.appointment_type.id(), service.business.id()), (Some(id("456")), Some(id("123"))));
    assert_eq!(service.practitioners.iter().filter_map(|link| link.id()).count(), 2);
    assert_eq!(list.next_query, None);
}

#[test]
fn the_keys_owner_and_the_public_settings() {
    let api = api();
    assert_eq!(sent(&people::user(&api)).0, "GET /user");
    let user =
        read(people::user(&api), json!({"id": "9007199254740993", "role": "practitioner", "email": "x"}));
    assert_eq!(user.id.to_string(), "9007199254740993");
    assert_eq!(sent(&people::public_settings(&api)).0, "GET /settings/public");
    let settings = read(
        people::public_settings(&api),
        json!({"account": {"country_code": "AU", "time_zone_support": true}, "online_bookings": {"allow_bookings_days_in_advance": 28}}),
    );
    assert_eq!(settings.account.unwrap().time_zone, None);
}

#[test]
fn available_times() {
    let api = api();
    let native = || {
        availability::available_times(&api, id("1"), id("2"), id("3"), date(2026, 11, 20), date(2026, 11, 26))
    };
    assert_eq!(
        sent(&native()).0,
        "GET /businesses/1/practitioners/2/appointment_types/3/available_times from=2026-11-20 to=2026-11-26 per_page=100"
    );
    let list = read(
        native(),
        json!({
            "available_times": [{"appointment_start": "2013-05-21T08:45:00Z"}],
            "total_entries": 1,
            "links": {"self": "x", "next": format!("{BASE}/businesses/1?page=2&from=2026-11-20")},
        }),
    );
    assert_eq!(list.rows[0].appointment_start, at("2013-05-21T08:45:00Z"));
    assert_eq!(list.next_query.as_deref(), Some("page=2&from=2026-11-20"));
}

fn example() -> Value {
    json!({
        "id": "1390726237298631770", "starts_at": "2026-04-02T14:45:00Z", "ends_at": "2026-04-02T15:30:00Z",
        "patient_name": "Pat Test", "cancelled_at": null, "cancellation_reason": null,
        "cancellation_reason_description": "", "did_not_arrive": false, "patient_arrived": false, "notes": null,
        "repeat_rule": {}, "repeats": null, "archived_at": null, "deleted_at": null, "invoice_status": null,
        "created_at": "2026-04-01T00:00:00Z", "updated_at": "2026-04-01T00:00:00Z",
        "patient": link("/patients/1390710863102485699"), "practitioner": link("/practitioners/2"),
        "business": link("/businesses/3"), "appointment_type": link("/appointment_types/4"),
        "conflicts": link("/individual_appointments/1390726237298631770/conflicts"),
        "links": {"self": format!("{BASE}/individual_appointments/1390726237298631770")},
    })
}

#[test]
fn individual_appointments_are_read() {
    let api = api();
    let native = || individual_appointments::get(&api, id("7"));
    assert_eq!(sent(&native()).0, "GET /individual_appointments/7 q[]=cancelled_at:*");
    assert!(native().call.request.uri().to_string().ends_with("?q%5B%5D=cancelled_at%3A*"));
    let appointment = read(native(), example());
    assert_eq!(appointment.patient.id(), Some(id("1390710863102485699")));
    assert_eq!(appointment.ends_at, at("2026-04-02T15:30:00Z"));

    let filters = Filters::default()
        .is("business_id", id("3"))
        .from("starts_at", at("2026-04-02T14:45:00.9Z"))
        .before("starts_at", at("2026-04-03T00:00:00Z"))
        .is_set("cancelled_at");
    assert_eq!(
        sent(&individual_appointments::list(&api, &filters)).0,
        "GET /individual_appointments q[]=business_id:=3 q[]=starts_at:>=2026-04-02T14:45:00Z \
         q[]=starts_at:<2026-04-03T00:00:00Z q[]=cancelled_at:? sort=starts_at per_page=100"
    );
    assert_eq!(
        sent(&bookings::list(
            &api,
            &Filters::default().is("practitioner_id", id("2")).after("ends_at", at("2026-04-02T14:45:00Z"))
        ))
        .0,
        "GET /bookings q[]=practitioner_id:=2 q[]=ends_at:>2026-04-02T14:45:00Z per_page=100"
    );
}

#[test]
fn individual_appointments_are_written() {
    let api = api();
    let new = NewIndividualAppointment {
        starts_at: at("2026-07-21T03:45:00Z"),
        ends_at: at("2026-07-21T04:15:00Z"),
        patient_id: id("1"),
        practitioner_id: id("2"),
        appointment_type_id: id("3"),
        business_id: id("4"),
        notes: None,
    };
    let create = individual_appointments::create(&api, &new);
    assert_eq!(create.call.safety, Safety::Once);
    assert_eq!(
        sent(&create),
        (
            "POST /individual_appointments".into(),
            json!({"starts_at": "2026-07-21T03:45:00Z", "ends_at": "2026-07-21T04:15:00Z", "patient_id": "1",
                   "practitioner_id": "2", "appointment_type_id": "3", "business_id": "4"})
        )
    );
    let place = Place { starts_at: new.starts_at, ends_at: new.ends_at, practitioner_id: Some(id("5")) };
    let patch = |patch: Patch<'_>| sent(&individual_appointments::update(&api, id("7"), &patch));
    assert_eq!(
        patch(Patch { place: Some(place), notes: None }),
        (
            "PATCH /individual_appointments/7".into(),
            json!({"starts_at": "2026-07-21T03:45:00Z", "ends_at": "2026-07-21T04:15:00Z", "practitioner_id": "5"})
        )
    );
    assert_eq!(patch(Patch { place: None, notes: Some(None) }).1, json!({"notes": null}));
    assert_eq!(
        sent(&individual_appointments::cancel(&api, id("7"), Some("Ill"))),
        (
            "PATCH /individual_appointments/7/cancel".into(),
            json!({"cancellation_reason": 50, "cancellation_note": "Ill"})
        )
    );
    assert_eq!(
        sent(&individual_appointments::archive(&api, id("7"))).0,
        "POST /individual_appointments/7/archive"
    );
    let conflicts = individual_appointments::conflicts(&api, id("7"));
    assert_eq!(sent(&conflicts).0, "GET /individual_appointments/7/conflicts");
    assert!(read(conflicts, json!({"conflicts": {"exist": true}})).conflicts.exist);
}

#[test]
fn patients() {
    let api = api();
    let fields = PatientFields {
        first_name: Some("Ann".into()),
        last_name: Some("Lee".into()),
        date_of_birth: Some(Some(date(1990, 2, 3))),
        email: Some(Some("ann@example.com".into())),
        sex: Some(Some("Female")),
        patient_phone_numbers: Some(vec![NewPhoneNumber {
            phone_type: "Mobile".into(),
            number: "0400000000".into(),
        }]),
        ..PatientFields::default()
    };
    assert_eq!(
        sent(&patients::create(&api, &fields)),
        (
            "POST /patients".into(),
            json!({"first_name": "Ann", "last_name": "Lee", "date_of_birth": "1990-02-03", "sex": "Female",
                   "email": "ann@example.com",
                   "patient_phone_numbers": [{"phone_type": "Mobile", "number": "0400000000"}]})
        )
    );
    let emptied = PatientFields { city: Some(None), ..PatientFields::default() };
    assert_eq!(
        sent(&patients::update(&api, id("82"), &emptied)),
        ("PATCH /patients/82".into(), json!({"city": null}))
    );
    let patient = read(
        patients::get(&api, id("82")),
        json!({"id": "837047015488620153", "first_name": "Ann", "last_name": "Lee", "label": "Ann Lee",
               "date_of_birth": "1990-02-03", "archived_at": null,
               "patient_phone_numbers": [{"phone_type": "Mobile", "number": "0400000000", "normalized_number": "61400000000"}],
               "created_at": "2020-01-01T00:00:00Z", "links": {"self": format!("{BASE}/patients/837047015488620153")}}),
    );
    assert!(patient.is_live());
    assert_eq!(patient.patient_phone_numbers.unwrap()[0].normalized_number.as_deref(), Some("61400000000"));
    let filters = Filters::default().contains("last_name", "O'Brian & Söner");
    assert_eq!(
        sent(&patients::list(&api, &filters)).0,
        "GET /patients q[]=last_name:~O'Brian & Söner sort=created_at per_page=100"
    );
}

#[test]
fn treatment_notes() {
    let api = api();
    let content = Content {
        sections: vec![Section {
            name: Some("S1".into()),
            description: None,
            questions: vec![Question {
                name: "Progress".into(),
                kind: "paragraph".into(),
                answer: Some("<p>ok</p>".into()),
                answers: vec![],
                other: None,
            }],
        }],
    };
    let new = NewTreatmentNote {
        patient_id: id("123"),
        booking_id: Some(id("987")),
        treatment_note_template_id: id("789"),
        title: "Standard Consultation",
        draft: true,
        content: &content,
    };
    assert_eq!(
        sent(&treatment_notes::create(&api, &new)),
        (
            "POST /treatment_notes".into(),
            json!({"patient_id": "123", "booking_id": "987", "treatment_note_template_id": "789",
                   "title": "Standard Consultation", "draft": true,
                   "content": {"sections": [{"name": "S1", "questions": [
                       {"name": "Progress", "type": "paragraph", "answer": "<p>ok</p>"}]}]}})
        )
    );
    assert_eq!(
        sent(&treatment_notes::list(&api, &Filters::default().is("patient_id", id("1")))).0,
        "GET /treatment_notes q[]=patient_id:=1 sort=created_at:desc per_page=100"
    );
    let note = read(
        treatment_notes::get(&api, id("5")),
        json!({"id": "5", "title": "T", "draft": false, "content": {"sections": [{"name": "S1", "description": "…", "questions": [
            {"name": "Side", "type": "radiobuttons", "answers": [{"value": "L"}, {"value": "R", "selected": true}]},
            {"name": "Tests", "type": "checkboxes", "answers": [{"value": "A", "selected": true}],
             "other": {"enabled": true, "selected": true, "value": "x"}},
            {"name": "Map", "type": "bodycharts", "body_chart_ids": ["1"]}]}]}, "patient": link("/patients/1")}),
    );
    assert_eq!(note.content.unwrap().sections[0].questions.len(), 3);
    assert!(read(treatment_notes::get(&api, id("5")), json!({"id": "5", "content": null})).content.is_none());
}

#[test]
fn attachments() {
    let api = api();
    let ticket = attachments::presigned_post(&api, id("1"));
    assert_eq!(sent(&ticket).0, "GET /patients/1/attachment_presigned_post");
    let new = attachments::NewPatientAttachment {
        patient_id: id("1"),
        upload_url: "https://bucket.example/a/temp/r/document.pdf",
        description: Some("Referral"),
        filename: "document.pdf",
    };
    assert_eq!(
        sent(&attachments::create(&api, &new)),
        (
            "POST /patient_attachments".into(),
            json!({"patient_id": "1", "upload_url": "https://bucket.example/a/temp/r/document.pdf",
                   "description": "Referral", "filename": "document.pdf"})
        )
    );
    let row = |content: Value| {
        read(
            attachments::get(&api, id("5")),
            json!({"id": "5", "processing_completed": false, "filename": null, "size": null, "content": content,
                   "patient": link("/patients/1"), "user": link("/users/2")}),
        )
    };
    assert!(!row(Value::Null).is_processed());
    let own = attachments::content(&api, &row(link("/patient_attachments/5/content")));
    assert_eq!(sent(&own).0, "GET /patient_attachments/5/content");
    assert_eq!(sent(&attachments::content(&api, &row(Value::Null))).0, "GET /patient_attachments/5/content");
    let elsewhere = attachments::content(&api, &row(json!({"links": {"self": "https://bucket.example/x"}})));
    assert!(elsewhere.call.request.headers().get("authorization").is_none());
}

#[test]
fn schedules() {
    let api = api();
    let new = schedule::NewBlock {
        business_id: id("1"),
        practitioner_id: id("2"),
        starts_at: at("2026-07-21T03:45:00Z"),
        ends_at: at("2026-07-21T04:15:00Z"),
        notes: Some("Lunch"),
    };
    let body = json!({"business_id": "1", "practitioner_id": "2", "starts_at": "2026-07-21T03:45:00Z",
                      "ends_at": "2026-07-21T04:15:00Z", "notes": "Lunch"});
    assert_eq!(
        sent(&schedule::create_unavailable_block(&api, &new)),
        ("POST /unavailable_blocks".into(), body)
    );
    assert_eq!(sent(&schedule::create_availability_block(&api, &new)).0, "POST /availability_blocks");
    let filters = Filters::default().is("business_id", id("1"));
    let daily = schedule::daily_availabilities(&api, &filters);
    assert_eq!(sent(&daily).0, "GET /daily_availabilities q[]=business_id:=1 per_page=100");
    let list = read(
        daily,
        json!({"daily_availabilities": [{"id": 15, "availabilities": [{"starts_at": "09:00", "ends_at": "13:00"}],
               "day_of_week": 7, "business": link("/businesses/3"), "practitioner": link("/practitioners/1")}],
               "total_entries": 1, "links": {"self": "x"}}),
    );
    assert_eq!((list.rows[0].day_of_week, list.rows[0].availabilities[0].ends_at.as_str()), (7, "13:00"));
    assert_eq!(
        sent(&schedule::availability_blocks(&api, &filters)).0,
        "GET /availability_blocks q[]=business_id:=1 per_page=100"
    );
    assert_eq!(
        sent(&schedule::unavailable_blocks(&api, &filters)).0,
        "GET /unavailable_blocks q[]=business_id:=1 per_page=100"
    );
}
