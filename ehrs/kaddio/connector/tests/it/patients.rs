use jiff::civil::date;
use serde_json::json;
use vardbro_ehr::{Ehr, EhrErrorKind, Thing};
use vardbro_kaddio_sandbox::Options;
use vardbro_model::care_unit::Address;
use vardbro_model::error::FaultCode;
use vardbro_model::national::{NorwegianNumber, Strictness};
use vardbro_model::page::{Cursor, PageRequest};
use vardbro_model::patient::{ExternalIdType, Gender, NewPatient, PatientSearch};
use vardbro_model::phone::Phone;
use vardbro_model::typed_id::PatientRef;

use crate::clinic::{Clinic, Meddling, fault, faults, first, kind, nobody, reference};

const NUMBER: &str = "198702072391";

fn numbered() -> NewPatient {
    NewPatient {
        external_id: Some(NUMBER.into()),
        external_id_type: Some(ExternalIdType::SePersonalNumber),
        first_name: Some("Ada".into()),
        last_name: Some("O'Brian & Söner".into()),
        ..NewPatient::default()
    }
}

/// All that this API knows of a patient without a number.
fn full() -> NewPatient {
    NewPatient {
        external_id: None,
        external_id_type: None,
        date_of_birth: Some(date(1990, 2, 3)),
        gender: Some(Gender::Other),
        phones: ["+46701740605", "+46701740606"].map(|text| Phone::parse(text, None).unwrap()).to_vec(),
        emails: vec!["ada@example.com".into(), "ada.second@example.com".into()],
        address: Some(Address {
            street: Some("Storgatan 1 B".into()),
            co_address: Some("c/o Finch".into()),
            postal_code: Some("113 22".into()),
            city: Some("Örebro".into()),
            country: Some("SE".into()),
        }),
        ..numbered()
    }
}

#[tokio::test]
async fn a_new_patient_is_held_in_full_and_found_again() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    clinic.forget_calls();
    let created = clinic.kaddio.create_patient(&clinic.ctx(), &unit, full()).await.unwrap();
    assert!(created.created);
    // Look, create, custom fields, read.
    assert_eq!(clinic.call_count(), 4, "{:?}", clinic.calls());
    let (patient, new) = (created.patient, full());
    assert_eq!((&patient.first_name, &patient.last_name), (&new.first_name, &new.last_name));
    assert_eq!((patient.date_of_birth, patient.gender), (new.date_of_birth, Gender::Other));
    assert_eq!((&patient.phones, &patient.emails), (&new.phones, &new.emails));
    assert_eq!((&patient.address, &patient.external_id), (&new.address, &None));
    let read = clinic.kaddio.patient(&clinic.ctx(), &unit, &reference(&patient)).await.unwrap();
    assert!(read == patient);

    let before = clinic.running.ehr.state().patients;
    let spelled = NewPatient {
        first_name: Some("ADA".into()),
        last_name: Some("o'brian & söner".into()),
        emails: vec!["Ada.Second@Example.com".into()],
        ..NewPatient::default()
    };
    let phoned = NewPatient { emails: vec![], phones: vec![new.phones[1].clone()], ..spelled.clone() };
    for again in [spelled.clone(), phoned, full()] {
        let found = clinic.kaddio.create_patient(&clinic.ctx(), &unit, again).await.unwrap();
        assert!(!found.created && found.patient == patient);
    }
    assert_eq!(clinic.running.ehr.state().patients, before);

    let other = NewPatient { date_of_birth: Some(date(2001, 1, 1)), ..spelled.clone() };
    assert!(clinic.kaddio.create_patient(&clinic.ctx(), &unit, other).await.unwrap().created);
    let several = NewPatient { emails: vec!["ada.second@example.com".into()], ..spelled };
    let several = clinic.kaddio.create_patient(&clinic.ctx(), &unit, several).await;
    assert_eq!(fault(several).0, FaultCode::AmbiguousPatient);
}

#[tokio::test]
async fn a_number_tells_birth_and_gender_and_decides_who_it_is() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let made = clinic.kaddio.create_patient(&clinic.ctx(), &unit, numbered()).await.unwrap();
    assert!(made.created);
    let patient = made.patient;
    assert_eq!((patient.date_of_birth, patient.gender), (Some(date(1987, 2, 7)), Gender::Male));
    assert_eq!(patient.external_id.as_deref(), Some(NUMBER));
    assert_eq!(patient.external_id_type, Some(ExternalIdType::SePersonalNumber));
    clinic.forget_calls();
    let again = NewPatient {
        external_id: Some("870207-2391".into()),
        first_name: Some("Another".into()),
        last_name: Some("Name".into()),
        ..NewPatient::default()
    };
    let found = clinic.kaddio.create_patient(&clinic.ctx(), &unit, again).await.unwrap();
    assert!(!found.created && found.patient == patient);
    assert_eq!(clinic.call_count(), 1, "{:?}", clinic.calls());
}

