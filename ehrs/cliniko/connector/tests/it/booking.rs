use std::sync::Arc;

use vardbro_cliniko::Cliniko;
use vardbro_ehr::{Ehr, EhrErrorKind, Thing};
use vardbro_model::appointment::{AppointmentStatus, Booking, SlotChoice};
use vardbro_model::error::FaultCode;
use vardbro_model::id::{HealthcareServiceId, ResourceId};
use vardbro_model::time::Window;
use vardbro_model::typed_id::ResourceRef;

use crate::clinic::{Clinic, booking, fault, faults, kind, nobody, window_of};

#[tokio::test]
async fn a_free_time_is_booked_and_is_free_no_more() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let slot = clinic.slot(&unit).await;
    let patient = clinic.patient(&unit).await;
    clinic.forget_calls();
    let booked = clinic.book(&unit, &slot, &patient).await.unwrap();
    assert!(clinic.call_count() <= 4, "{:?}", clinic.calls());

    assert_eq!(booked.status, AppointmentStatus::Booked);
    assert_eq!((booked.start, booked.end), (slot.start, slot.end));
    assert_eq!(booked.start.to_string(), slot.start.to_string());
    assert_eq!(booked.patient_id, Some(patient.id.clone()));
    assert_eq!(booked.resource_id, Some(slot.resource_id.clone()));
    assert_eq!(booked.healthcare_service_id, Some(slot.healthcare_service_id.clone()));
    assert_eq!(booked.comment.as_deref(), Some("First consultation"));
    assert_eq!(clinic.cliniko.appointment(&clinic.ctx(), &unit, &booked.id).await.unwrap(), booked);

    assert!(!clinic.slots(&unit, window_of(&slot)).await.contains(&slot));
    let again = clinic.book(&unit, &slot, &patient).await;
    assert_eq!(fault(again), (FaultCode::NoTimeslotsAvailable, Some("start".into())));
}

#[tokio::test]
async fn what_cannot_be_booked_is_told_before_anything_is_written() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let slot = clinic.slot(&unit).await;
    let patient = clinic.patient(&unit).await;
    let good = booking(&slot, &patient);
    let book = |booking: Booking| {
        let clinic = &clinic;
        let unit = &unit;
        async move { clinic.cliniko.book(&clinic.ctx(), unit, booking).await }
    };

    let unknown = Booking { patient: nobody(), ..good.clone() };
    assert_eq!(kind(book(unknown).await), EhrErrorKind::NotFound(Thing::Patient));
    let resource = Some(ResourceRef::Id(ResourceId::parse("4242").unwrap()));
    let unknown = Booking { slot: SlotChoice { resource, ..good.slot.clone() }, ..good.clone() };
    assert_eq!(kind(book(unknown).await), EhrErrorKind::NotFound(Thing::Resource));
    let healthcare_service = Some(HealthcareServiceId::parse("4242").unwrap());
    let unknown = Booking { slot: SlotChoice { healthcare_service, ..good.slot.clone() }, ..good.clone() };
    assert_eq!(kind(book(unknown).await), EhrErrorKind::NotFound(Thing::HealthcareService));

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
    assert_eq!(clinic.calls_of("POST /v1/individual_appointments"), 0);
}

#[tokio::test]
async fn what_is_left_out_is_found_or_several_are_listed() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let patient = clinic.patient(&unit).await;
    let slots = clinic.slots(&unit, clinic.window(3, 10)).await;
    let same = |a: &vardbro_model::timeslot::Timeslot, b: &vardbro_model::timeslot::Timeslot| {
        (a.start, a.end) == (b.start, b.end)
    };
    let shared =
        slots.iter().find(|slot| slots.iter().filter(|other| same(slot, other)).count() > 1).unwrap();
    let open = |slot| {
        let good = booking(slot, &patient);
        Booking { slot: SlotChoice { resource: None, healthcare_service: None, ..good.slot.clone() }, ..good }
    };
    let error = clinic.cliniko.book(&clinic.ctx(), &unit, open(shared)).await.unwrap_err();
    let fault = faults(error).remove(0);
    assert_eq!((fault.code, fault.path.as_deref()), (FaultCode::AmbiguousTimeslots, Some("start")));
    assert!(fault.detail.contains(shared.resource_id.as_str()), "{}", fault.detail);

    let only = slots.iter().find(|slot| slots.iter().filter(|other| same(slot, other)).count() == 1);
    if let Some(only) = only {
        let booked = clinic.cliniko.book(&clinic.ctx(), &unit, open(only)).await.unwrap();
        assert_eq!(booked.resource_id.as_ref(), Some(&only.resource_id));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_eight_who_want_one_slot_one_gets_it() {
    // One gateway, where they take turns, and eight gateways, where only Cliniko's conflicts tell them of each other.
    for gateways in [1, 8] {
        let clinic = Arc::new(Clinic::open().await);
        let unit = clinic.unit().await;
        let slot = clinic.slot(&unit).await;
        let patient = clinic.patient(&unit).await;
        let before = clinic.live();
        let gateways: Vec<Arc<Cliniko>> = (0..gateways).map(|_| Arc::new(Cliniko::new())).collect();
        let tasks: Vec<_> = (0..8)
            .map(|client| {
                let gateway = Arc::clone(&gateways[client % gateways.len()]);
                let (clinic, unit, booking) = (Arc::clone(&clinic), unit.clone(), booking(&slot, &patient));
                tokio::spawn(async move { gateway.book(&clinic.ctx(), &unit, booking).await })
            })
            .collect();
        let mut booked = Vec::new();
        for task in tasks {
            match task.await.unwrap() {
                Ok(appointment) => booked.push(appointment),
                Err(error) => assert_eq!(fault::<()>(Err(error)).0, FaultCode::NoTimeslotsAvailable),
            }
        }
        assert_eq!(booked.len(), 1, "{} gateways", gateways.len());
        assert_eq!(clinic.live(), before + 1);
    }
}
