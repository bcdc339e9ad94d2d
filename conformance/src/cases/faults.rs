//! What becomes of a request when the EHR fails.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use vardbro_model::capabilities::Operation;

use crate::case::Need::Can;
use crate::case::cases;
use crate::client::Answer;
use crate::clinic::{Clinic, Slot, instant, text};
use crate::subject::Subject;

const BOOK: Operation = Operation::BookAppointment;

cases! {
    "an EHR that is down is an EMR_ERROR, and nothing when it is up again" [Can(Operation::ListAppointments)] => down,
    "an EHR that fails now and then is asked again, or told to fail" [Can(Operation::ListAppointments)] => now_and_then,
    "a booking while the EHR is down books nothing" [Can(BOOK)] => booking_while_down,
    "a booking whose answer was lost is never made twice" [Can(BOOK)] => booking_with_lost_answers,
    "a cancel whose answer was lost is told as unknown, or done" [Can(BOOK), Can(Operation::CancelAppointment)] => cancel_with_lost_answers,
    "a move whose answer was lost leaves one booking" [Can(BOOK), Can(Operation::MoveAppointment)] => move_with_lost_answers,
    "a patient whose answer was lost is created at most once" [Can(Operation::CreatePatient)] => patient_with_lost_answers,
    "a note whose answer was lost is written at most once" [Can(Operation::CreateNote)] => note_with_lost_answers,
    "an EHR that refuses our credentials is an EMR_ERROR that does not tell them" [Can(Operation::ListAppointments)] => wrong_credentials,
    "an EHR that cannot be reached is told as its failure" [Can(Operation::ListAppointments)] => unreachable_ehr,
    "a quota that is used up is told with the time to wait" [Can(Operation::ListAppointments)] => quota,
    "a slow EHR is waited for" [Can(Operation::ListAppointments)] => slow,
    "a client that goes away does not stop a booking half-way" [Can(BOOK)] => client_goes_away,
}

/// Checks that a failure is one that the API knows for an EHR that fails, and told without the inside.
#[track_caller]
fn is_the_ehrs_failure(answer: &Answer, subject: &Subject) {
    let problem = answer.json();
    let code = problem["code"].as_str().expect("a code");
    let known =
        [(502, "EMR_ERROR"), (503, "SERVICE_UNAVAILABLE"), (504, "EMR_TIMEOUT"), (504, "OUTCOME_UNKNOWN")];
    assert!(known.contains(&(answer.status, code)), "{answer}");
    answer.problem(answer.status, code);
    if answer.status == 503 {
        assert!(answer.header("retry-after").is_some(), "{answer}");
    }
    let text = problem.to_string();
    assert!(!subject.sandbox.credentials.values().any(|secret| text.contains(secret)), "{answer}");
    assert!(!text.contains("127.0.0.1"), "{answer}");
}

async fn down(subject: &Subject) {
    let clinic = subject.clinic().await;
    subject.faults(json!({"error_rate": 1}));
    clinic.get("/appointments").await.problem(502, "EMR_ERROR");
    clinic.get("/appointments/1").await.problem(502, "EMR_ERROR");
    subject.no_faults();
    assert!(!clinic.get("/appointments").await.list().is_empty());
}

async fn now_and_then(subject: &Subject) {
    let clinic = subject.clinic().await;
    let expected = clinic.get("/appointments").await.list();
    let mut served = 0;
    for seed in 0..6 {
        subject.faults(json!({"seed": seed, "error_rate": 0.15, "lose_response_rate": 0.15}));
        let answer = clinic.get("/appointments").await;
        if answer.status == 200 {
            assert_eq!(answer.list(), expected);
            served += 1;
        } else {
            is_the_ehrs_failure(&answer, subject);
        }
    }
    assert!(served >= 2, "{served} of 6");
}

async fn booking_while_down(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (slot, patient) = (clinic.slots().await.remove(0), clinic.patient().await);
    let live = subject.live();
    subject.faults(json!({"error_rate": 1}));
    clinic.post("/appointments", &slot.booking(&patient)).await.problem(502, "EMR_ERROR");
    subject.no_faults();
    assert_eq!(subject.live(), live);
    clinic.book(&slot, &patient).await;
}

/// Bookings that really stand in the calendar of the slot's resource at its time.
fn live_at(subject: &Subject, slot: &Slot) -> usize {
    let (start, end) = (instant(&slot.start), instant(&slot.end));
    let at_it = |one: &&vardbro_sandbox_kit::AppointmentState| {
        one.start < end && start < one.end && slot.resource_id.contains(&one.resource_id)
    };
    subject.live().iter().filter(at_it).count()
}

/// Calls that asked the EHR for a booking.
fn bookings_sent(subject: &Subject) -> u64 {
    let books =
        |name: &str| name == BOOK.as_str() || name.starts_with("POST ") && name.ends_with("appointments");
    subject.sandbox.controls.calls().iter().filter(|(name, _)| books(name)).map(|(_, count)| count).sum()
}

