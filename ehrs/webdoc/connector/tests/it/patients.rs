//! Patients: found by their number, created with and without one.

use futures::future::join_all;
use jiff::civil::date;
use vardbro_ehr::{Ehr, EhrErrorKind, Thing};
use vardbro_model::care_unit::Address;
use vardbro_model::error::FaultCode;
use vardbro_model::id::CareUnitId;
use vardbro_model::patient::{ExternalIdType, Gender, NewPatient, Patient, PatientChanges, PatientSearch};
use vardbro_model::phone::Phone;
use vardbro_model::typed_id::PatientRef;

use crate::clinic::{Clinic, Meddling, fault, faults, first, kind, patient, tolvan};

/// A number that is set aside for tests, and of nobody in the sandbox.
const NEW: &str = "196001029807";

fn numbered(number: &str) -> NewPatient {
    NewPatient {
        external_id: Some(number.into()),
        emails: vec!["ada.berg@example.com".into()],
        phones: vec![phone("+46701740605")],
        ..NewPatient::default()
    }
}

pub(crate) fn by_hand() -> NewPatient {
    NewPatient {
        first_name: Some("Ada".into()),
        last_name: Some("Berg".into()),
        date_of_birth: Some(date(1980, 1, 2)),
        gender: Some(Gender::Female),
        emails: vec!["ada.berg@example.com".into()],
        phones: vec![phone("+46701740605")],
        address: Some(Address {
            street: Some("Storgatan 1".into()),
            postal_code: Some("111 22".into()),
            city: Some("Stockholm".into()),
            ..Address::default()
        }),
        ..NewPatient::default()
    }
}

pub(crate) fn phone(text: &str) -> Phone {
    Phone::parse(text, None).unwrap()
}

pub(crate) fn reference(patient: &Patient) -> PatientRef {
    PatientRef::Id(patient.id.clone())
}

pub(crate) async fn create(clinic: &Clinic, unit: &CareUnitId, new: NewPatient) -> Patient {
    let upserted = clinic.webdoc.create_patient(&clinic.ctx(), unit, new).await.unwrap();
    assert!(upserted.created);
    upserted.patient
}

#[tokio::test]
async fn a_patient_is_found_by_number_bare_or_typed() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let ctx = clinic.ctx();
    let found = clinic.webdoc.patient(&ctx, &unit, &tolvan()).await.unwrap();
    assert_eq!(ctx.meter.calls(), 1);
    assert_eq!((found.id.as_str(), found.emr_id.as_str()), ("191212121212", "191212121212"));
    assert_eq!(found.external_id.as_deref(), Some("191212121212"));
    assert_eq!(found.external_id_type, Some(ExternalIdType::SePersonalNumber));
    assert_eq!(
        (found.first_name.as_deref(), found.date_of_birth),
        (Some("Tolvan"), Some(date(1912, 12, 12)))
    );
    assert_eq!(found.gender, Gender::Male);
    let today = date(2026, 11, 20);
    for text in ["19121212-1212", "se_personal_number:121212+1212", "se_personal_number:19121212-1212"] {
        let named = PatientRef::parse(text, today).unwrap();
        assert_eq!(clinic.webdoc.patient(&clinic.ctx(), &unit, &named).await.unwrap(), found, "{text}");
    }
    for text in ["nobody", "0", "se_personal_number:121212-1212"] {
        let missing =
            clinic.webdoc.patient(&clinic.ctx(), &unit, &PatientRef::parse(text, today).unwrap()).await;
        assert_eq!(kind(missing), EhrErrorKind::NotFound(Thing::Patient), "{text}");
    }
    let norwegian = PatientRef::parse("no_personal_number:13097248022", today).unwrap();
    let refused = clinic.webdoc.patient(&clinic.ctx(), &unit, &norwegian).await;
    assert_eq!(fault(refused).0, FaultCode::PatientIdLookupTypeNotSupported);
}

#[tokio::test]
async fn an_unknown_patient_may_be_told_by_an_empty_list_too() {
    let clinic = Clinic::open_with(
        |options| options.unknown_patient = vardbro_webdoc_sandbox::UnknownPatient::EmptyArray,
        |settings| settings,
    )
    .await;
    let unit = clinic.unit().await;
    let missing = clinic.webdoc.patient(&clinic.ctx(), &unit, &patient(NEW)).await;
    assert_eq!(kind(missing), EhrErrorKind::NotFound(Thing::Patient));
}

#[tokio::test]
async fn an_answer_about_somebody_else_is_nobody() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let other = r#"[{"id": "x", "personalNumber": "19710002-1834", "firstName": "Another"}]"#;
    let wire = crate::clinic::meddled(clinic.wire.clone(), move |request| {
        let asked = request.uri().path() == "/v2/patients";
        let answer = if asked { Meddling::Answer(200, other.into()) } else { Meddling::Pass };
        Box::pin(async { answer })
    });
    let ctx = vardbro_ehr::Ctx { wire, ..clinic.ctx() };
    assert_eq!(
        kind(clinic.webdoc.patient(&ctx, &unit, &tolvan()).await),
        EhrErrorKind::NotFound(Thing::Patient)
    );
}

