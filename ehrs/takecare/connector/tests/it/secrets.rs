//! Nothing of a patient and no secret shows in an error.

use std::sync::atomic::{AtomicBool, Ordering};

use futures::FutureExt;
use vardbro_ehr::{Ehr, EhrErrorKind};
use vardbro_model::appointment::AppointmentQuery;
use vardbro_model::patient::NewPatient;

use crate::clinic::{ANNA, Clinic, Meddling, first, patient_ref, ten};
use crate::scripted::{Said, Stage, booking, bookings};

#[tokio::test]
async fn secrets_show_in_no_error_even_when_takecare_repeats_them() {
    for status in [200, 400, 401, 403, 404, 429, 500, 503] {
        for body in [
            "no such user EXTSECRETUSER of SECRETSYSTEM",
            "<Envelope><Body><Fault><faultcode>x</faultcode><faultstring>EXTSECRETUSER SECRETSYSTEM</faultstring></Fault></Body></Envelope>",
        ] {
            let stage = Stage::set("2026-11-20T08:00:00Z", move |operation, _| {
                (operation == "GetPatient").then(|| Said::Http(status, body.into()))
            });
            let ctx = vardbro_ehr::Ctx {
                deadline: tokio::time::Instant::now() + std::time::Duration::from_millis(500),
                ..stage.ctx.clone()
            };
            let error = stage.takecare.patient(&ctx, &ten(), &patient_ref(ANNA)).await.unwrap_err();
            assert!(!format!("{error:?}").contains("SECRET"), "{error:?}");
        }
    }
}

#[tokio::test]
async fn a_refusal_that_names_a_patient_is_scrubbed() {
    let stage = Stage::set("2026-11-20T08:00:00Z", |operation, _| {
        (operation == "GetPatient").then_some(Said::No("Patienten 19711002-1834 anna@example.com saknas"))
    });
    let error = stage.takecare.patient(&stage.ctx, &ten(), &patient_ref(ANNA)).await.unwrap_err();
    assert_eq!(error.emr_error.as_deref(), Some("3000 Patienten *** *** saknas"));
}

#[tokio::test]
async fn nonsense_is_takecares_failure_and_shows_nothing_of_a_patient() {
    let clinic = Clinic::open().await;
    clinic.warm().await;
    for body in [
        String::new(),
        "<html>Secretname".to_owned(),
        "<Envelope><Body><GetPatientResponse><GetPatientResult>&lt;ProfdocHISMessage&gt;&lt;Patients&gt;&lt;Patient&gt;&lt;FirstName&gt;Secretname&lt;/FirstName&gt;&lt;/Patient&gt;&lt;/Patients&gt;&lt;/ProfdocHISMessage&gt;</GetPatientResult></GetPatientResponse></Body></Envelope>".to_owned(),
    ] {
        let ctx = clinic.meddled(move |operation, _| {
            let nonsense = (operation == "GetPatient").then(|| body.clone());
            async move { nonsense.map_or(Meddling::Pass, |body| Meddling::Answer(200, body)) }.boxed()
        });
        let error = clinic.takecare.patient(&ctx, &ten(), &patient_ref(ANNA)).await.unwrap_err();
        assert_eq!(error.kind, EhrErrorKind::Failed);
        assert!(!format!("{error:?}").contains("Secretname"), "{error:?}");
    }
}

#[tokio::test]
async fn somebody_elses_bookings_are_never_listed_as_a_patients() {
    let stage = Stage::set("2026-11-20T08:00:00Z", |operation, _| {
        let row = |id, patient| booking(id, "202612010900", "202612010930", patient, "");
        (operation == "GetBookings").then(|| bookings(&[row("A", "191212121212"), row("B", ANNA)]))
    });
    let query = AppointmentQuery { patient: Some(patient_ref(ANNA)), ..AppointmentQuery::default() };
    let listed = stage.takecare.appointments(&stage.ctx, &ten(), query, first(10)).await.unwrap().items;
    assert_eq!(listed.iter().map(|one| one.emr_id.as_str()).collect::<Vec<_>>(), ["B"]);
}

#[tokio::test]
async fn somebody_elses_record_is_never_answered_to_a_create() {
    for (found, expected) in [(false, None), (true, Some(ANNA))] {
        let created = AtomicBool::new(false);
        let record =
            |id: &str| format!("<Patients><Patient><PatientId>{id}</PatientId></Patient></Patients>");
        let stage = Stage::set("2026-11-20T08:00:00Z", move |operation, _| match operation {
            "GetPatient" if found && created.load(Ordering::SeqCst) => Some(Said::Reply(record(ANNA))),
            "GetPatient" => Some(Said::Reply("<Patients/>".into())),
            "CreatePatient" => {
                assert!(!created.swap(true, Ordering::SeqCst), "sent once");
                Some(Said::Reply(record("191212121212")))
            }
            _ => None,
        });
        let new = NewPatient { external_id: Some(ANNA.into()), ..NewPatient::default() };
        match stage.takecare.create_patient(&stage.ctx, &ten(), new).await {
            Ok(upserted) => assert_eq!(Some(upserted.patient.emr_id.as_str()), expected),
            Err(error) => {
                assert_eq!((error.kind, expected), (EhrErrorKind::OutcomeUnknown, None));
            }
        }
    }
}

#[tokio::test]
async fn somebody_elses_record_is_never_answered() {
    let stage = Stage::set("2026-11-20T08:00:00Z", |operation, _| {
        (operation == "GetPatient").then(|| {
            Said::Reply("<Patients><Patient><PatientId>191212121212</PatientId><FirstName>Tolvan</FirstName></Patient></Patients>".into())
        })
    });
    let error = stage.takecare.patient(&stage.ctx, &ten(), &patient_ref(ANNA)).await.unwrap_err();
    assert_eq!(error.kind, EhrErrorKind::NotFound(vardbro_ehr::Thing::Patient));
}