async fn booking_with_lost_answers(subject: &Subject) {
    let clinic = subject.clinic().await;
    let patient = clinic.patient().await;
    let mut unknown = 0;
    // Enough that not only the answers to what follows a booking were lost, but also those to the booking itself.
    const ENOUGH: usize = 4;
    for (seed, slot) in clinic.slots().await.iter().take(16).enumerate() {
        if unknown == ENOUGH {
            break;
        }
        assert_eq!(live_at(subject, slot), 0);
        let sent = bookings_sent(subject);
        subject.faults(json!({"seed": seed, "lose_response_rate": 0.6}));
        let answer = clinic.post("/appointments", &slot.booking(&patient)).await;
        subject.no_faults();
        assert!(bookings_sent(subject) <= sent + 1, "the booking is sent once: {answer}");
        let live = live_at(subject, slot);
        match answer.status {
            201 => assert_eq!(live, 1, "{answer}"),
            504 if answer.json()["code"] == "OUTCOME_UNKNOWN" => {
                is_the_ehrs_failure(&answer, subject);
                assert!(live <= 1, "{answer}");
                unknown += 1;
                // Whoever looks, as the answer says, and books again, never gets a second one.
                let again = clinic.post("/appointments", &slot.booking(&patient)).await;
                assert_eq!(again.status == 201, live == 0, "{again}");
                assert_eq!(live_at(subject, slot), 1, "{again}");
            }
            _ => {
                is_the_ehrs_failure(&answer, subject);
                assert_eq!(live, 0, "only an unknown outcome may leave a booking: {answer}");
            }
        }
    }
    assert!(unknown > 0, "some answer to a booking was lost");
}

async fn cancel_with_lost_answers(subject: &Subject) {
    let clinic = subject.clinic().await;
    let patient = clinic.patient().await;
    for (seed, slot) in clinic.slots().await.iter().take(4).enumerate() {
        let id = text(&clinic.book(slot, &patient).await, "id");
        subject.faults(json!({"seed": seed, "lose_response_rate": 0.5}));
        let answer = clinic.change(&id, &json!({"status": "cancelled"})).await;
        subject.no_faults();
        let live = live_at(subject, slot);
        match answer.status {
            200 => assert_eq!(live, 0, "{answer}"),
            504 if answer.json()["code"] == "OUTCOME_UNKNOWN" => is_the_ehrs_failure(&answer, subject),
            _ => {
                is_the_ehrs_failure(&answer, subject);
                assert_eq!(live, 1, "only an unknown outcome may have cancelled: {answer}");
            }
        }
        let again = clinic.change(&id, &json!({"status": "cancelled"})).await;
        assert!(
            again.status == 200 || !subject.capabilities.keeps_cancelled && again.status == 404,
            "{again}"
        );
        assert_eq!(live_at(subject, slot), 0);
    }
}

async fn move_with_lost_answers(subject: &Subject) {
    let clinic = subject.clinic().await;
    let slots = clinic.slots().await;
    let booked = clinic.book(&slots[0], &clinic.patient().await).await;
    let live = subject.live().len();
    let mut id = text(&booked, "id");
    for (seed, slot) in slots[1..].iter().take(4).enumerate() {
        subject.faults(json!({"seed": seed, "lose_response_rate": 0.5}));
        let answer = clinic.change(&id, &json!({"start": slot.start, "end": slot.end})).await;
        subject.no_faults();
        assert_eq!(subject.live().len(), live, "one booking, wherever: {answer}");
        if answer.status == 200 {
            assert_eq!(live_at(subject, slot), 1, "{answer}");
            id = text(&answer.json(), "id");
        } else {
            is_the_ehrs_failure(&answer, subject);
            if answer.json()["code"] != "OUTCOME_UNKNOWN" {
                assert_eq!(live_at(subject, slot), 0, "only an unknown outcome may have moved: {answer}");
            } else if clinic.get(&format!("/appointments/{id}")).await.status == 404 {
                // Where a move makes a new id, nobody can know it.
                break;
            }
        }
    }
}

async fn patient_with_lost_answers(subject: &Subject) {
    let clinic = subject.clinic().await;
    for seed in 0..5 {
        let body = clinic.somebody();
        let before = subject.sandbox.ehr.state().patients;
        subject.faults(json!({"seed": seed, "lose_response_rate": 0.5}));
        let answer = clinic.post("/patients", &body).await;
        subject.no_faults();
        let new = subject.sandbox.ehr.state().patients - before;
        match answer.status {
            201 => assert_eq!(new, 1, "{answer}"),
            504 if answer.json()["code"] == "OUTCOME_UNKNOWN" => assert!(new <= 1, "{answer}"),
            _ => {
                is_the_ehrs_failure(&answer, subject);
                assert_eq!(new, 0, "{answer}");
            }
        }
    }
}