#[tokio::test]
async fn patients_are_searched_by_number_only() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let by =
        |external_id: &str| PatientSearch { external_id: Some(external_id.into()), ..Default::default() };
    for (number, expected) in
        [("191212121212", 1), ("19121212-1212", 1), (NEW, 0), ("find/me 4711", 0), ("x", 0)]
    {
        let found = clinic.webdoc.search_patients(&clinic.ctx(), &unit, by(number), first(10)).await.unwrap();
        assert_eq!((found.items.len(), found.next), (expected, None), "{number}");
    }
    let by_name = PatientSearch { last_name: Some("Tolvansson".into()), ..Default::default() };
    let refused = clinic.webdoc.search_patients(&clinic.ctx(), &unit, by_name, first(10)).await;
    assert_eq!(fault(refused).0, FaultCode::NotSupported);
}

#[tokio::test]
async fn a_patient_with_a_number_comes_from_the_population_register() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let before = clinic.running.ehr.state().patients;
    let new = NewPatient { first_name: Some("Ignored".into()), ..numbered("600102-9807") };
    let created = create(&clinic, &unit, new).await;
    assert_eq!(created.id.as_str(), NEW);
    assert!(created.first_name.as_deref().is_some_and(|name| name != "Ignored"), "{created:?}");
    assert_eq!(
        (created.emails.as_slice(), created.phones.as_slice()),
        (["ada.berg@example.com".to_owned()].as_slice(), [phone("+46701740605")].as_slice())
    );
    assert_eq!(clinic.webdoc.patient(&clinic.ctx(), &unit, &patient(NEW)).await.unwrap(), created);
    assert_eq!(clinic.running.ehr.state().patients, before + 1);
    let again = NewPatient { emails: vec!["other@example.com".into()], ..numbered(NEW) };
    let found = clinic.webdoc.create_patient(&clinic.ctx(), &unit, again).await.unwrap();
    assert!(!found.created);
    assert_eq!(found.patient, created, "found, and not changed");
}

#[tokio::test]
async fn a_patient_without_a_number_is_entered_by_hand() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let created = create(&clinic, &unit, by_hand()).await;
    assert!(created.id.as_str().starts_with("VB19800102"), "{}", created.id.as_str());
    assert_eq!((created.external_id.as_ref(), created.external_id_type), (None, None));
    let NewPatient { first_name, last_name, date_of_birth, emails, phones, address, .. } = by_hand();
    assert_eq!(
        (&created.first_name, &created.last_name, created.date_of_birth),
        (&first_name, &last_name, date_of_birth)
    );
    assert_eq!((&created.emails, &created.phones, &created.address), (&emails, &phones, &address));
    assert_eq!(created.gender, Gender::Female);
    assert_eq!(clinic.webdoc.patient(&clinic.ctx(), &unit, &reference(&created)).await.unwrap(), created);
    let other = create(&clinic, &unit, by_hand()).await;
    assert_ne!(other.id, created.id, "without a number a create always creates");
    let slot = clinic.calendar(&unit).await.remove(0);
    let booking = crate::clinic::booking(&slot, reference(&created));
    let booked = clinic.webdoc.book(&clinic.ctx(), &unit, booking).await.unwrap();
    assert_eq!(booked.patient_id, Some(created.id));
}

#[tokio::test]
async fn all_that_is_missing_contradicts_or_cannot_be_held_is_told_before_anything_is_sent() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let calls = clinic.call_count();
    let told = |new: NewPatient| {
        let (ctx, webdoc, unit) = (clinic.ctx(), &clinic.webdoc, &unit);
        async move {
            let told = faults(webdoc.create_patient(&ctx, unit, new).await.unwrap_err());
            told.into_iter().map(|fault| (fault.path.unwrap(), fault.code)).collect::<Vec<_>>()
        }
    };
    use FaultCode::{BadInput, MissingRequiredField, NotSupported};
    let of = |names: &[&str], code| names.iter().map(|name| ((*name).to_owned(), code)).collect::<Vec<_>>();
    let nothing = NewPatient { emails: vec!["a@example.com".into()], ..NewPatient::default() };
    let all = ["first_name", "last_name", "date_of_birth", "gender"];
    assert_eq!(told(nothing).await, of(&all, MissingRequiredField));
    let contradiction = NewPatient {
        date_of_birth: Some(date(1999, 1, 1)),
        gender: Some(Gender::Male),
        ..numbered("195003042222")
    };
    assert_eq!(told(contradiction).await, of(&["date_of_birth", "gender"], BadInput));
    let too_much = NewPatient {
        gender: Some(Gender::Other),
        phones: vec![phone("+46701740605"), phone("+46701740606")],
        emails: vec!["a@example.com".into(), "b@example.com".into()],
        external_id_type: Some(ExternalIdType::Other),
        address: by_hand().address,
        ..numbered(NEW)
    };
    let all = ["external_id_type", "phones.1", "emails.1", "gender", "address"];
    assert_eq!(told(too_much).await, of(&all, NotSupported));
    let abroad = Address { country: Some("SE".into()), ..Address::default() };
    assert_eq!(
        told(NewPatient { address: Some(abroad), ..by_hand() }).await,
        of(&["address.country"], NotSupported)
    );
    assert_eq!(told(numbered("conformance-4711")).await, of(&["external_id"], NotSupported));
    assert_eq!(clinic.call_count(), calls);
}

