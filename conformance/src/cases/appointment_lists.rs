//! Listing appointments.

use vardbro_model::capabilities::Operation;

use crate::case::Need::{Can, FilterBy};
use crate::case::cases;
use crate::client::with_query;
use crate::clinic::{Clinic, Slot, days, every_page, instant, text};
use crate::shapes::APPOINTMENT;
use crate::subject::Subject;

const BOOK: Operation = Operation::BookAppointment;
const LIST: Operation = Operation::ListAppointments;

cases! {
    "a booking is listed by its patient" [Can(BOOK), FilterBy(LIST, "patient_id")] => listed_by_patient,
    "a booking is listed by its resource" [Can(BOOK), FilterBy(LIST, "resource_id")] => listed_by_resource,
    "a booking is listed by its service" [Can(BOOK), FilterBy(LIST, "healthcare_service_id")] => listed_by_service,
    "a booking is listed by a window that its start lies in"
        [Can(BOOK), FilterBy(LIST, "start"), FilterBy(LIST, "end")] => listed_by_window,
    "appointments are listed by start, with every field" [Can(LIST)] => listed_in_order,
    "a list with a status has only those" [FilterBy(LIST, "status")] => listed_by_status,
    "a filter of appointments that names nothing is a fault of the parameter" [Can(LIST)] => filters_that_name_nothing,
    "an unknown status is refused" [Can(LIST)] => unknown_status,
}

async fn booked(clinic: &Clinic<'_>) -> (Slot, String, String) {
    let (slot, patient) = (clinic.slots().await.remove(0), clinic.patient().await);
    let id = text(&clinic.book(&slot, &patient).await, "id");
    (slot, patient, id)
}

async fn listed_by_patient(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (_, patient, id) = booked(&clinic).await;
    assert_eq!(clinic.listed(&[("patient_id", &patient)]).await, [id.as_str()]);
    assert_eq!(clinic.listed(&[("patient_id", &format!("emr_id:{patient}"))]).await, [id]);
    let other = clinic.patient().await;
    assert_eq!(clinic.listed(&[("patient_id", &other)]).await, [""; 0]);
}

async fn listed_by_resource(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (slot, _, id) = booked(&clinic).await;
    let listed = with_query(&format!("{}/appointments", clinic.path), &[("resource_id", &slot.resource_id)]);
    let listed = every_page(&subject.client, &listed).await;
    assert!(listed.iter().any(|one| one["id"] == id.as_str()));
    assert!(listed.iter().all(|one| one["resource_id"] == slot.resource_id.as_str()));
}

async fn listed_by_service(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (slot, _, id) = booked(&clinic).await;
    let service = slot.healthcare_service_id.as_str();
    let listed = with_query(&format!("{}/appointments", clinic.path), &[("healthcare_service_id", service)]);
    let listed = every_page(&subject.client, &listed).await;
    assert!(listed.iter().any(|one| one["id"] == id.as_str()));
    assert!(listed.iter().all(|one| one["healthcare_service_id"] == service));
}

async fn listed_by_window(subject: &Subject) {
    let clinic = subject.clinic().await;
    let (slot, _, id) = booked(&clinic).await;
    let (start, end) = (slot.start.as_str(), slot.end.as_str());
    let earlier = clinic.later(start, -60);
    for (window, inside) in [
        ([("start", start), ("end", end)], true),
        ([("start", &earlier), ("end", end)], true),
        ([("start", &earlier), ("end", start)], false),
        ([("start", end), ("end", &clinic.now_plus(days(20)))], false),
    ] {
        assert_eq!(clinic.listed(&window).await.contains(&id), inside, "{window:?}");
    }
    assert!(clinic.listed(&[("start", &earlier)]).await.contains(&id));
    assert!(clinic.listed(&[("end", end)]).await.contains(&id));
    let week = clinic.now_plus(days(7));
    let month_after = instant(&week).saturating_add(days(30)).expect("within time");
    let path = with_query(&format!("{}/appointments", clinic.path), &[("start", &week)]);
    for one in every_page(&subject.client, &path).await {
        let start = instant(&text(&one, "start"));
        assert!((instant(&week)..month_after).contains(&start), "{one}");
    }
    let answer = clinic.find("/appointments", &[("start", end), ("end", start)]).await;
    answer.refused("BAD_INPUT", "end");
}

async fn listed_in_order(subject: &Subject) {
    for clinic in subject.clinics().await {
        let listed = every_page(&subject.client, &format!("{}/appointments", clinic.path)).await;
        assert!(!listed.is_empty(), "the sandbox has appointments");
        for one in &listed {
            APPOINTMENT.check(one);
            assert_eq!(one["care_unit_id"], clinic.id.as_str());
            assert_ne!(one["status"], "cancelled", "cancelled ones are left out");
            for time in
                ["start", "end", "created_at", "updated_at"].iter().filter_map(|field| one[*field].as_str())
            {
                assert_eq!(time, clinic.local(instant(time)));
            }
            let over = instant(&text(one, "end")) <= subject.clock.now();
            assert_eq!(over || one["status"] == "completed", one["status"] == "completed", "{one}");
        }
        let starts: Vec<_> = listed.iter().map(|one| instant(&text(one, "start"))).collect();
        assert!(starts.is_sorted(), "{starts:?}");
    }
}

async fn listed_by_status(subject: &Subject) {
    let clinic = subject.clinic().await;
    let all = clinic.listed(&[]).await;
    let mut found = 0;
    for status in ["booked", "awaiting_confirmation", "completed"] {
        let path = with_query(&format!("{}/appointments", clinic.path), &[("status", status)]);
        let listed = every_page(&subject.client, &path).await;
        assert!(listed.iter().all(|one| one["status"] == status && all.contains(&text(one, "id"))));
        found += listed.len();
    }
    assert_eq!(found, all.len());
}

async fn filters_that_name_nothing(subject: &Subject) {
    let clinics = subject.clinics().await;
    let elsewhere = clinics[1].resource_not_at(&clinics[0]).await;
    for (filter, code, value) in [
        ("patient_id", "INVALID_PATIENT_ID", "nothing"),
        ("resource_id", "INVALID_RESOURCE_ID", "nothing"),
        ("resource_id", "INVALID_RESOURCE_ID", &elsewhere),
        ("healthcare_service_id", "INVALID_HEALTHCARE_SERVICE_ID", "nothing"),
    ] {
        if FilterBy(LIST, filter).is_met_by(&subject.capabilities) {
            clinics[0].find("/appointments", &[(filter, value)]).await.refused(code, filter);
        }
    }
}

async fn unknown_status(subject: &Subject) {
    let clinic = subject.clinic().await;
    for status in ["gone", "Booked", ""] {
        clinic.find("/appointments", &[("status", status)]).await.refused("BAD_INPUT", "status");
    }
}