async fn note_with_lost_answers(subject: &Subject) {
    let clinic = subject.clinic().await;
    let path = format!("/patients/{}/medical-notes", clinic.patient().await);
    let body = json!({"template_id": "unstructured", "content": {"unstructured": "Once."}});
    for seed in 0..4 {
        let before = subject.sandbox.ehr.state().notes;
        subject.faults(json!({"seed": seed, "lose_response_rate": 0.5}));
        let answer = clinic.post(&path, &body).await;
        subject.no_faults();
        let new = subject.sandbox.ehr.state().notes - before;
        match answer.status {
            201 => assert_eq!(new, 1, "{answer}"),
            504 if answer.json()["code"] == "OUTCOME_UNKNOWN" => assert!(new <= 1, "{answer}"),
            _ => {
                is_the_ehrs_failure(&answer, subject);
                assert_eq!(new, 0, "{answer}");
            }
        }
    }
}

async fn wrong_credentials(subject: &Subject) {
    if subject.sandbox.credentials.is_empty() {
        return;
    }
    let (client, sandbox) = subject.with_wrong_credentials().await;
    for rest in ["/care-units", "/care-units/1/timeslots", "/care-units/1/appointments"] {
        let answer = client.get(&format!("{}{rest}", subject.emr())).await;
        answer.problem(502, "EMR_ERROR");
        is_the_ehrs_failure(&answer, subject);
        assert!(!String::from_utf8_lossy(&answer.bytes).contains(crate::subject::WRONG_SECRET), "{answer}");
    }
    drop(sandbox);
}

async fn unreachable_ehr(subject: &Subject) {
    let (client, first, second) = subject.with_two_connections().await;
    let units = client.get(&format!("{}/care-units", subject.emr())).await.list();
    let away = units.iter().map(|unit| text(unit, "id")).find(|unit| unit.starts_with("north~"));
    let path = format!("{}/care-units/{}/appointments", subject.emr(), away.expect("a tagged care unit"));
    let spoken_to_over_tcp = !subject.sandbox.credentials.is_empty();
    second.shutdown().await;
    let answer = client.get(&path).await;
    if spoken_to_over_tcp {
        is_the_ehrs_failure(&answer, subject);
        let booking = json!({"start": "2026-04-01T10:00:00Z", "end": "2026-04-01T10:30:00Z", "patient_id": subject.a_patient_id()});
        let answer = client.post(&path, &booking).await;
        is_the_ehrs_failure(&answer, subject);
        assert_ne!(answer.json()["code"], "OUTCOME_UNKNOWN", "nothing was sent: {answer}");
    }
    drop(first);
}

async fn quota(subject: &Subject) {
    let clinic = subject.clinic().await;
    subject.faults(json!({"rate_limit_per_minute": 0}));
    let began = Instant::now();
    let answer = clinic.get("/appointments").await;
    let problem = answer.problem(429, "RATE_LIMITED");
    assert!(began.elapsed() < Duration::from_secs(25), "nobody waits for what cannot come in time");
    let wait: u64 =
        answer.header("retry-after").and_then(|wait| wait.parse().ok()).expect("Retry-After in seconds");
    assert!((1..=61).contains(&wait), "{answer}");
    assert!(answer.header("ratelimit").is_some_and(|limit| limit.contains("r=0")), "{answer}");
    assert_eq!(answer.header("ratelimit-policy").is_some(), subject.knows_quota, "{answer}");
    assert!(problem["detail"].is_string());
    subject.faults(json!({"rate_limit_per_minute": 1_000_000}));
}

async fn slow(subject: &Subject) {
    let clinic = subject.clinic().await;
    subject.faults(json!({"latency_ms": 150}));
    let answer = clinic.get("/appointments").await;
    subject.no_faults();
    assert!(!answer.list().is_empty());
    let upstream = answer.header("server-timing").and_then(|timing| timing.split("upstream;dur=").nth(1));
    let upstream = upstream.and_then(|rest| rest.split(',').next()?.parse::<f64>().ok()).expect("a duration");
    assert!(upstream >= 100.0, "{answer}");
}

async fn client_goes_away(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (slot, patient) = (clinic.slots().await.remove(0), clinic.patient().await);
    subject.faults(json!({"latency_ms": 60}));
    let booking: Value = slot.booking(&patient);
    let impatient =
        tokio::time::timeout(Duration::from_millis(100), clinic.post("/appointments", &booking)).await;
    assert!(
        impatient.is_err() || live_at(subject, &slot) == 1,
        "the client went away before the answer came"
    );
    subject.no_faults();
    let sent = async {
        while live_at(subject, &slot) == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), sent).await.expect("what was begun goes on to its end");
    still_one(&clinic, &slot).await;
}

/// Gives what is in flight time to end, and checks that there is one booking then.
async fn still_one(clinic: &Clinic<'_>, slot: &Slot) {
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(live_at(clinic.subject, slot), 1);
}
