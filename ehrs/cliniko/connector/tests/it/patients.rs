use jiff::civil::date;
use vardbro_ehr::{Ehr, EhrErrorKind, Thing};
use vardbro_model::care_unit::Address;
use vardbro_model::error::FaultCode;
use vardbro_model::patient::{Gender, NewPatient, PatientChanges, PatientSearch};
use vardbro_model::phone::Phone;

use crate::clinic::{Clinic, fault, faults, first, kind, nobody, reference};

fn ada() -> NewPatient {
    NewPatient {
        external_id: None,
        external_id_type: None,
        first_name: Some("Ada".into()),
        last_name: Some("O'Brian & Söner".into()),
        date_of_birth: Some(date(1990, 2, 3)),
        gender: Some(Gender::Female),
        phones: vec![
            Phone::parse("+61491570006", None).unwrap(),
            Phone::parse("+46701740605", None).unwrap(),
        ],
        emails: vec!["ada@example.com".into()],
        address: Some(Address {
            street: Some("1 Collins Street".into()),
            co_address: Some("Floor 2".into()),
            postal_code: Some("3000".into()),
            city: Some("Melbourne".into()),
            country: Some("AU".into()),
        }),
    }
}

#[tokio::test]
async fn a_new_patient_is_held_in_full_and_found_again() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let new = NewPatient { external_id: Some("X-17".into()), ..ada() };
    let created = clinic.cliniko.create_patient(&clinic.ctx(), &unit, new.clone()).await.unwrap();
    assert!(created.created);
    let patient = created.patient;
    assert_eq!(patient.external_id, new.external_id);
    assert_eq!((&patient.first_name, &patient.last_name), (&new.first_name, &new.last_name));
    assert_eq!((patient.date_of_birth, patient.gender), (new.date_of_birth, Gender::Female));
    assert_eq!((&patient.phones, &patient.emails), (&new.phones, &new.emails));
    assert_eq!(patient.address, new.address);
    let read = clinic.cliniko.patient(&clinic.ctx(), &unit, &reference(&patient)).await.unwrap();
    assert!(read == patient);

    let before = clinic.running.ehr.state().patients;
    let by_number = NewPatient {
        external_id: Some("X-17".into()),
        first_name: Some("Somebody".into()),
        last_name: Some("Else".into()),
        ..NewPatient::default()
    };
    let by_mail = NewPatient {
        first_name: Some("ADA".into()),
        last_name: Some("o'brian & söner".into()),
        emails: vec!["Ada@Example.com".into()],
        ..NewPatient::default()
    };
    for again in [by_number, by_mail.clone()] {
        let found = clinic.cliniko.create_patient(&clinic.ctx(), &unit, again).await.unwrap();
        assert!(!found.created && found.patient == patient);
    }
    assert_eq!(clinic.running.ehr.state().patients, before);

    let other = NewPatient { date_of_birth: Some(date(2001, 1, 1)), ..by_mail.clone() };
    assert!(clinic.cliniko.create_patient(&clinic.ctx(), &unit, other).await.unwrap().created);
    let several = clinic.cliniko.create_patient(&clinic.ctx(), &unit, by_mail).await;
    assert_eq!(fault(several).0, FaultCode::AmbiguousPatient);
}

#[tokio::test]
async fn what_cliniko_cannot_hold_is_refused_before_anything_is_sent() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    clinic.forget_calls();
    let new = NewPatient {
        first_name: Some(" ".into()),
        last_name: None,
        emails: vec!["a@example.com".into(), "b@example.com".into()],
        ..NewPatient::default()
    };
    let told = faults(clinic.cliniko.create_patient(&clinic.ctx(), &unit, new).await.unwrap_err());
    let told: Vec<_> = told.iter().map(|fault| (fault.code, fault.path.as_deref().unwrap())).collect();
    assert_eq!(
        told,
        [
            (FaultCode::NotSupported, "emails.1"),
            (FaultCode::MissingRequiredField, "first_name"),
            (FaultCode::MissingRequiredField, "last_name"),
        ]
    );
    assert_eq!(clinic.call_count(), 0);
}

#[tokio::test]
async fn two_who_create_the_same_person_at_once_create_one() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let before = clinic.running.ehr.state().patients;
    let creating = (0..6).map(|_| {
        let (clinic, unit) = (&clinic, &unit);
        async move { clinic.cliniko.create_patient(&clinic.ctx(), unit, ada()).await.unwrap().created }
    });
    let created = futures::future::join_all(creating).await;
    assert_eq!(created.into_iter().filter(|created| *created).count(), 1);
    assert_eq!(clinic.running.ehr.state().patients, before + 1);
}