#[tokio::test]
async fn an_archived_client_is_found_by_number_instead_of_refused() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let all =
        clinic.native("{ clients(includeArchived: true) { id pnr archived lastname } }", json!({})).await;
    let all = all["clients"].as_array().unwrap().clone();
    let archived = all
        .iter()
        .find(|client| client["archived"] == true && client["pnr"].is_string())
        .expect("the sandbox has an archived client with a number");
    let number = archived["pnr"].as_str().unwrap();
    let new = NewPatient { external_id: Some(number.into()), ..numbered() };
    let found = clinic.kaddio.create_patient(&clinic.ctx(), &unit, new).await.unwrap();
    assert!(!found.created);
    assert_eq!(archived["id"], found.patient.emr_id);
    let read = clinic.kaddio.patient(&clinic.ctx(), &unit, &reference(&found.patient)).await.unwrap();
    assert!(read == found.patient);
    // A search is about those who are patients now.
    for search in [
        PatientSearch { external_id: Some(number.into()), ..PatientSearch::default() },
        PatientSearch { last_name: found.patient.last_name.clone(), ..PatientSearch::default() },
    ] {
        let listed = clinic.kaddio.search_patients(&clinic.ctx(), &unit, search, first(100)).await.unwrap();
        assert!(listed.items.iter().all(|patient| patient.id != found.patient.id));
    }
}

#[tokio::test]
async fn a_patient_is_looked_up_by_number_in_every_spelling() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let made = clinic.kaddio.create_patient(&clinic.ctx(), &unit, numbered()).await.unwrap().patient;
    for spelled in [NUMBER, "19870207-2391", "870207-2391"] {
        let typed = PatientRef::parse(&format!("se_personal_number:{spelled}"), date(2026, 11, 20)).unwrap();
        clinic.forget_calls();
        let read = clinic.kaddio.patient(&clinic.ctx(), &unit, &typed).await.unwrap();
        assert!(read == made, "{spelled}");
        assert_eq!(clinic.call_count(), 1);
    }
    let unknown = PatientRef::parse("se_personal_number:196001019808", date(2026, 11, 20)).unwrap();
    let unknown = clinic.kaddio.patient(&clinic.ctx(), &unit, &unknown).await;
    assert_eq!(kind(unknown), EhrErrorKind::NotFound(Thing::Patient));
    let missing = clinic.kaddio.patient(&clinic.ctx(), &unit, &nobody()).await;
    assert_eq!(kind(missing), EhrErrorKind::NotFound(Thing::Patient));
    let norwegian =
        PatientRef::Norwegian(NorwegianNumber::parse("31129956715", Strictness::Checksum).unwrap());
    let refused = clinic.kaddio.patient(&clinic.ctx(), &unit, &norwegian).await;
    assert_eq!(fault(refused).0, FaultCode::PatientIdLookupTypeNotSupported);
}

#[tokio::test]
async fn the_test_patient_is_there() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let id = PatientRef::parse("mFdvd5CdhTGeoh7uf", date(2026, 11, 20)).unwrap();
    let patient = clinic.kaddio.patient(&clinic.ctx(), &unit, &id).await.unwrap();
    assert_eq!(patient.emr_id, "mFdvd5CdhTGeoh7uf");
    assert!(patient.last_name.is_some());
}

#[tokio::test]
async fn what_cannot_be_held_is_refused_before_anything_is_sent() {
    let clinic = Clinic::open_with(Options::default(), |s| s.with("custom_fields", "")).await;
    let unit = clinic.unit().await;
    clinic.forget_calls();
    let told = faults(clinic.kaddio.create_patient(&clinic.ctx(), &unit, full()).await.unwrap_err());
    let told: Vec<_> = told.iter().map(|fault| (fault.code, fault.path.as_deref().unwrap())).collect();
    let paths = ["date_of_birth", "gender", "address.co_address", "address.country", "phones.1", "emails.1"];
    assert_eq!(told, paths.map(|path| (FaultCode::NotSupported, path)));
    let contradiction =
        NewPatient { gender: Some(Gender::Female), date_of_birth: Some(date(1987, 2, 8)), ..numbered() };
    let told = faults(clinic.kaddio.create_patient(&clinic.ctx(), &unit, contradiction).await.unwrap_err());
    let told: Vec<_> = told.iter().map(|fault| (fault.code, fault.path.as_deref().unwrap())).collect();
    assert_eq!(told, [(FaultCode::BadInput, "date_of_birth"), (FaultCode::BadInput, "gender")]);
    assert_eq!(clinic.call_count(), 0);
}

