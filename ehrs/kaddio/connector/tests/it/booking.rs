use std::sync::Arc;

use serde_json::json;
use vardbro_ehr::wire::Delivery;
use vardbro_ehr::{Ehr, EhrErrorKind, Thing};
use vardbro_kaddio::Kaddio;
use vardbro_model::appointment::{AppointmentStatus, Booking, SlotChoice};
use vardbro_model::error::FaultCode;
use vardbro_model::id::{CareUnitId, HealthcareServiceId, ResourceId};
use vardbro_model::patient::Patient;
use vardbro_model::time::Window;
use vardbro_model::timeslot::Timeslot;
use vardbro_model::typed_id::ResourceRef;

use crate::clinic::{Clinic, Meddling, booking, fault, faults, kind, nobody, window_of};

#[tokio::test]
async fn a_free_time_is_booked_and_is_free_no_more() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let (slot, patient) = (clinic.slot(&unit).await, clinic.patient(&unit).await);
    clinic.forget_calls();
    let booked = clinic.book(&unit, &slot, &patient).await.unwrap();
    // The patient, the free time and what the patient has then, at once; the booking.
    assert_eq!(clinic.call_count(), 4, "{:?}", clinic.calls());

    assert_eq!((booked.status, booked.emr_status.as_deref()), (AppointmentStatus::Booked, Some("BOOKED")));
    assert_eq!((booked.start, booked.end), (slot.start, slot.end));
    assert_eq!(booked.start.to_string(), slot.start.to_string());
    assert_eq!(booked.patient_id, Some(patient.id.clone()));
    assert_eq!(booked.resource_id, Some(slot.resource_id.clone()));
    assert_eq!(booked.healthcare_service_id, Some(slot.healthcare_service_id.clone()));
    assert_eq!(booked.comment.as_deref(), Some("First consultation"));
    assert_eq!(clinic.kaddio.appointment(&clinic.ctx(), &unit, &booked.id).await.unwrap(), booked);

    assert!(!clinic.slots(&unit, window_of(&slot)).await.contains(&slot));
    let again = clinic.book(&unit, &slot, &patient).await;
    assert_eq!(fault(again), (FaultCode::NoTimeslotsAvailable, Some("start".into())));
}

#[tokio::test]
async fn what_cannot_be_booked_is_told_before_anything_is_written() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let (slot, patient) = (clinic.slot(&unit).await, clinic.patient(&unit).await);
    let live = clinic.live();
    let good = booking(&slot, &patient);
    let book = |booking: Booking| {
        let (clinic, unit) = (&clinic, &unit);
        async move { clinic.kaddio.book(&clinic.ctx(), unit, booking).await }
    };
    let resource = Some(ResourceRef::Id(ResourceId::parse("nobody").unwrap()));
    let healthcare_service = Some(HealthcareServiceId::parse("nothing").unwrap());

    let unknown = Booking { patient: nobody(), ..good.clone() };
    assert_eq!(kind(book(unknown).await), EhrErrorKind::NotFound(Thing::Patient));
    let slot = SlotChoice { resource: resource.clone(), ..good.slot.clone() };
    assert_eq!(kind(book(Booking { slot, ..good.clone() }).await), EhrErrorKind::NotFound(Thing::Resource));
    let slot = SlotChoice { healthcare_service: healthcare_service.clone(), ..good.slot.clone() };
    let unknown = book(Booking { slot, ..good.clone() }).await;
    assert_eq!(kind(unknown), EhrErrorKind::NotFound(Thing::HealthcareService));
    let slot = SlotChoice { resource, healthcare_service, ..good.slot.clone() };
    let told = faults(book(Booking { slot, patient: nobody(), ..good.clone() }).await.unwrap_err());
    let told: Vec<_> = told.iter().map(|fault| fault.code).collect();
    assert_eq!(
        told,
        [FaultCode::InvalidPatientId, FaultCode::InvalidResourceId, FaultCode::InvalidHealthcareServiceId]
    );

    let minute = jiff::SignedDuration::from_mins(1);
    let window = good.slot.window;
    for window in [
        Window { start: window.start + minute, end: window.end + minute },
        Window { start: window.start, end: window.end + minute },
        Window { start: window.end, end: window.start },
        clinic.window(-2, -1),
    ] {
        let wrong = Booking { slot: SlotChoice { window, ..good.slot.clone() }, ..good.clone() };
        assert_eq!(fault(book(wrong).await).0, FaultCode::NoTimeslotsAvailable);
    }
    assert_eq!(clinic.live(), live);
}

