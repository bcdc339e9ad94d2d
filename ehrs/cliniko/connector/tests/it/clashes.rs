//! What happens between the steps of a booking or a move: rivals, lost answers, breakdowns.

use std::sync::Arc;

use futures::FutureExt;
use serde_json::{Value, json};
use vardbro_ehr::wire::Delivery;
use vardbro_ehr::{Ehr, EhrErrorKind};
use vardbro_model::appointment::AppointmentChange;
use vardbro_model::error::FaultCode;
use vardbro_model::id::CareUnitId;
use vardbro_model::patient::Patient;
use vardbro_model::timeslot::Timeslot;
use vardbro_model::typed_id::ResourceRef;

use crate::clinic::{Clinic, Meddling, booking, fault, window_of};

const CREATE: &str = "/v1/individual_appointments";

struct Stage {
    clinic: Arc<Clinic>,
    unit: CareUnitId,
    slot: Timeslot,
    patient: Patient,
    before: usize,
}

impl Stage {
    async fn set() -> Self {
        let clinic = Clinic::open().await;
        let unit = clinic.unit().await;
        let slot = clinic.slot(&unit).await;
        let patient = clinic.patient(&unit).await;
        clinic.forget_calls();
        Self { before: clinic.live(), clinic: Arc::new(clinic), unit, slot, patient }
    }

    /// The body of a rival's booking for the same time.
    fn rival(&self, slot: &Timeslot) -> Value {
        json!({
            "starts_at": slot.start.timestamp().to_string(), "ends_at": slot.end.timestamp().to_string(),
            "patient_id": self.patient.emr_id, "practitioner_id": slot.resource_id,
            "appointment_type_id": slot.healthcare_service_id, "business_id": self.unit,
        })
    }

    fn rows(&self) -> Vec<(String, bool)> {
        let at = self.slot.start.timestamp();
        let state = self.clinic.running.ehr.state();
        let here = state
            .appointments
            .into_iter()
            .filter(|row| row.start == at && row.resource_id == self.slot.resource_id.as_str());
        here.map(|row| (row.id, row.live)).collect()
    }
}