#[tokio::test]
async fn every_filter_finds_and_all_must_hold() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let patient = clinic.kaddio.create_patient(&clinic.ctx(), &unit, numbered()).await.unwrap().patient;
    let search = |search: PatientSearch| {
        let (clinic, unit) = (&clinic, &unit);
        async move {
            let found = clinic.kaddio.search_patients(&clinic.ctx(), unit, search, first(100)).await.unwrap();
            found.items.into_iter().map(|found| found.id).collect::<Vec<_>>()
        }
    };
    let default = PatientSearch::default;
    let text = |text: &str| Some(text.to_owned());
    let own = vec![patient.id.clone()];
    assert!(search(PatientSearch { first_name: text("aDA"), ..default() }).await.contains(&patient.id));
    assert_eq!(search(PatientSearch { last_name: text(" O'BRIAN & söner"), ..default() }).await, own);
    assert_eq!(search(PatientSearch { external_id: text("870207-2391"), ..default() }).await, own);
    let both = PatientSearch { external_id: text(NUMBER), last_name: text("O'Brian & Söner"), ..default() };
    assert_eq!(search(both).await, own);
    for nobody in [
        PatientSearch { last_name: text("Brian"), ..default() },
        PatientSearch { last_name: text("%"), ..default() },
        PatientSearch { external_id: text("nobody's"), ..default() },
        PatientSearch { external_id: text(NUMBER), first_name: text("Eva"), ..default() },
    ] {
        assert!(search(nobody).await.is_empty());
    }
}

#[tokio::test]
async fn a_search_beyond_one_native_page_is_complete_without_a_repeat() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    for chunk in 0..9 {
        let creates: String = (0..25)
            .map(|number| {
                format!("c{number}: createClient(firstname: \"N{chunk}x{number}\", lastname: \"Manyfold\") ")
            })
            .collect();
        clinic.native(&format!("mutation {{ {creates} }}"), json!({})).await;
    }
    clinic.forget_calls();
    let search = || PatientSearch { last_name: Some("manyfold".into()), ..PatientSearch::default() };
    let ctx = clinic.ctx();
    let whole = clinic.kaddio.search_patients(&ctx, &unit, search(), first(500)).await.unwrap();
    assert_eq!((whole.items.len(), whole.next), (225, None));
    assert_eq!(clinic.call_count(), 2, "{:?}", clinic.calls());

    let mut cursor = None;
    let mut found = std::collections::BTreeSet::new();
    loop {
        let page = vardbro_model::page::PageRequest { limit: 60, cursor };
        let page = clinic.kaddio.search_patients(&ctx, &unit, search(), page).await.unwrap();
        for patient in page.items {
            assert!(found.insert(patient.emr_id));
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(found.len(), 225);
    let foreign = vardbro_model::page::Cursor("x".into());
    let page = vardbro_model::page::PageRequest { limit: 60, cursor: Some(foreign) };
    let foreign = clinic.kaddio.search_patients(&ctx, &unit, search(), page).await;
    assert_eq!(fault(foreign), (FaultCode::BadInput, Some("cursor".into())));
}

#[tokio::test]
async fn two_who_create_the_same_person_at_once_create_one() {
    for new in [numbered(), full()] {
        let clinic = Clinic::open().await;
        let unit = clinic.unit().await;
        let before = clinic.running.ehr.state().patients;
        let creating = (0..6).map(|_| {
            let (clinic, unit, new) = (&clinic, &unit, new.clone());
            async move { clinic.kaddio.create_patient(&clinic.ctx(), unit, new).await.unwrap().created }
        });
        let created = futures::future::join_all(creating).await;
        assert_eq!(created.into_iter().filter(|created| *created).count(), 1);
        assert_eq!(clinic.running.ehr.state().patients, before + 1);
    }
}

#[tokio::test]
async fn a_rival_of_another_gateway_who_was_first_is_found() {
    let clinic = std::sync::Arc::new(Clinic::open().await);
    let unit = clinic.unit().await;
    let stage = std::sync::Arc::clone(&clinic);
    let ctx = clinic.meddled(move |operation| {
        let stage = std::sync::Arc::clone(&stage);
        Box::pin(async move {
            if operation == "create_client" {
                let rival = "mutation($pnr: String) { createClient(pnr: $pnr, firstname: \"Rival\") }";
                stage.native(rival, json!({"pnr": NUMBER})).await;
            }
            Meddling::Pass
        })
    });
    let found = clinic.kaddio.create_patient(&ctx, &unit, numbered()).await.unwrap();
    assert!(!found.created);
    assert_eq!(found.patient.first_name.as_deref(), Some("Rival"));
}

#[tokio::test]
async fn a_lost_answer_is_cleared_up_by_what_the_patient_goes_by_and_otherwise_unknown() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let before = clinic.running.ehr.state().patients;
    let ctx = clinic.with_fate("create_client", || Meddling::Lose);
    let made = clinic.kaddio.create_patient(&ctx, &unit, numbered()).await.unwrap();
    assert!(made.created);
    assert_eq!(clinic.running.ehr.state().patients, before + 1);

    let ctx = clinic.with_fate("create_client", || Meddling::Drop);
    let other = NewPatient { external_id: Some("196001019808".into()), ..numbered() };
    assert_eq!(kind(clinic.kaddio.create_patient(&ctx, &unit, other).await), EhrErrorKind::OutcomeUnknown);
    let ctx = clinic.with_fate("create_client", || Meddling::Drop);
    assert_eq!(kind(clinic.kaddio.create_patient(&ctx, &unit, full()).await), EhrErrorKind::OutcomeUnknown);
    assert_eq!(clinic.running.ehr.state().patients, before + 1);

    let ctx = clinic.with_fate("create_client", || Meddling::Lose);
    let made = clinic.kaddio.create_patient(&ctx, &unit, full()).await.unwrap();
    assert!(made.created);
    assert_eq!((made.patient.emails, made.patient.date_of_birth), (full().emails, full().date_of_birth));
    let bare = NewPatient { external_id: None, external_id_type: None, ..numbered() };
    assert_eq!(kind(clinic.kaddio.create_patient(&ctx, &unit, bare).await), EhrErrorKind::OutcomeUnknown);
    assert_eq!(clinic.running.ehr.state().patients, before + 3);
}

