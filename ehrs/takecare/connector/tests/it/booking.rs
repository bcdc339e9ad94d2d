use std::sync::Arc;

use vardbro_ehr::{Ehr, EhrErrorKind, Thing};
use vardbro_model::appointment::{AppointmentStatus, Booking, SlotChoice};
use vardbro_model::error::FaultCode;
use vardbro_model::id::HealthcareServiceId;
use vardbro_model::time::Window;

use crate::clinic::{
    ANNA, Clinic, TOLVAN, booking, fault, faults, kind, patient_ref, resource_ref, ten, window_of,
};

#[tokio::test]
async fn a_free_time_is_booked_with_two_calls() {
    let clinic = Clinic::open().await;
    let slot = clinic.slot().await;
    clinic.forget_calls();
    let booked = clinic.book(&slot, ANNA).await.unwrap();
    assert_eq!(clinic.call_count(), 2, "{:?}", clinic.calls());
    assert_eq!((clinic.calls_of("GetAvailableTimeslots"), clinic.calls_of("MakeBooking")), (1, 1));

    assert_eq!(booked.status, AppointmentStatus::Booked);
    assert_eq!(
        (booked.start.to_string(), booked.end.to_string()),
        (slot.start.to_string(), slot.end.to_string())
    );
    assert_eq!(booked.patient_id.as_ref().map(|id| id.as_str()), Some(ANNA));
    assert_eq!(booked.resource_id, Some(slot.resource_id.clone()));
    assert_eq!(booked.healthcare_service_id, Some(slot.healthcare_service_id.clone()));
    assert_eq!(booked.comment.as_deref(), Some("Hosta"));
    assert_eq!(clinic.takecare.appointment(&clinic.ctx(), &ten(), &booked.id).await.unwrap(), booked);
    let again = clinic.book(&slot, TOLVAN).await;
    assert_eq!(fault(again), (FaultCode::NoTimeslotsAvailable, Some("start".into())));
}

#[tokio::test]
async fn a_booking_without_a_comment_has_none() {
    let clinic = Clinic::open().await;
    let slot = clinic.slot().await;
    let silent = Booking { comment: None, ..booking(&slot, ANNA) };
    let booked = clinic.takecare.book(&clinic.ctx(), &ten(), silent).await.unwrap();
    assert_eq!(booked.comment, None);
    assert_eq!(clinic.takecare.appointment(&clinic.ctx(), &ten(), &booked.id).await.unwrap(), booked);
}

#[tokio::test]
async fn what_cannot_be_booked_is_told_before_anything_is_written() {
    let clinic = Clinic::open().await;
    let slot = clinic.slot().await;
    let good = booking(&slot, ANNA);
    let book = |booking: Booking| {
        let clinic = &clinic;
        async move { clinic.takecare.book(&clinic.ctx(), &ten(), booking).await }
    };
    for (patient, code) in
        [("197110021835", FaultCode::InvalidPatientId), ("19810829M071", FaultCode::InvalidPatientId)]
    {
        let wrong = Booking { patient: patient_ref(patient), ..good.clone() };
        assert_eq!(fault(book(wrong).await), (code, Some("patient_id".into())), "{patient}");
    }
    let nobody = Booking { patient: patient_ref("nobody"), ..good.clone() };
    assert_eq!(kind(book(nobody).await), EhrErrorKind::NotFound(Thing::Patient));
    let long = Booking { comment: Some("å".repeat(301)), ..good.clone() };
    assert_eq!(fault(book(long).await), (FaultCode::InvalidCommentLength, Some("comment".into())));
    for resource in ["nothing", "11-991890000019", "10-77"] {
        let resource = Some(resource_ref(resource));
        let wrong = Booking { slot: SlotChoice { resource, ..good.slot.clone() }, ..good.clone() };
        assert_eq!(kind(book(wrong).await), EhrErrorKind::NotFound(Thing::Resource));
    }
    for service in ["nothing", "65000"] {
        let healthcare_service = Some(HealthcareServiceId::parse(service).unwrap());
        let wrong = Booking { slot: SlotChoice { healthcare_service, ..good.slot.clone() }, ..good.clone() };
        assert_eq!(kind(book(wrong).await), EhrErrorKind::NotFound(Thing::HealthcareService));
    }
    let minute = jiff::SignedDuration::from_mins(1);
    let window = good.slot.window;
    for window in [
        Window { start: window.start + minute, end: window.end + minute },
        Window { start: window.start, end: window.end + minute },
        Window { start: window.start + jiff::SignedDuration::from_secs(1), end: window.end },
        Window { start: window.end, end: window.start },
        clinic.window(-2, -1),
    ] {
        let wrong = Booking { slot: SlotChoice { window, ..good.slot.clone() }, ..good.clone() };
        assert_eq!(fault(book(wrong).await).0, FaultCode::NoTimeslotsAvailable);
    }
    let everything = Booking {
        patient: patient_ref("nobody"),
        slot: SlotChoice {
            resource: Some(resource_ref("nothing")),
            healthcare_service: Some(HealthcareServiceId::parse("nothing").unwrap()),
            window,
        },
        comment: None,
    };
    let told = faults(book(everything).await.unwrap_err());
    let paths: Vec<_> = told.iter().map(|fault| fault.path.as_deref().unwrap()).collect();
    assert_eq!(paths, ["patient_id", "resource_id", "healthcare_service_id"]);
    assert_eq!(clinic.calls_of("MakeBooking"), 0);
}

