//! A Kaddio that answers what it is told to: schemas and answers that the sandbox does not have.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures::future::BoxFuture;
use serde_json::{Value, json};
use vardbro_ehr::connection::Settings;
use vardbro_ehr::environment::{Clock, Machine};
use vardbro_ehr::wire::stack::{Answer, Request};
use vardbro_ehr::wire::{CallContext, wire_over};
use vardbro_ehr::{Ctx, Ehr, EhrErrorKind, Thing};
use vardbro_kaddio::Kaddio;
use vardbro_model::appointment::{AppointmentQuery, Booking, SlotChoice};
use vardbro_model::id::{AppointmentId, CareUnitId, HealthcareServiceId};
use vardbro_model::time::Window;
use vardbro_model::typed_id::{PatientRef, ResourceRef};

use crate::clinic::{Stopped, connection, context, first, kind};

type Calls = Arc<Mutex<Vec<(String, Value)>>>;

/// A connector, a connection whose calls are answered by operation, and what was asked.
pub struct Script {
    pub kaddio: Kaddio,
    pub ctx: Ctx,
    pub calls: Calls,
}

impl Script {
    pub fn new(settle: impl FnOnce(Settings) -> Settings, answers: &[(&str, u16, Value)]) -> Self {
        let settings = Settings::default().with("url", "https://klinik.kaddio.com/graphql");
        let connection = Arc::new(connection(settle(settings.with_secret("token", "TOPSECRET"))));
        let kaddio = Kaddio::new();
        let profile = kaddio.wire_profile(&connection).unwrap();
        let clock: Arc<dyn Clock> = Arc::new(Stopped::at("2026-11-20T08:00:00Z"));
        let answers =
            answers.iter().map(|(name, status, body)| ((*name).to_owned(), (*status, body.clone())));
        let (answers, calls): (Arc<BTreeMap<_, _>>, Calls) = (Arc::new(answers.collect()), Arc::default());
        let log = Arc::clone(&calls);
        let transport = tower::service_fn(move |request: Request| -> BoxFuture<'static, Answer> {
            let context = request.extensions().get::<CallContext>().unwrap();
            let name = context.endpoint.rsplit(' ').next().unwrap().to_owned();
            let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
            log.lock().unwrap().push((name.clone(), body["variables"].clone()));
            let (status, body) =
                answers.get(&name).cloned().unwrap_or((404, json!({"error": "No such page"})));
            let answer = http::Response::builder().status(status).body(Bytes::from(body.to_string()));
            Box::pin(async move { Ok(answer.unwrap()) })
        });
        let wire = wire_over(transport, &profile, clock.clone(), Arc::new(Machine));
        let ctx = context(&connection, &wire, &clock);
        Self { kaddio, ctx, calls }
    }

    pub fn asked(&self) -> Vec<String> {
        self.calls.lock().unwrap().iter().map(|(name, _)| name.clone()).collect()
    }
}

pub fn catalogue(places: Value) -> Value {
    json!({"data": {
        "organisation": {"id": "org", "name": "Kliniken", "time_zone": null, "phone": "031-123 45 67", "street": "Gatan 1"},
        "care_units": places,
        "resources": [
            {"id": "anna", "first_name": "Anna", "last_name": "Test", "slug": "anna_test", "care_unit_ids": ["p1"],
             "healthcare_service_ids": ["visit"]},
            {"id": "bo", "first_name": "Bo", "last_name": "Test", "slug": "bo_test", "care_unit_ids": ["p1", "p2"],
             "healthcare_service_ids": ["visit"]},
        ],
        "healthcare_services": [{"id": "visit", "name": "Besök", "slug": "besok", "duration_minutes": 60}],
    }})
}

fn two_places() -> Value {
    json!([{"id": "p1", "name": "Ett"}, {"id": "p2", "name": "Två"}])
}

pub fn unit(id: &str) -> CareUnitId {
    CareUnitId::parse(id).unwrap()
}

fn window() -> Window {
    Window { start: "2026-12-01T00:00:00Z".parse().unwrap(), end: "2026-12-02T00:00:00Z".parse().unwrap() }
}

fn free(host: &str, place: Value) -> Value {
    json!({"start": "2026-12-01T08:00:00.000Z", "end": "2026-12-01T09:00:00.000Z", "resource_id": host,
           "healthcare_service_id": "visit", "care_unit_id": place})
}

