//! Lists that come in pages.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use vardbro_model::capabilities::Operation;

use crate::case::Need::{Can, FilterBy};
use crate::case::cases;
use crate::client::with_query;
use crate::clinic::{CANARY, Clinic, every_page, text};
use crate::subject::Subject;

const LIST: Operation = Operation::ListAppointments;

cases! {
    "appointments page by page are those of one page" [Can(LIST)] => appointments,
    "the next page keeps the filters" [Can(LIST), FilterBy(LIST, "resource_id")] => filters,
    "patients page by page are those of one page" [Can(Operation::CreatePatient), FilterBy(Operation::SearchPatients, "last_name")] => patients,
    "notes page by page are those of one page" [Can(Operation::CreateNote), Can(Operation::ReadNotes)] => notes,
    "documents page by page are those of one page" [Can(Operation::CreateDocument), Can(Operation::ListDocuments)] => documents,
    "what is booked while somebody pages neither doubles nor hides the others"
        [Can(LIST), Can(Operation::BookAppointment)] => booked_meanwhile,
    "a limit is a number from 1 to 500" [Can(LIST)] => limits,
    "a cursor that is not one of ours is refused" [Can(LIST)] => cursors,
    "timeslots are never paged" [Can(Operation::ListTimeslots)] => timeslots,
}

/// Checks that pages of any size hold what one page holds, and that none but the last has fewer than asked for.
async fn paged(clinic: &Clinic<'_>, path: &str) -> Vec<Value> {
    let with_limit = |limit: usize| {
        let mark = if path.contains('?') { '&' } else { '?' };
        format!("{}{path}{mark}limit={limit}", clinic.path)
    };
    let all = every_page(clinic.client, &with_limit(500)).await;
    assert!(all.len() > 3, "enough to page: {}", all.len());
    let ids: BTreeSet<String> = all.iter().map(|one| text(one, "id")).collect();
    assert_eq!(ids.len(), all.len(), "nothing stands twice");
    let sizes = if all.len() < 12 {
        [1, 2, 3, all.len() - 1, all.len()]
    } else {
        [all.len() / 7, all.len() / 3, all.len() / 2 + 1, all.len() - 1, all.len()]
    };
    for limit in sizes {
        let mut found = Vec::new();
        let mut next = Some(with_limit(limit));
        while let Some(page) = next {
            let answer = clinic.client.get(&page).await;
            let items = answer.list();
            next = answer.next_page();
            assert!(items.len() <= limit, "{answer}");
            assert!(next.is_none() || items.len() == limit, "a page before the last is full: {answer}");
            found.extend(items);
            assert!(found.len() <= all.len(), "it comes to an end");
        }
        assert_eq!(found, all, "in pages of {limit}");
    }
    all
}

async fn appointments(subject: &Subject) {
    for clinic in subject.clinics().await {
        paged(&clinic, "/appointments").await;
    }
}

async fn filters(subject: &Subject) {
    let clinic = subject.clinic().await;
    let listed = clinic.get("/appointments").await.list();
    let resource = text(&listed[0], "resource_id");
    let start = clinic.now_plus(crate::clinic::days(-40));
    let path = with_query("/appointments", &[("resource_id", &resource), ("start", &start)]);
    let end = clinic.now_plus(crate::clinic::days(60));
    let path = format!("{path}&{}", &with_query("", &[("end", &end)])[1..]);
    let found = paged(&clinic, &path).await;
    assert!(found.iter().all(|one| one["resource_id"] == resource.as_str()));
}

async fn patients(subject: &Subject) {
    let clinic = subject.clinic().await;
    for _ in 0..5 {
        clinic.new_patient().await;
    }
    assert_eq!(paged(&clinic, &format!("/patients?last_name={CANARY}")).await.len(), 5);
}

async fn notes(subject: &Subject) {
    let clinic = subject.clinic().await;
    let path = format!("/patients/{}/medical-notes", clinic.patient().await);
    for number in 0..5 {
        let content = json!({"unstructured": format!("Number {number}")});
        clinic.post(&path, &json!({"template_id": "unstructured", "content": content})).await.is(201);
    }
    assert_eq!(paged(&clinic, &path).await.len(), 5);
}

async fn documents(subject: &Subject) {
    let clinic = subject.clinic().await;
    let path = format!("/patients/{}/documents", clinic.patient().await);
    for _ in 0..5 {
        clinic.post(&path, &json!({"content": "JVBERi0xLjQK", "format": "application/pdf"})).await.is(201);
    }
    // The EHR may still work on them, and the pages shall be the same.
    tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    assert_eq!(paged(&clinic, &path).await.len(), 5);
}

async fn booked_meanwhile(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before: BTreeSet<String> = clinic.listed(&[("limit", "500")]).await.into_iter().collect();
    let (slots, patient) = (clinic.slots().await, clinic.patient().await);
    let mut found = Vec::new();
    let mut next = Some(format!("{}/appointments?limit={}", clinic.path, before.len() / 6));
    let mut slots = slots.into_iter().rev();
    while let Some(page) = next {
        let answer = subject.client.get(&page).await;
        found.extend(answer.list().iter().map(|one| text(one, "id")));
        next = answer.next_page();
        // Later than what was read, so far as the days of the sandbox go.
        if let Some(slot) = slots.next() {
            clinic.book(&slot, &patient).await;
        }
    }
    let distinct: BTreeSet<String> = found.iter().cloned().collect();
    assert!(before.is_subset(&distinct), "nobody is hidden");
}

async fn limits(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    for wrong in ["0", "501", "-1", "x", "", "1.5", "1e2", "99999999999999999999"] {
        clinic.find("/appointments", &[("limit", wrong)]).await.refused("BAD_INPUT", "limit");
    }
    assert_eq!(subject.calls(), before);
    for right in ["1", "500"] {
        clinic.find("/appointments", &[("limit", right)]).await.list();
    }
}

async fn cursors(subject: &Subject) {
    let clinic = subject.clinic().await;
    for wrong in ["x", "%%", "bm90IG91cnM", "LTE", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk", "AAAA", "eyJhIjoxfQ"] {
        let answer = clinic.find("/appointments", &[("cursor", wrong)]).await;
        answer.refused("BAD_INPUT", "cursor");
    }
}

async fn timeslots(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (start, end) = (clinic.now_plus(crate::clinic::days(0)), clinic.now_plus(crate::clinic::days(10)));
    let answer = clinic.find("/timeslots", &[("start", &start), ("end", &end)]).await;
    assert!(answer.list().len() > 100);
    assert_eq!(answer.header("link"), None);
    clinic.find("/timeslots", &[("limit", "5")]).await.refused("BAD_INPUT", "limit");
}