#[tokio::test]
async fn an_end_years_away_costs_no_more_questions() {
    let clinic = Clinic::open().await;
    let slot = clinic.slot().await;
    clinic.warm().await;
    let window = Window { end: "2199-12-01T08:00:00Z".parse().unwrap(), ..window_of(&slot) };
    let good = booking(&slot, ANNA);
    let endless = Booking { slot: SlotChoice { window, ..good.slot.clone() }, ..good };
    let refused = clinic.takecare.book(&clinic.ctx(), &ten(), endless).await;
    assert_eq!(fault(refused).0, FaultCode::NoTimeslotsAvailable);
    assert_eq!(clinic.calls_of("GetAvailableTimeslots"), 1, "{:?}", clinic.calls());
}

#[tokio::test]
async fn a_patient_whom_takecare_does_not_know_is_told_after_its_refusal() {
    let clinic = Clinic::open().await;
    let slot = clinic.slot().await;
    let before = clinic.live();
    // A valid number of nobody.
    let error = clinic.book(&slot, "198112189876").await.unwrap_err();
    let fault = faults(error).remove(0);
    assert_eq!((fault.code, fault.path.as_deref()), (FaultCode::InvalidPatientId, Some("patient_id")));
    assert!(fault.emr_error.is_some(), "in TakeCare's own words too");
    assert_eq!(clinic.live(), before);
}

#[tokio::test]
async fn what_is_left_out_is_taken_where_only_one_time_matches() {
    let clinic = Clinic::open().await;
    let slots = clinic.slots(clinic.window(3, 10)).await;
    let same = |a: &vardbro_model::timeslot::Timeslot, b: &vardbro_model::timeslot::Timeslot| {
        a.start == b.start && a.end == b.end
    };
    let open = |slot: &vardbro_model::timeslot::Timeslot| {
        let good = booking(slot, ANNA);
        Booking { slot: SlotChoice { resource: None, healthcare_service: None, ..good.slot.clone() }, ..good }
    };
    let shared =
        slots.iter().find(|slot| slots.iter().filter(|other| same(slot, other)).count() > 1).unwrap();
    let error = clinic.takecare.book(&clinic.ctx(), &ten(), open(shared)).await.unwrap_err();
    let fault = faults(error).remove(0);
    assert_eq!((fault.code, fault.path.as_deref()), (FaultCode::AmbiguousTimeslots, Some("start")));
    assert!(fault.detail.contains(shared.resource_id.as_str()), "{}", fault.detail);
    assert_eq!(clinic.calls_of("MakeBooking"), 0);
    let only = slots.iter().find(|slot| slots.iter().filter(|other| same(slot, other)).count() == 1);
    if let Some(only) = only {
        let booked = clinic.takecare.book(&clinic.ctx(), &ten(), open(only)).await.unwrap();
        assert_eq!(booked.resource_id.as_ref(), Some(&only.resource_id));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_eight_who_want_one_slot_one_gets_it() {
    let clinic = Arc::new(Clinic::open().await);
    let slot = clinic.slot().await;
    let before = clinic.live();
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let (clinic, slot) = (Arc::clone(&clinic), slot.clone());
            tokio::spawn(async move { clinic.book(&slot, ANNA).await })
        })
        .collect();
    let mut booked = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => booked += 1,
            Err(error) => assert_eq!(fault::<()>(Err(error)).0, FaultCode::NoTimeslotsAvailable),
        }
    }
    assert_eq!((booked, clinic.live()), (1, before + 1));
}

#[tokio::test]
async fn both_forms_of_the_inner_message_are_taken() {
    use vardbro_takecare_sandbox::{InnerXml, Options};
    for (sent, answered) in
        [("escaped", InnerXml::Cdata), ("cdata", InnerXml::Escaped), ("cdata", InnerXml::Cdata)]
    {
        let clinic = Clinic::open_with(
            "2026-11-20T03:00:00Z",
            |options| Options { inner_xml: answered, ..options },
            |settings| settings.with("inner_xml", sent),
        )
        .await;
        let slot = clinic.slot().await;
        let comment = "Ont i knät — \"svårt\" & <b>röd</b> ]]> 腰痛 🦵\nandra raden";
        let with_comment = Booking { comment: Some(comment.into()), ..booking(&slot, ANNA) };
        let booked = clinic.takecare.book(&clinic.ctx(), &ten(), with_comment).await.unwrap();
        assert_eq!(booked.comment.as_deref(), Some(comment));
        assert_eq!(window_of(&slot).start, booked.start.timestamp());
        let read = clinic.takecare.appointment(&clinic.ctx(), &ten(), &booked.id).await.unwrap();
        assert_eq!(read, booked);
    }
}
