//! Whatever happens at once, no caregiver is in two places.

use std::sync::Arc;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use vardbro_sandbox_kit::AppointmentState;

use crate::client::{ALMGREN, Sandbox, id};

/// The live bookings of Almgren from tomorrow on, by time.
fn ahead(sandbox: &Sandbox) -> Vec<AppointmentState> {
    let mut rows = sandbox.running.ehr.state().appointments;
    let tomorrow = "2026-03-23T23:00:00Z".parse().unwrap();
    rows.retain(|row| row.live && row.resource_id == ALMGREN && row.start >= tomorrow);
    rows.sort_by_key(|row| row.start);
    rows
}

/// The statuses of all calls, made at once and sorted.
async fn at_once<F>(calls: impl Iterator<Item = F>) -> Vec<u16>
where
    F: Future<Output = u16> + Send + 'static,
{
    let tasks: Vec<_> = calls.map(tokio::spawn).collect();
    let mut statuses = Vec::new();
    for task in tasks {
        statuses.push(task.await.unwrap());
    }
    statuses.sort_unstable();
    statuses
}

#[tokio::test]
async fn of_sixteen_who_post_one_row_one_wins() {
    let sandbox = Arc::new(Sandbox::start().await);
    let row = sandbox.free().await.swap_remove(0);
    let (body, before) = (sandbox.body_for(&row).await, ahead(&sandbox).len());

    let statuses = at_once((0..16).map(|_| {
        let (sandbox, body) = (sandbox.clone(), body.clone());
        async move { sandbox.post("/v1/bookings", body).await.status.as_u16() }
    }))
    .await;

    assert_eq!((statuses[0], &statuses[1..]), (201, &[400; 15][..]));
    assert_eq!(ahead(&sandbox).len(), before + 1);
}

#[tokio::test]
async fn of_five_patients_who_are_patched_into_one_row_one_wins() {
    let sandbox = Arc::new(Sandbox::start().await);
    let row = sandbox.free().await.swap_remove(0);
    let mut patients = Vec::new();
    for number in ["19121212-1212", "19711002-1834", "19401012-6672", "19500304-2222", "19491206-2306"] {
        patients.push(id(&sandbox.patient(number).await));
    }

    let statuses = at_once(patients.into_iter().map(|patient| {
        let (sandbox, path) = (sandbox.clone(), format!("/v1/bookings/{}", id(&row)));
        async move { sandbox.patch(&path, json!({"patientId": patient})).await.status.as_u16() }
    }))
    .await;

    assert_eq!(statuses, [200, 400, 400, 400, 400]);
}

#[tokio::test]
async fn a_row_is_posted_or_patched_and_never_both() {
    let sandbox = Arc::new(Sandbox::start().await);
    for row in sandbox.free().await.into_iter().take(8) {
        let (body, before) = (sandbox.body_for(&row).await, ahead(&sandbox).len());
        let statuses = at_once([true, false].into_iter().map(|post| {
            let (sandbox, body, path) = (sandbox.clone(), body.clone(), format!("/v1/bookings/{}", id(&row)));
            async move {
                let patient = json!({"patientId": body["patientId"]});
                let post_or_patch = if post {
                    sandbox.post("/v1/bookings", body).await
                } else {
                    sandbox.patch(&path, patient).await
                };
                post_or_patch.status.as_u16()
            }
        }))
        .await;
        assert_eq!(statuses.iter().filter(|status| **status < 300).count(), 1, "{statuses:?}");
        assert_eq!(ahead(&sandbox).len(), before + 1);
    }
}

#[tokio::test]
async fn of_two_who_move_to_one_row_one_wins() {
    let sandbox = Arc::new(Sandbox::start().await);
    let rows = sandbox.free().await;
    let rows: Vec<&Value> = rows.iter().filter(|row| row["bookingType"]["id"] == 13).take(3).collect();
    let bookings = [sandbox.book(rows[0]).await, sandbox.book(rows[1]).await];

    let statuses = at_once(bookings.iter().map(|booking| {
        let (sandbox, path) = (sandbox.clone(), format!("/v1/bookings/{}", id(booking)));
        let change = json!({
            "date": rows[2]["date"],
            "startTime": rows[2]["startTime"],
            "endTime": rows[2]["endTime"],
        });
        async move { sandbox.patch(&path, change).await.status.as_u16() }
    }))
    .await;

    assert_eq!(statuses, [200, 400]);
}

#[tokio::test]
async fn whatever_is_done_no_two_bookings_overlap() {
    let sandbox = Arc::new(Sandbox::start().await);
    let rows: Vec<Value> = sandbox.free().await.into_iter().take(12).collect();
    let mut bodies = Vec::new();
    for row in &rows {
        bodies.push(sandbox.body_for(row).await);
    }
    let before = ahead(&sandbox).len();

    let done = at_once((0..8).map(|seed| {
        let (sandbox, rows, bodies) = (sandbox.clone(), rows.clone(), bodies.clone());
        async move {
            let mut dice = StdRng::seed_from_u64(seed);
            let mut mine = Vec::new();
            for _ in 0..25 {
                let body = &bodies[dice.random_range(0..bodies.len())];
                let row = &rows[dice.random_range(0..rows.len())];
                match (dice.random_range(0..4), mine.pop()) {
                    (0, None) => {
                        let path = format!("/v1/bookings/{}", id(row));
                        let reply = sandbox.patch(&path, json!({"patientId": body["patientId"]})).await;
                        if reply.status == 200 {
                            mine.push(id(&reply.json()));
                        }
                    }
                    (_, None) => {
                        let reply = sandbox.post("/v1/bookings", body.clone()).await;
                        if reply.status == 201 {
                            mine.push(id(&reply.json()));
                        }
                    }
                    (0, Some(one)) => {
                        let path = format!("/v1/bookings/{one}");
                        sandbox.delete(&path, json!({"userId": ALMGREN})).await;
                    }
                    (_, Some(one)) => {
                        let change = json!({
                            "date": row["date"],
                            "startTime": row["startTime"],
                            "endTime": row["endTime"],
                            "bookingTypeId": row["bookingType"]["id"],
                        });
                        sandbox.patch(&format!("/v1/bookings/{one}"), change).await;
                        mine.push(one);
                    }
                }
            }
            0
        }
    }))
    .await;

    assert_eq!(done, [0; 8]);
    let now = ahead(&sandbox);
    assert!(now.windows(2).all(|pair| pair[0].end <= pair[1].start), "two bookings overlap");
    assert!(now.len() > before);
    for row in &now {
        sandbox.delete(&format!("/v1/bookings/{}", row.id), json!({"userId": ALMGREN})).await.expect(204);
    }
    let free = sandbox.free().await;
    let time = |row: &Value| (row["date"].clone(), row["startTime"].clone());
    assert!(rows.iter().all(|row| free.iter().any(|free| time(free) == time(row))), "a row is lost");
}