#[tokio::test]
async fn of_eight_who_create_one_patient_at_once_one_does() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let before = clinic.running.ehr.state().patients;
    let ctx = clinic.ctx();
    let all = join_all((0..8).map(|_| clinic.webdoc.create_patient(&ctx, &unit, numbered(NEW)))).await;
    let created = all.iter().filter(|one| one.as_ref().unwrap().created).count();
    assert_eq!((created, clinic.running.ehr.state().patients), (1, before + 1));
}

#[tokio::test]
async fn a_number_that_the_register_does_not_know_is_told() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let refused = clinic.webdoc.create_patient(&clinic.ctx(), &unit, numbered("191500722390")).await;
    assert_eq!(fault(refused), (FaultCode::BadInput, Some("external_id".into())));
}

#[tokio::test]
async fn a_new_patient_whose_answer_was_lost_is_found_by_the_number() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let before = clinic.running.ehr.state().patients;
    for (new, path) in [(numbered(NEW), "/v1/patients"), (by_hand(), "/v1/patient/")] {
        let ctx = clinic.with_fate("POST", path, || Meddling::Swallow);
        let lost = clinic.webdoc.create_patient(&ctx, &unit, new.clone()).await;
        assert_eq!(kind(lost), EhrErrorKind::OutcomeUnknown);
        let ctx = clinic.with_fate("POST", path, || Meddling::Lose);
        let found = clinic.webdoc.create_patient(&ctx, &unit, new).await.unwrap();
        assert!(found.created);
    }
    assert_eq!(clinic.running.ehr.state().patients, before + 2);
}

#[tokio::test]
async fn a_patient_type_is_needed_by_name_and_may_be_set() {
    let clinic = Clinic::open_set(|settings| {
        settings.with("default_patient_type", "3").with("default_patient_type_name", "Privat")
    })
    .await;
    clinic.grants.set_scopes(["clinics:read", "patient:read", "patient:write"]);
    let unit = clinic.unit().await;
    create(&clinic, &unit, numbered(NEW)).await;
    assert_eq!(clinic.calls_of("patientTypes"), 0);
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    create(&clinic, &unit, numbered(NEW)).await;
    assert_eq!(clinic.calls_of("GET /v1/patientTypes"), 1);
    let clinic = Clinic::open_set(|settings| settings.with("default_patient_type", "999")).await;
    let unit = clinic.unit().await;
    let error = clinic.webdoc.create_patient(&clinic.ctx(), &unit, numbered(NEW)).await.unwrap_err();
    assert!(error.detail.contains("default_patient_type"), "{}", error.detail);
}

#[tokio::test]
async fn nonsense_is_the_ehrs_failure_and_shows_nothing_of_a_patient() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    for body in ["<html>", r#"[{"id": null, "firstName": "Secretname"}]"#, r#""Secretname""#] {
        let ctx = clinic.with_fate(
            "GET",
            "/v2/patients",
            match body {
                "<html>" => || Meddling::Answer(200, "<html>".into()),
                r#""Secretname""# => || Meddling::Answer(200, r#""Secretname""#.into()),
                _ => || Meddling::Answer(200, r#"[{"id": null, "firstName": "Secretname"}]"#.into()),
            },
        );
        let error = clinic.webdoc.patient(&ctx, &unit, &tolvan()).await.unwrap_err();
        assert_eq!(error.kind, EhrErrorKind::Failed);
        assert!(!format!("{error:?}").contains("Secretname"), "{error:?}");
    }
    let ctx = clinic.with_fate("PATCH", "/v1/patients", || {
        Meddling::Answer(400, "19121212-1212 tolvan@example.com".into())
    });
    let changes = PatientChanges { emails: Some(vec!["x@example.com".into()]), ..Default::default() };
    let error = clinic.webdoc.update_patient(&ctx, &unit, &tolvan(), changes).await.unwrap_err();
    assert_eq!(error.emr_error.as_deref(), Some("*** ***"));
}