fn booking(id: &str, place: Value) -> Value {
    json!({"id": id, "care_unit_id": place, "resource_id": "bo", "patient_id": "c", "healthcare_service_id": "visit",
           "start": "2026-12-01T08:00:00.000Z", "end": "2026-12-01T09:00:00.000Z", "comment": null, "status": "BOOKED"})
}

#[tokio::test]
async fn an_organisation_without_places_is_itself_the_care_unit() {
    let script = Script::new(
        |settings| settings,
        &[
            ("catalogue", 200, catalogue(json!([]))),
            ("free_times", 200, json!({"data": {"timeslots": [free("bo", json!("p9"))]}})),
            ("booking", 200, json!({"data": {"appointment": booking("b", json!("p9"))}})),
        ],
    );
    let (kaddio, ctx, unit) = (&script.kaddio, &script.ctx, unit("org"));
    let units = kaddio.care_units(ctx).await.unwrap();
    assert_eq!(
        (units.len(), units[0].name.as_str(), units[0].time_zone.as_str()),
        (1, "Kliniken", "Europe/Stockholm")
    );
    assert_eq!(units[0].phone.as_deref(), Some("+46311234567"));
    assert_eq!(kaddio.resources(ctx, &unit, None).await.unwrap().len(), 2);
    assert_eq!(kaddio.timeslots(ctx, &unit, window(), None, None).await.unwrap().len(), 1);
    let id = AppointmentId::parse("b").unwrap();
    assert_eq!(kaddio.appointment(ctx, &unit, &id).await.unwrap().care_unit_id, unit);
    assert_eq!(script.calls.lock().unwrap()[1].1.get("care_unit_id"), None, "no place is asked about");
}

#[tokio::test]
async fn what_is_of_another_place_is_left_out_whatever_the_server_answers() {
    let slots = json!([free("bo", json!("p1")), free("anna", json!("p2")), free("nobody", json!("p1"))]);
    let script = Script::new(
        |settings| settings,
        &[
            ("catalogue", 200, catalogue(two_places())),
            ("free_times", 200, json!({"data": {"timeslots": slots}})),
            (
                "bookings",
                200,
                json!({"data": {"appointments": [booking("b1", json!("p1")), booking("b2", json!("p2"))]}}),
            ),
            ("booking", 200, json!({"data": {"appointment": booking("b2", json!("p2"))}})),
        ],
    );
    let (kaddio, ctx, here) = (&script.kaddio, &script.ctx, unit("p1"));
    let slots = kaddio.timeslots(ctx, &here, window(), None, None).await.unwrap();
    assert_eq!((slots.len(), slots[0].resource_id.as_str()), (1, "bo"));
    let listed = kaddio.appointments(ctx, &here, AppointmentQuery::default(), first(10)).await.unwrap();
    assert_eq!((listed.items.len(), listed.items[0].emr_id.as_str()), (1, "b1"));
    let id = AppointmentId::parse("b2").unwrap();
    assert_eq!(kind(kaddio.appointment(ctx, &here, &id).await), EhrErrorKind::NotFound(Thing::Appointment));
    assert_eq!(kaddio.appointment(ctx, &unit("p2"), &id).await.unwrap().emr_id, "b2");
}

#[tokio::test]
async fn of_several_places_one_that_is_not_told_is_not_guessed() {
    let script = Script::new(
        |settings| settings,
        &[
            ("catalogue", 200, catalogue(two_places())),
            ("booking", 200, json!({"data": {"appointment": booking("b", Value::Null)}})),
        ],
    );
    let id = AppointmentId::parse("b").unwrap();
    let read = script.kaddio.appointment(&script.ctx, &unit("p1"), &id).await;
    assert_eq!(kind(read), EhrErrorKind::NotFound(Thing::Appointment));
}

#[tokio::test]
async fn the_public_list_leaves_out_who_works_at_several_places() {
    let listed = json!({"besok": [{"start": "2026-12-01T08:00:00.000Z", "reserveLink": "x"}], "okand": [{"start": "2026-12-01T08:00:00.000Z"}]});
    let script = Script::new(
        |settings| settings.with("free_times", "rest"),
        &[("catalogue", 200, catalogue(two_places())), ("/api/all-suggestions-ever/{query}", 200, listed)],
    );
    let slots = script.kaddio.timeslots(&script.ctx, &unit("p1"), window(), None, None).await.unwrap();
    assert_eq!((slots.len(), slots[0].resource_id.as_str()), (1, "anna"));
    assert_eq!(slots[0].end.to_string(), "2026-12-01T10:00:00+01:00");
    assert_eq!(script.asked().len(), 2);
}