#[tokio::test]
async fn what_is_left_out_is_found_or_several_are_listed() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let patient = clinic.patient(&unit).await;
    let slots = clinic.slots(&unit, clinic.window(3, 20)).await;
    let same = |a: &Timeslot, b: &Timeslot| (a.start, a.end) == (b.start, b.end);
    let count = |slot: &Timeslot| slots.iter().filter(|other| same(slot, other)).count();
    let shared = slots.iter().find(|slot| count(slot) > 1).unwrap();
    let open = |slot| {
        let good = booking(slot, &patient);
        Booking { slot: SlotChoice { resource: None, healthcare_service: None, ..good.slot.clone() }, ..good }
    };
    let error = clinic.kaddio.book(&clinic.ctx(), &unit, open(shared)).await.unwrap_err();
    let fault = faults(error).remove(0);
    assert_eq!((fault.code, fault.path.as_deref()), (FaultCode::AmbiguousTimeslots, Some("start")));
    assert!(fault.detail.contains(shared.resource_id.as_str()), "{}", fault.detail);

    let only = slots.iter().find(|slot| count(slot) == 1).expect("a time that only one has");
    let booked = clinic.kaddio.book(&clinic.ctx(), &unit, open(only)).await.unwrap();
    assert_eq!(booked.resource_id.as_ref(), Some(&only.resource_id));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_eight_who_want_one_slot_one_gets_it() {
    let clinic = Arc::new(Clinic::open().await);
    let unit = clinic.unit().await;
    let (slot, patient) = (clinic.slot(&unit).await, clinic.patient(&unit).await);
    let before = clinic.live();
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let (clinic, unit, booking) = (Arc::clone(&clinic), unit.clone(), booking(&slot, &patient));
            tokio::spawn(async move { Kaddio::new().book(&clinic.ctx(), &unit, booking).await })
        })
        .collect();
    let mut booked = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => booked += 1,
            Err(error) => assert_eq!(fault::<()>(Err(error)).0, FaultCode::NoTimeslotsAvailable),
        }
    }
    assert_eq!(booked, 1);
    assert_eq!(clinic.live(), before + 1);
}

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
        let (slot, patient) = (clinic.slot(&unit).await, clinic.patient(&unit).await);
        Self { before: clinic.live(), clinic: Arc::new(clinic), unit, slot, patient }
    }

    fn booking(&self) -> Booking {
        booking(&self.slot, &self.patient)
    }

    /// A context in which a rival books this client at that time just before ours does, and ours meets this fate.
    fn with_rival(&self, client: String, fate: fn() -> Meddling) -> vardbro_ehr::Ctx {
        let (clinic, slot) = (Arc::clone(&self.clinic), self.slot.clone());
        self.clinic.meddled(move |operation| {
            let (clinic, slot, client) = (Arc::clone(&clinic), slot.clone(), client.clone());
            Box::pin(async move {
                if operation != "create_booking" {
                    return Meddling::Pass;
                }
                let rival = "mutation($client: ID!, $host: ID!, $type: ID!, $start: DateTime!) {
                    createBooking(clientId: $client, hostId: $host, bookingTypeId: $type, start: $start) { id } }";
                let start = slot.start.timestamp().to_string();
                let of = json!({"client": client, "host": slot.resource_id, "type": slot.healthcare_service_id, "start": start});
                clinic.native(rival, of).await;
                fate()
            })
        })
    }
}

#[tokio::test]
async fn a_rival_who_was_faster_is_told_with_kaddios_words() {
    let stage = Stage::set().await;
    let rival = stage.clinic.patient(&stage.unit).await.emr_id;
    let ctx = stage.with_rival(rival, || Meddling::Pass);
    let error = stage.clinic.kaddio.book(&ctx, &stage.unit, stage.booking()).await.unwrap_err();
    assert_eq!(error.delivery, Delivery::Rejected);
    assert!(error.emr_error.is_some());
    let fault = faults(error).remove(0);
    assert_eq!(fault.code, FaultCode::NoTimeslotsAvailable);
    assert!(fault.emr_error.is_some_and(|words| !words.is_empty()));
    assert_eq!(stage.clinic.live(), stage.before + 1);
}

#[tokio::test]
async fn a_refusal_for_another_reason_is_told_with_kaddios_words_and_no_code_of_ours() {
    let stage = Stage::set().await;
    let refuse = || {
        Meddling::Answer(
            200,
            r#"{"data":{"appointment":null},"errors":[{"message":"Klienten 191212121212 är spärrad","path":["appointment"]}]}"#,
        )
    };
    let ctx = stage.clinic.with_fate("create_booking", refuse);
    let error = stage.clinic.kaddio.book(&ctx, &stage.unit, stage.booking()).await.unwrap_err();
    let fault = faults(error).remove(0);
    assert_eq!((fault.code, fault.path), (FaultCode::BadInput, None));
    assert_eq!(fault.emr_error.as_deref(), Some("Klienten *** är spärrad"));
}