#[tokio::test]
async fn a_lost_answer_to_custom_fields_is_cleared_up_by_reading_them() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    clinic.forget_calls();
    let ctx = clinic.with_fate("update_user", || Meddling::Lose);
    let made = clinic.kaddio.create_patient(&ctx, &unit, full()).await.unwrap();
    assert_eq!((made.created, made.patient.date_of_birth), (true, full().date_of_birth));
    assert_eq!(clinic.calls()["POST /graphql updateUser"], 1);
}

#[tokio::test]
async fn a_cursor_beyond_all_lists_is_foreign() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    for foreign in ["-1", "2147483648", "99999999999999", "x"] {
        let page = PageRequest { limit: 5, cursor: Some(Cursor(foreign.into())) };
        let search = PatientSearch { last_name: Some("Tolvansson".into()), ..PatientSearch::default() };
        let refused = clinic.kaddio.search_patients(&clinic.ctx(), &unit, search, page).await;
        assert_eq!(fault(refused), (FaultCode::BadInput, Some("cursor".into())), "{foreign}");
    }
}

#[tokio::test]
async fn a_patient_who_lacks_custom_fields_is_told_of_as_one_who_is_there() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let fates: [fn() -> Meddling; 3] = [
        || Meddling::Answer(200, r#"{"data":{"updated":null},"errors":[{"message":"No such field"}]}"#),
        || Meddling::Answer(403, r#"{"message":"Not allowed"}"#),
        || Meddling::Drop,
    ];
    for fate in fates {
        let before = clinic.running.ehr.state().patients;
        let ctx = clinic.with_fate("update_user", fate);
        let last_name = Some(format!("Lacking{before}"));
        let new = NewPatient { last_name: last_name.clone(), ..full() };
        let error = clinic.kaddio.create_patient(&ctx, &unit, new).await.unwrap_err();
        assert_eq!(error.kind, EhrErrorKind::OutcomeUnknown);
        assert_eq!(clinic.running.ehr.state().patients, before + 1);
        let search = PatientSearch { last_name, ..PatientSearch::default() };
        let there = clinic.kaddio.search_patients(&clinic.ctx(), &unit, search, first(5)).await.unwrap();
        assert!(error.detail.contains(&there.items[0].emr_id), "{}", error.detail);
        for lacking in ["date_of_birth", "gender", "co_address", "other_phones"] {
            assert!(error.detail.contains(lacking), "{}", error.detail);
        }
    }
}

#[tokio::test]
async fn a_patient_who_cannot_be_read_back_is_answered_as_sent() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let ctx = clinic.with_fate("client", || Meddling::Drop);
    let made = clinic.kaddio.create_patient(&ctx, &unit, full()).await.unwrap();
    assert!(made.created);
    let read = clinic.kaddio.patient(&clinic.ctx(), &unit, &reference(&made.patient)).await.unwrap();
    assert!(read == made.patient);
}