#[tokio::test]
async fn an_answer_that_lacks_something_is_told_by_operation_and_place_without_a_value() {
    let mut slot = free("bo", json!("p1"));
    slot["end"] = json!("Secretname");
    let script = Script::new(
        |settings| settings,
        &[
            ("catalogue", 200, catalogue(two_places())),
            ("free_times", 200, json!({"data": {"timeslots": [slot]}})),
            (
                "client",
                200,
                json!({"data": {"patient": {"id": "c", "first_name": 5, "last_name": "Secretname"}}}),
            ),
            ("bookings", 200, json!({"data": {}})),
        ],
    );
    let (kaddio, ctx, here) = (&script.kaddio, &script.ctx, unit("p1"));
    let slots = kaddio.timeslots(ctx, &here, window(), None, None).await.unwrap_err();
    assert!(
        slots.detail.contains("free_times") && slots.detail.contains("timeslots[0].end"),
        "{}",
        slots.detail
    );
    let patient = PatientRef::parse("c", jiff::civil::date(2026, 11, 20)).unwrap();
    let client = kaddio.patient(ctx, &here, &patient).await.unwrap_err();
    assert!(client.detail.contains("patient.first_name"), "{}", client.detail);
    let list = kaddio.appointments(ctx, &here, AppointmentQuery::default(), first(10)).await.unwrap_err();
    for error in [slots, client, list] {
        assert_eq!(error.kind, EhrErrorKind::Failed);
        assert!(!format!("{error:?}").contains("Secretname"), "{error:?}");
    }
}

#[tokio::test]
async fn errors_in_an_answer_of_200_are_errors_though_there_is_data() {
    let partly = json!({"data": {"appointments": []}, "errors": [{"message": "Inte behörig, TOPSECRET"}]});
    let script = Script::new(
        |settings| settings,
        &[("catalogue", 200, catalogue(two_places())), ("bookings", 200, partly)],
    );
    let query = AppointmentQuery::default();
    let error = script.kaddio.appointments(&script.ctx, &unit("p1"), query, first(10)).await.unwrap_err();
    assert_eq!(error.kind, EhrErrorKind::Failed);
    assert_eq!(error.emr_error.as_deref(), Some("Inte behörig, ***"));
}

/// What becomes of a booking whose question and whose mutation are answered with these statuses, and how often each was sent.
async fn booked_amid(questions: u16, mutation: u16) -> (EhrErrorKind, usize, usize) {
    let slots = json!({"data": {"timeslots": [free("bo", json!("p1"))]}});
    let client = json!({"id": "c", "first_name": null, "last_name": null, "personal_number": null, "email": null,
                        "phone": null, "street": null, "postal_code": null, "city": null});
    let script = Script::new(
        |settings| settings,
        &[
            ("catalogue", 200, catalogue(two_places())),
            ("free_times", 200, slots),
            ("client", 200, json!({"data": {"patient": client}})),
            ("bookings", questions, json!({})),
            ("create_booking", mutation, json!({})),
        ],
    );
    let slot = SlotChoice {
        window: Window {
            start: "2026-12-01T08:00:00Z".parse().unwrap(),
            end: "2026-12-01T09:00:00Z".parse().unwrap(),
        },
        resource: Some(ResourceRef::Id(vardbro_model::id::ResourceId::parse("bo").unwrap())),
        healthcare_service: Some(HealthcareServiceId::parse("visit").unwrap()),
    };
    let patient = PatientRef::parse("c", jiff::civil::date(2026, 11, 20)).unwrap();
    let booking = Booking { slot, patient, comment: None };
    let error = script.kaddio.book(&script.ctx, &unit("p1"), booking).await.unwrap_err();
    let count = |name: &str| script.asked().iter().filter(|asked| *asked == name).count();
    (error.kind, count("bookings"), count("create_booking"))
}

