//! Calls that arrive at once.

use std::sync::Arc;

use crate::client::{MIKAEL, Sandbox, TOLVAN, booked};

#[tokio::test(flavor = "multi_thread")]
async fn of_sixteen_bookings_of_one_time_one_wins() {
    let sandbox = Arc::new(Sandbox::start().await);
    let slot = sandbox.slot().await;
    let live = || sandbox.running.ehr.state().appointments.iter().filter(|booking| booking.live).count();
    let before = live();

    let calls = (0..16).map(|n| {
        let (sandbox, slot) = (sandbox.clone(), slot.clone());
        let patient = if n % 2 == 0 { MIKAEL } else { TOLVAN };
        tokio::spawn(async move { sandbox.make(&slot, patient).await })
    });
    let mut won = 0;
    for call in Vec::from_iter(calls) {
        let answer = call.await.unwrap();
        if answer.0.contains("BookingConfirmation") {
            won += 1;
        } else {
            assert_eq!(answer.code(), 4020);
        }
    }

    assert_eq!((won, live()), (1, before + 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_eight_moves_of_one_booking_one_wins() {
    let sandbox = Arc::new(Sandbox::start().await);
    let slot = sandbox.slot().await;
    let id = sandbox.make(&slot, MIKAEL).await.one("BookingId");
    let targets = sandbox.free("20260318", "20260327", "<TimeTypeId>6</TimeTypeId>").await;

    let calls = targets.into_iter().take(8).map(|target| {
        let sandbox = sandbox.clone();
        let children = format!("<BookingId>{id}</BookingId>{}", booked(&target, MIKAEL));
        tokio::spawn(async move { sandbox.call("RescheduleBooking", &children).await })
    });
    let mut won = 0;
    for call in Vec::from_iter(calls) {
        let answer = call.await.unwrap();
        if answer.0.contains("BookingConfirmation") {
            won += 1;
        } else {
            assert_eq!(answer.code(), 4030);
        }
    }

    assert_eq!(won, 1);
}