#[tokio::test]
async fn every_filter_finds_and_all_must_hold() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let new = NewPatient { external_id: Some("X-18".into()), ..ada() };
    let patient = clinic.cliniko.create_patient(&clinic.ctx(), &unit, new).await.unwrap().patient;
    let search = |search: PatientSearch| {
        let (clinic, unit) = (&clinic, &unit);
        async move {
            let found =
                clinic.cliniko.search_patients(&clinic.ctx(), unit, search, first(100)).await.unwrap();
            found.items.into_iter().map(|found| found.id).collect::<Vec<_>>()
        }
    };
    let default = PatientSearch::default;
    let phone = Some(patient.phones[1].clone());
    let own = vec![patient.id.clone()];
    assert!(
        search(PatientSearch { first_name: Some("aDA".into()), ..default() }).await.contains(&patient.id)
    );
    assert_eq!(search(PatientSearch { last_name: Some("O'BRIAN & söner".into()), ..default() }).await, own);
    assert!(
        search(PatientSearch { date_of_birth: Some(date(1990, 2, 3)), ..default() })
            .await
            .contains(&patient.id)
    );
    assert_eq!(search(PatientSearch { external_id: Some("X-18".into()), ..default() }).await, own);
    assert_eq!(search(PatientSearch { email: Some("ADA@example.com".into()), ..default() }).await, own);
    assert_eq!(
        search(PatientSearch { email: Some("ada@example.com".into()), phone, ..default() }).await,
        own
    );
    assert!(search(PatientSearch { last_name: Some("Brian".into()), ..default() }).await.is_empty());
    assert!(
        search(PatientSearch {
            email: Some("ada@example.com".into()),
            first_name: Some("Eva".into()),
            ..default()
        })
        .await
        .is_empty()
    );
    let alone = PatientSearch { phone: Some(patient.phones[0].clone()), ..default() };
    let alone = clinic.cliniko.search_patients(&clinic.ctx(), &unit, alone, first(100)).await;
    assert_eq!(fault(alone), (FaultCode::NotSupported, Some("phone".into())));
}

#[tokio::test]
async fn a_search_beyond_one_native_page_is_complete() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    for number in 0..120 {
        let body = serde_json::json!({"first_name": format!("N{number}"), "last_name": "Manyfold"});
        clinic.native("POST", "/patients", Some(body)).await;
    }
    let mut cursor = None;
    let mut found = std::collections::BTreeSet::new();
    let mut pages = 0;
    loop {
        let search = PatientSearch { last_name: Some("manyfold".into()), ..PatientSearch::default() };
        let page = vardbro_model::page::PageRequest { limit: 50, cursor };
        let page = clinic.cliniko.search_patients(&clinic.ctx(), &unit, search, page).await.unwrap();
        for patient in page.items {
            assert!(found.insert(patient.emr_id));
        }
        pages += 1;
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!((found.len(), pages), (120, 3));
}

#[tokio::test]
async fn a_change_touches_only_what_it_names() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let patient = clinic.cliniko.create_patient(&clinic.ctx(), &unit, ada()).await.unwrap().patient;
    let id = reference(&patient);
    let changes = PatientChanges {
        phones: Some(vec![patient.phones[1].clone()]),
        gender: Some(Gender::Other),
        external_id: Some(Some("N-1".into())),
        ..PatientChanges::default()
    };
    let changed = clinic.cliniko.update_patient(&clinic.ctx(), &unit, &id, changes).await.unwrap();
    assert_eq!((&changed.phones[..], changed.gender), (&patient.phones[1..], Gender::Other));
    assert_eq!(changed.external_id.as_deref(), Some("N-1"));
    assert_eq!(
        (&changed.emails, &changed.address, changed.date_of_birth),
        (&patient.emails, &patient.address, patient.date_of_birth)
    );

    let emptied = PatientChanges {
        external_id: Some(None),
        date_of_birth: Some(None),
        gender: Some(Gender::Unknown),
        phones: Some(vec![]),
        emails: Some(vec![]),
        address: Some(None),
        ..PatientChanges::default()
    };
    let emptied = clinic.cliniko.update_patient(&clinic.ctx(), &unit, &id, emptied).await.unwrap();
    assert_eq!((&emptied.external_id, emptied.date_of_birth, &emptied.address), (&None, None, &None));
    assert!(emptied.phones.is_empty() && emptied.emails.is_empty() && emptied.gender == Gender::Unknown);
    assert_eq!(emptied.first_name, patient.first_name);

    let nameless = PatientChanges { last_name: Some(None), ..PatientChanges::default() };
    let nameless = clinic.cliniko.update_patient(&clinic.ctx(), &unit, &id, nameless).await;
    assert_eq!(fault(nameless), (FaultCode::MissingRequiredField, Some("last_name".into())));
}

#[tokio::test]
async fn an_archived_or_unknown_patient_is_not_there() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let patient = clinic.patient(&unit).await;
    let id = reference(&patient);
    let missing = EhrErrorKind::NotFound(Thing::Patient);
    assert_eq!(kind(clinic.cliniko.patient(&clinic.ctx(), &unit, &nobody()).await), missing);
    clinic.native("POST", &format!("/patients/{}/archive", patient.emr_id), None).await;
    assert_eq!(kind(clinic.cliniko.patient(&clinic.ctx(), &unit, &id).await), missing);
    let changes = PatientChanges { first_name: Some(Some("Eva".into())), ..PatientChanges::default() };
    assert_eq!(kind(clinic.cliniko.update_patient(&clinic.ctx(), &unit, &id, changes).await), missing);
    let search = PatientSearch { last_name: patient.last_name.clone(), ..PatientSearch::default() };
    let found = clinic.cliniko.search_patients(&clinic.ctx(), &unit, search, first(10)).await.unwrap();
    assert!(found.items.is_empty());
    let slot = clinic.slot(&unit).await;
    assert_eq!(kind(clinic.book(&unit, &slot, &patient).await), missing);
}