/// Does something natively before the first call of this method and path is carried on.
fn before_call(
    stage: &Stage,
    method: &'static str,
    path_end: &'static str,
    native: (&'static str, String, Value),
) -> vardbro_ehr::Ctx {
    let clinic = Arc::clone(&stage.clinic);
    let done = Arc::new(std::sync::atomic::AtomicBool::new(false));
    stage.clinic.meddled(move |request| {
        let met = request.method() == method && request.uri().path().ends_with(path_end);
        let (clinic, done, native) = (Arc::clone(&clinic), Arc::clone(&done), native.clone());
        async move {
            if met && !done.swap(true, std::sync::atomic::Ordering::SeqCst) {
                clinic.native(native.0, &native.1, Some(native.2)).await;
            }
            Meddling::Pass
        }
        .boxed()
    })
}

#[tokio::test]
async fn a_rival_who_was_first_stays_and_ours_is_archived() {
    let stage = Stage::set().await;
    let ctx = before_call(
        &stage,
        "POST",
        CREATE,
        ("POST", "/individual_appointments".into(), stage.rival(&stage.slot)),
    );
    let booked = stage.clinic.cliniko.book(&ctx, &stage.unit, booking(&stage.slot, &stage.patient)).await;
    assert_eq!(fault(booked).0, FaultCode::NoTimeslotsAvailable);
    assert_eq!(stage.clinic.live(), stage.before + 1);
    assert_eq!(stage.clinic.calls_of("archive"), 1);
    assert_eq!(stage.clinic.calls_of("/cancel"), 0);
}

#[tokio::test]
async fn ours_is_cancelled_where_the_operator_wants_that() {
    let clinic = Clinic::open_with(Default::default(), |s| s.with("conflict_withdrawal", "cancel")).await;
    let unit = clinic.unit().await;
    let slot = clinic.slot(&unit).await;
    let patient = clinic.patient(&unit).await;
    let stage = Stage { before: clinic.live(), clinic: Arc::new(clinic), unit, slot, patient };
    let ctx = before_call(
        &stage,
        "POST",
        CREATE,
        ("POST", "/individual_appointments".into(), stage.rival(&stage.slot)),
    );
    let booked = stage.clinic.cliniko.book(&ctx, &stage.unit, booking(&stage.slot, &stage.patient)).await;
    assert_eq!(fault(booked).0, FaultCode::NoTimeslotsAvailable);
    assert_eq!((stage.clinic.calls_of("archive"), stage.clinic.calls_of("/cancel")), (0, 1));
    assert_eq!(stage.clinic.live(), stage.before + 1);
}

#[tokio::test]
async fn a_rival_who_came_later_does_not_drive_ours_out() {
    let stage = Stage::set().await;
    let ctx = before_call(
        &stage,
        "GET",
        "/conflicts",
        ("POST", "/individual_appointments".into(), stage.rival(&stage.slot)),
    );
    let booked =
        stage.clinic.cliniko.book(&ctx, &stage.unit, booking(&stage.slot, &stage.patient)).await.unwrap();
    assert!(stage.rows().contains(&(booked.emr_id, true)));
    assert_eq!(stage.clinic.calls_of("archive"), 0);
}

#[tokio::test]
async fn blocked_time_that_came_in_between_drives_ours_out() {
    let stage = Stage::set().await;
    let block = json!({
        "starts_at": stage.slot.start.timestamp().to_string(), "ends_at": stage.slot.end.timestamp().to_string(),
        "practitioner_id": stage.slot.resource_id, "business_id": stage.unit,
    });
    let ctx = before_call(&stage, "GET", "/conflicts", ("POST", "/unavailable_blocks".into(), block));
    let booked = stage.clinic.cliniko.book(&ctx, &stage.unit, booking(&stage.slot, &stage.patient)).await;
    assert_eq!(fault(booked).0, FaultCode::NoTimeslotsAvailable);
    assert_eq!(stage.clinic.live(), stage.before);
}

#[tokio::test]
async fn a_booking_that_cannot_be_taken_back_is_named() {
    for failing in ["/conflicts", "/archive"] {
        let stage = Stage::set().await;
        let (clinic, rival) = (Arc::clone(&stage.clinic), stage.rival(&stage.slot));
        let ctx = stage.clinic.meddled(move |request| {
            let path = request.uri().path().to_owned();
            let (clinic, rival) = (Arc::clone(&clinic), rival.clone());
            let creates = request.method() == "POST" && path.ends_with(CREATE);
            async move {
                if creates {
                    clinic.native("POST", "/individual_appointments", Some(rival)).await;
                }
                if path.ends_with(failing) { Meddling::Answer(500, "broken") } else { Meddling::Pass }
            }
            .boxed()
        });
        let error = stage
            .clinic
            .cliniko
            .book(&ctx, &stage.unit, booking(&stage.slot, &stage.patient))
            .await
            .unwrap_err();
        assert_eq!(
            (&error.kind, error.delivery),
            (&EhrErrorKind::OutcomeUnknown, Delivery::Unknown),
            "{failing}"
        );
        let ours =
            stage.rows().into_iter().map(|(id, _)| id).max_by_key(|id| id.parse::<u64>().unwrap()).unwrap();
        assert!(error.detail.contains(&ours), "{failing}: {} has no {ours}", error.detail);
    }
}

#[tokio::test]
async fn a_lost_answer_leaves_a_write_unknown_and_is_never_repeated() {
    let stage = Stage::set().await;
    let lose = |method: &'static str| {
        move |request: &http::Request<bytes::Bytes>| {
            let lost = request.method() == method;
            async move { if lost { Meddling::Lose } else { Meddling::Pass } }.boxed()
        }
    };
    let ctx = stage.clinic.meddled(lose("POST"));
    let error =
        stage.clinic.cliniko.book(&ctx, &stage.unit, booking(&stage.slot, &stage.patient)).await.unwrap_err();
    assert_eq!((error.kind, error.delivery), (EhrErrorKind::OutcomeUnknown, Delivery::Unknown));
    assert_eq!(stage.clinic.calls_of("POST /v1/individual_appointments"), 1);
    assert_eq!(stage.clinic.live(), stage.before + 1);

    let id = vardbro_model::id::AppointmentId::parse(&stage.rows()[0].0).unwrap();
    let ctx = stage.clinic.meddled(lose("PATCH"));
    let error = stage.clinic.cliniko.cancel(&ctx, &stage.unit, &id, None).await.unwrap_err();
    assert_eq!(error.kind, EhrErrorKind::OutcomeUnknown);
    assert_eq!(stage.clinic.calls_of("PATCH"), 1);
}