#[tokio::test]
async fn a_lost_answer_is_cleared_up_by_a_booking_that_was_not_there_before() {
    let stage = Stage::set().await;
    let ctx = stage.clinic.with_fate("create_booking", || Meddling::Lose);
    let booked = stage.clinic.kaddio.book(&ctx, &stage.unit, stage.booking()).await.unwrap();
    assert_eq!((booked.start, booked.patient_id), (stage.slot.start, Some(stage.patient.id.clone())));
    assert_eq!(stage.clinic.live(), stage.before + 1);
}

#[tokio::test]
async fn a_lost_booking_that_did_not_arrive_is_unknown_and_not_sent_again() {
    let stage = Stage::set().await;
    let fates: [fn() -> Meddling; 8] = [
        || Meddling::Drop,
        || Meddling::Answer(500, ""),
        || Meddling::Answer(502, "<html>"),
        || Meddling::Answer(504, r#"{"error":"Gateway"}"#),
        || Meddling::Answer(200, "<html>"),
        || Meddling::Answer(200, r#"{"data":{"appointment":null}}"#),
        || Meddling::Answer(200, r#"{"data":{"appointment":{"id":"x"}}}"#),
        || {
            Meddling::Answer(
                200,
                r#"{"data":{"appointment":null},"errors":[{"message":"m","path":["appointment","end"]}]}"#,
            )
        },
    ];
    for fate in fates {
        let ctx = stage.clinic.with_fate("create_booking", fate);
        let error = stage.clinic.kaddio.book(&ctx, &stage.unit, stage.booking()).await.unwrap_err();
        assert_eq!((error.kind, error.delivery), (EhrErrorKind::OutcomeUnknown, Delivery::Unknown));
        assert_eq!(stage.clinic.live(), stage.before);
    }
    let ctx =
        stage.clinic.with_fate("create_booking", || Meddling::Answer(503, r#"{"message":"Deploying"}"#));
    let error = stage.clinic.kaddio.book(&ctx, &stage.unit, stage.booking()).await.unwrap_err();
    assert_eq!((error.kind, error.delivery), (EhrErrorKind::Failed, Delivery::Rejected));
    assert_eq!(error.emr_error.as_deref(), Some("Deploying"));
}

#[tokio::test]
async fn another_booking_than_the_one_that_was_asked_for_is_no_success() {
    let stage = Stage::set().await;
    let ctx = stage.clinic.with_fate("create_booking", || {
        Meddling::Answer(
            200,
            r#"{"data":{"appointment":{"id":"Elsewhen","resource_id":"h","patient_id":"c","healthcare_service_id":"t",
                "start":"2026-12-01T08:00:00.000Z","end":"2026-12-01T09:00:00.000Z","status":"BOOKED"}}}"#,
        )
    });
    let error = stage.clinic.kaddio.book(&ctx, &stage.unit, stage.booking()).await.unwrap_err();
    assert_eq!((error.kind, error.delivery), (EhrErrorKind::OutcomeUnknown, Delivery::Unknown));
    assert!(error.detail.contains("Elsewhen"), "{}", error.detail);
}

#[tokio::test]
async fn a_lost_answer_stays_unknown_where_nobody_can_tell_what_was_there_before() {
    let stage = Stage::set().await;
    let ctx = stage.clinic.meddled(|operation| {
        Box::pin(async move {
            match operation {
                "create_booking" => Meddling::Lose,
                "bookings" => Meddling::Answer(500, ""),
                _ => Meddling::Pass,
            }
        })
    });
    let lost = stage.clinic.kaddio.book(&ctx, &stage.unit, stage.booking()).await;
    assert_eq!(kind(lost), EhrErrorKind::OutcomeUnknown);
    assert_eq!(stage.clinic.live(), stage.before + 1);
}

#[tokio::test]
async fn the_wire_itself_repeats_no_booking_whose_answer_was_cut() {
    let stage = Stage::set().await;
    let clinic = Arc::clone(&stage.clinic);
    stage.clinic.forget_calls();
    // The sandbox cuts the connection under the booking, and only there.
    let ctx = stage.clinic.meddled(move |operation| {
        clinic.faults(json!({"lose_response_rate": if operation == "create_booking" { 1.0 } else { 0.0 }}));
        Box::pin(async { Meddling::Pass })
    });
    let booked = stage.clinic.kaddio.book(&ctx, &stage.unit, stage.booking()).await.unwrap();
    assert_eq!(booked.start, stage.slot.start);
    assert_eq!(stage.clinic.live(), stage.before + 1);
    // The patient, the free time, what was there; the booking, once; what is there.
    assert_eq!(stage.clinic.call_count(), 5, "{:?}", stage.clinic.calls());
}