#[tokio::test(start_paused = true)]
async fn a_query_is_repeated_three_times_and_a_mutation_is_not() {
    for (status, becomes) in [
        (502, EhrErrorKind::OutcomeUnknown),
        (504, EhrErrorKind::OutcomeUnknown),
        (503, EhrErrorKind::Failed),
        (429, EhrErrorKind::RateLimited),
    ] {
        assert_eq!(booked_amid(status, status).await, (becomes, 4, 1), "{status}");
    }
}

#[tokio::test]
async fn an_answer_without_what_was_asked_for_is_not_taken_for_nothing() {
    let empty = json!({"data": {}});
    let script = Script::new(
        |settings| settings,
        &[
            ("catalogue", 200, catalogue(two_places())),
            ("client", 200, empty.clone()),
            ("booking", 200, empty),
        ],
    );
    let patient = PatientRef::parse("c", jiff::civil::date(2026, 11, 20)).unwrap();
    let (kaddio, ctx, here) = (&script.kaddio, &script.ctx, unit("p1"));
    assert_eq!(kind(kaddio.patient(ctx, &here, &patient).await), EhrErrorKind::Failed);
    let id = AppointmentId::parse("b").unwrap();
    assert_eq!(kind(kaddio.appointment(ctx, &here, &id).await), EhrErrorKind::Failed);
}

#[tokio::test]
async fn what_bears_another_id_is_not_what_was_asked_for() {
    let other = json!({"data": {"appointment": booking("other", json!("p1"))}});
    let script = Script::new(
        |settings| settings,
        &[("catalogue", 200, catalogue(two_places())), ("booking", 200, other)],
    );
    let id = AppointmentId::parse("b").unwrap();
    let read = script.kaddio.appointment(&script.ctx, &unit("p1"), &id).await;
    assert_eq!(kind(read), EhrErrorKind::NotFound(Thing::Appointment));
}

#[tokio::test]
async fn starts_finer_than_a_millisecond_do_not_repeat_on_the_next_page() {
    let row = |id: &str| {
        let mut row = booking(id, json!("p1"));
        row["start"] = json!("2026-12-01T08:00:00.000123Z");
        row
    };
    let rows = json!({"data": {"appointments": [row("a"), row("b")]}});
    let script = Script::new(
        |settings| settings,
        &[("catalogue", 200, catalogue(two_places())), ("bookings", 200, rows)],
    );
    let (mut page, mut seen) = (first(1), Vec::new());
    for _ in 0..3 {
        let query = AppointmentQuery::default();
        let found = script.kaddio.appointments(&script.ctx, &unit("p1"), query, page.clone()).await.unwrap();
        seen.extend(found.items.into_iter().map(|item| item.emr_id));
        page.cursor = found.next;
        if page.cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, ["a", "b"]);
}

#[tokio::test]
async fn a_document_without_an_offset_answers_the_whole_list() {
    let own = "query Mine($patient_id: ID, $from: DateTime, $to: DateTime) {
        appointments: bokningar(k: $patient_id, f: $from, t: $to) {
            id care_unit_id: p resource_id: h patient_id: k healthcare_service_id: t start end status } }";
    let rows: Vec<_> = (0..200).map(|number| booking(&format!("b{number}"), json!("p1"))).collect();
    let script = Script::new(
        |settings| settings.with("operation_bookings", own),
        &[
            ("catalogue", 200, catalogue(two_places())),
            ("bookings", 200, json!({"data": {"appointments": rows}})),
        ],
    );
    let query = AppointmentQuery::default();
    let page = script.kaddio.appointments(&script.ctx, &unit("p1"), query, first(500)).await.unwrap();
    assert_eq!(page.items.len(), 200);
    assert_eq!(script.asked().len(), 2);
    assert_eq!(script.calls.lock().unwrap()[1].1, json!({}), "only what it takes is given");
}

#[tokio::test]
async fn pages_without_end_are_given_up() {
    let rows: Vec<_> = (0..200).map(|number| booking(&format!("b{number}"), json!("p1"))).collect();
    let script = Script::new(
        |settings| settings,
        &[
            ("catalogue", 200, catalogue(two_places())),
            ("bookings", 200, json!({"data": {"appointments": rows}})),
        ],
    );
    let query = AppointmentQuery::default();
    let error = script.kaddio.appointments(&script.ctx, &unit("p1"), query, first(500)).await.unwrap_err();
    assert_eq!(error.kind, EhrErrorKind::Failed);
    assert_eq!(script.asked().len(), 3);
}