#[tokio::test]
async fn the_wire_itself_repeats_no_write_whose_answer_was_cut() {
    let stage = Stage::set().await;
    let clinic = Arc::clone(&stage.clinic);
    // The sandbox cuts the connection under the create, and only there.
    let ctx = stage.clinic.meddled(move |request| {
        let creates = request.method() == "POST" && request.uri().path().ends_with(CREATE);
        clinic.faults(json!({"lose_response_rate": if creates { 1.0 } else { 0.0 }}));
        async { Meddling::Pass }.boxed()
    });
    let error =
        stage.clinic.cliniko.book(&ctx, &stage.unit, booking(&stage.slot, &stage.patient)).await.unwrap_err();
    assert_eq!((error.kind, error.delivery), (EhrErrorKind::OutcomeUnknown, Delivery::Unknown));
    assert_eq!(stage.clinic.calls_of("POST /v1/individual_appointments"), 1);
    assert_eq!(stage.clinic.live(), stage.before + 1);
}

#[tokio::test]
async fn a_move_that_clashes_is_put_back_or_told() {
    for broken in [false, true] {
        let stage = Stage::set().await;
        let booked = stage.clinic.book(&stage.unit, &stage.slot, &stage.patient).await.unwrap();
        let later = stage.clinic.window(7, 12);
        let resource = ResourceRef::Id(stage.slot.resource_id.clone());
        let service = Some(&stage.slot.healthcare_service_id);
        let ctx = stage.clinic.ctx();
        let slots =
            stage.clinic.cliniko.timeslots(&ctx, &stage.unit, later, Some(&resource), service).await.unwrap();
        let (clinic, rival) = (Arc::clone(&stage.clinic), stage.rival(&slots[0]));
        let patches = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let ctx = stage.clinic.meddled(move |request| {
            let patch = request.method() == "PATCH";
            let (clinic, rival) = (Arc::clone(&clinic), rival.clone());
            let number = if patch { patches.fetch_add(1, std::sync::atomic::Ordering::SeqCst) } else { 0 };
            async move {
                match (patch, number) {
                    (true, 0) => {
                        clinic.native("POST", "/individual_appointments", Some(rival)).await;
                        Meddling::Pass
                    }
                    (true, _) if broken => Meddling::Answer(500, ""),
                    _ => Meddling::Pass,
                }
            }
            .boxed()
        });
        let change = AppointmentChange {
            window: Some(window_of(&slots[0])),
            comment: Some(Some("Later".into())),
            ..AppointmentChange::default()
        };
        let moved = stage.clinic.cliniko.change_appointment(&ctx, &stage.unit, &booked.id, change).await;
        let now =
            stage.clinic.cliniko.appointment(&stage.clinic.ctx(), &stage.unit, &booked.id).await.unwrap();
        if broken {
            let error = moved.unwrap_err();
            assert_eq!(error.kind, EhrErrorKind::OutcomeUnknown);
            assert!(error.detail.contains(&booked.emr_id), "{}", error.detail);
        } else {
            assert_eq!(fault(moved).0, FaultCode::NoTimeslotsAvailable);
            assert_eq!((now.start, now.end, now.comment), (booked.start, booked.end, booked.comment));
        }
    }
}

#[tokio::test]
async fn a_broken_answer_leaves_a_write_unknown() {
    let stage = Stage::set().await;
    for (status, body) in [(500, ""), (502, "<html>"), (504, ""), (201, "{}"), (201, "<html>")] {
        let ctx = stage.clinic.meddled(move |request| {
            let creates = request.method() == "POST";
            async move { if creates { Meddling::Answer(status, body) } else { Meddling::Pass } }.boxed()
        });
        let booked = stage.clinic.cliniko.book(&ctx, &stage.unit, booking(&stage.slot, &stage.patient)).await;
        assert_eq!(booked.unwrap_err().kind, EhrErrorKind::OutcomeUnknown, "{status} {body}");
    }
    let ctx = stage.clinic.meddled(|request| {
        let creates = request.method() == "POST";
        async move { if creates { Meddling::Answer(503, "") } else { Meddling::Pass } }.boxed()
    });
    let error =
        stage.clinic.cliniko.book(&ctx, &stage.unit, booking(&stage.slot, &stage.patient)).await.unwrap_err();
    assert_eq!((error.kind, error.delivery), (EhrErrorKind::Failed, Delivery::Rejected));
}
