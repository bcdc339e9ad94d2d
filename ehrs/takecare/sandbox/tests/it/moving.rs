//! Rescheduling, and free times for it.

use crate::client::{EHN, MIKAEL, Sandbox, TOLVAN, UNIT, booked};

fn moved(id: &str, slot: &crate::client::Slot, patient: &str) -> String {
    format!("<BookingId>{id}</BookingId>{}", booked(slot, patient))
}

#[tokio::test]
async fn a_moved_booking_has_a_new_id_and_the_old_one_is_gone() {
    let sandbox = Sandbox::start().await;
    let first = sandbox.slot().await;
    let old = sandbox.make(&first, MIKAEL).await.one("BookingId");
    let second = sandbox.slot().await;

    let answer = sandbox.call("RescheduleBooking", &moved(&old, &second, MIKAEL)).await.response();

    let new = answer.one("BookingId");
    assert_ne!(new, old);
    assert_eq!(answer.attribute("ProfdocHISMessage", "Method").as_deref(), Some("Booking.ReScheduleBooking"));
    assert_eq!(answer.one("StartTime"), second.start);
    assert_eq!(sandbox.booking(&old).await, None);
    assert_eq!(sandbox.booking(&new).await.unwrap().one("StartTime"), second.start);
    assert_eq!(sandbox.slot().await, first);
    assert_eq!(sandbox.call("RescheduleBooking", &moved(&old, &first, MIKAEL)).await.code(), 4030);
    let state = sandbox.running.ehr.state();
    let live =
        |id: &str| state.appointments.iter().find(|booking| booking.id == id).map(|booking| booking.live);
    assert_eq!((live(&old), live(&new)), (Some(false), Some(true)));
}

#[tokio::test]
async fn a_booking_can_be_moved_to_its_own_time_with_another_reason() {
    let sandbox = Sandbox::start().await;
    let slot = sandbox.slot().await;
    let old = sandbox.make(&slot, MIKAEL).await.one("BookingId");
    let children = moved(&old, &slot, MIKAEL).replace("Hosta", "Feber");

    let new = sandbox.call("RescheduleBooking", &children).await.response().one("BookingId");

    assert_ne!(new, old);
    assert_eq!(sandbox.booking(&new).await.unwrap().one("PatientReason"), "Feber");
}

#[tokio::test]
async fn a_booking_can_be_moved_to_another_resource() {
    let sandbox = Sandbox::start().await;
    let old = sandbox.make(&sandbox.slot().await, MIKAEL).await.one("BookingId");
    let elsewhere = "<TimeTypeId>6</TimeTypeId><ResourceId>991890000027</ResourceId>";
    let slot = sandbox.free("20260317", "20260327", elsewhere).await.remove(0);

    let answer = sandbox.call("RescheduleBooking", &moved(&old, &slot, MIKAEL)).await.response();

    assert_eq!(answer.one("ResourceName"), "Läkare Lind (läk)");
}

#[tokio::test]
async fn a_move_to_a_taken_time_leaves_everything_as_it_was() {
    let sandbox = Sandbox::start().await;
    let taken = sandbox.slot().await;
    sandbox.make(&taken, TOLVAN).await.response();
    let id = sandbox.make(&sandbox.slot().await, MIKAEL).await.one("BookingId");
    let before = sandbox.running.ehr.state();

    assert_eq!(sandbox.call("RescheduleBooking", &moved(&id, &taken, MIKAEL)).await.code(), 4020);

    assert_eq!(sandbox.running.ehr.state(), before);
}

#[tokio::test]
async fn the_booking_of_another_patient_is_not_moved() {
    let sandbox = Sandbox::start().await;
    let id = sandbox.make(&sandbox.slot().await, MIKAEL).await.one("BookingId");
    let slot = sandbox.slot().await;
    assert_eq!(sandbox.call("RescheduleBooking", &moved(&id, &slot, TOLVAN)).await.code(), 4033);
}

#[tokio::test]
async fn for_a_move_its_own_time_is_free_and_its_time_type_meant() {
    let sandbox = Sandbox::start().await;
    let slot = sandbox.slot().await;
    let id = sandbox.make(&slot, MIKAEL).await.one("BookingId");
    let day = &slot.start[..8];
    let ask = |narrowed: &str| {
        format!(
            "<BookingId>{id}</BookingId>{UNIT}<StartDate>{day}</StartDate><EndDate>{day}</EndDate>{narrowed}"
        )
    };
    let starts = |answer: crate::client::Message| -> Vec<(String, String)> {
        let slots = answer.response().all("Timeslot");
        slots.iter().map(|slot| (slot.one("StartTime"), slot.one("TimeTypeId"))).collect()
    };

    let free = starts(sandbox.call("GetAvailableTimeslots", &ask("")).await);

    assert!(free.iter().all(|(_, time_type)| time_type == "6"));
    assert!(free.contains(&(slot.start.clone(), "6".to_owned())));
    let here = format!("<ResourceId>{EHN}</ResourceId>");
    let free = starts(sandbox.call("GetAvailableTimeslots", &ask(&here)).await);
    assert!(free.contains(&(slot.start.clone(), "6".to_owned())));
    let other = starts(sandbox.call("GetAvailableTimeslots", &ask("<TimeTypeId>7</TimeTypeId>")).await);
    assert!(!other.is_empty() && other.iter().all(|(_, time_type)| time_type == "7"));
    let dates = sandbox.call("GetAvailableDates", &ask("")).await.response();
    assert_eq!(
        (dates.one("Date"), dates.attribute("AvailableDates", "TimeTypeId").unwrap()),
        (day.to_owned(), "0".into())
    );
    let unknown = ask("").replace(&id, "7b1f6c1e-2f4a-4a52-9d3c-0c5a6f1e9b21");
    assert_eq!(sandbox.call("GetAvailableTimeslots", &unknown).await.code(), 4030);
}
