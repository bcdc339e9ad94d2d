//! Several who want the same at once.

use serde_json::json;
use vardbro_model::capabilities::Operation;
use vardbro_sandbox_kit::AppointmentState;

use crate::case::Need::Can;
use crate::case::cases;
use crate::client::Client;
use crate::clinic::{Slot, instant, text};
use crate::subject::Subject;

const BOOK: Operation = Operation::BookAppointment;
const MOVE: Operation = Operation::MoveAppointment;

cases! {
    "of eight clients who want one time one gets it" [Can(BOOK)] => eight_bookings,
    "of eight clients who come through two connections to one EHR one gets the time" [Can(BOOK)] => eight_bookings_through_two_doors,
    "of two who are moved to one time at once one gets it" [Can(BOOK), Can(MOVE)] => two_moves,
    "of two who are moved through two connections to one EHR not both get the time" [Can(BOOK), Can(MOVE)] => two_moves_through_two_doors,
}

async fn eight_bookings(subject: &Subject) {
    book_at_once(subject, std::slice::from_ref(&subject.client)).await;
}

async fn eight_bookings_through_two_doors(subject: &Subject) {
    let door = subject.with_another_door().await;
    book_at_once(subject, &[subject.client.clone(), door]).await;
}

/// Has eight patients booked at one time, by these clients in turn.
async fn book_at_once(subject: &Subject, clients: &[Client]) {
    let clinic = subject.clinic().await;
    let slot = clinic.slots().await.remove(0);
    let mut patients = Vec::new();
    for _ in 0..8 {
        patients.push(clinic.patient().await);
    }
    // All know the catalogue, and every call takes a while: so all see the time free before any of them has it.
    for client in clients {
        client.get(&format!("{}/timeslots", clinic.path)).await.is(200);
    }
    subject.faults(json!({"latency_ms": 20}));
    let before = subject.live();
    let path = format!("{}/appointments", clinic.path);
    let attempts: Vec<_> = patients
        .iter()
        .zip(clients.iter().cycle())
        .map(|(patient, client)| {
            let (client, path, body) = (client.clone(), path.clone(), slot.booking(patient));
            tokio::spawn(async move { client.post(&path, &body).await })
        })
        .collect();
    let mut booked = Vec::new();
    for attempt in attempts {
        let answer = attempt.await.expect("an answer");
        if answer.status == 201 {
            booked.push(clinic.one_booked(&answer));
        } else {
            answer.refused("NO_TIMESLOTS_AVAILABLE", "start");
        }
    }
    subject.no_faults();
    assert_eq!(booked.len(), 1, "{booked:?}");
    let new: Vec<_> = subject.live().into_iter().filter(|one| !before.contains(one)).collect();
    assert_eq!(new.len(), 1, "{new:?}");
    if subject.can(Operation::GetAppointment) {
        let read = clinic.appointment(&text(&booked[0], "id")).await;
        assert_eq!(read["patient_id"], booked[0]["patient_id"]);
    }
}

async fn two_moves(subject: &Subject) {
    assert_eq!(move_at_once(subject, [subject.client.clone(), subject.client.clone()]).await, 1);
}

async fn two_moves_through_two_doors(subject: &Subject) {
    // Two gateways that see each other in the way may both step back.
    assert!(move_at_once(subject, [subject.client.clone(), subject.with_another_door().await]).await <= 1);
}

/// Has two bookings of one resource moved to one time, each by its client; gives how many were.
async fn move_at_once(subject: &Subject, clients: [Client; 2]) -> usize {
    let clinic = subject.clinic().await;
    let slots = clinic.slots().await;
    let one = clinic.book(&slots[0], &clinic.patient().await).await;
    let other = clinic.book(&slots[1], &clinic.patient().await).await;
    // Both know the catalogue, and every call takes a while: so both see the time free before either has it.
    for client in &clients {
        client.get(&format!("{}/timeslots", clinic.path)).await.is(200);
    }
    subject.faults(json!({"latency_ms": 20}));
    let live = subject.live().len();
    let mut clients = clients.into_iter();
    let attempts = [one, other].map(|booked| {
        let path = format!("{}/appointments/{}", clinic.path, text(&booked, "id"));
        let (client, change) =
            (clients.next().expect("one each"), json!({"start": slots[4].start, "end": slots[4].end}));
        tokio::spawn(async move { client.patch(&path, &change).await })
    });
    let mut moved = 0;
    for attempt in attempts {
        let answer = attempt.await.expect("an answer");
        if answer.status == 200 {
            moved += 1;
        } else {
            answer.refused("NO_TIMESLOTS_AVAILABLE", "start");
        }
    }
    subject.no_faults();
    assert_eq!(subject.live().len(), live);
    let at = |slot: &Slot| {
        let start = instant(&slot.start);
        let there =
            |one: &AppointmentState| one.start == start && slot.resource_id.contains(&one.resource_id);
        subject.live().into_iter().filter(there).count()
    };
    assert_eq!(at(&slots[4]), moved, "whoever was told so is there, and nobody else");
    assert_eq!(at(&slots[0]) + at(&slots[1]), 2 - moved, "whoever was refused is where he was");
    moved
}
