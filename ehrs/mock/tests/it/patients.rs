use jiff::civil::date;
use vardbro_ehr::{Ehr, EhrErrorKind, Thing};
use vardbro_model::error::FaultCode;
use vardbro_model::patient::{ExternalIdType, Gender, NewPatient, PatientChanges, PatientSearch};
use vardbro_model::phone::Phone;

use crate::clinic::*;

fn phone(text: &str) -> Phone {
    Phone::parse(text, Some("SE")).unwrap()
}

fn new_ada() -> NewPatient {
    NewPatient {
        first_name: Some("Ada".into()),
        last_name: Some("Berg".into()),
        date_of_birth: Some(date(1990, 2, 3)),
        gender: Some(Gender::Female),
        phones: vec![phone("070-174 06 10")],
        emails: vec!["ada.berg@example.com".into()],
        ..NewPatient::default()
    }
}

#[tokio::test]
async fn patients_are_found_by_every_type_of_id() {
    let clinic = Clinic::new();
    for (text, id) in [
        ("pat-1", "pat-1"),
        ("emr_id:pat-1", "pat-1"),
        ("se_personal_number:121212+1212", "pat-1"),
        ("se_personal_number:991981000010", "pat-5"),
        ("no_personal_number:130972 48022", "pat-6"),
        ("nhs_number:999 000 0018", "pat-7"),
    ] {
        let found = clinic.ehr.patient(&clinic.ctx, &london(), &typed_patient(text)).await.unwrap();
        assert_eq!((found.id.as_str(), &found.care_unit_id), (id, &london()), "{text}");
    }
    let unknown = typed_patient("se_personal_number:197110021834");
    assert_eq!(clinic.ehr.patient(&clinic.ctx, &london(), &unknown).await.unwrap().id.as_str(), "pat-3");
    let nobody = typed_patient("nhs_number:9434765919");
    let error = clinic.ehr.patient(&clinic.ctx, &london(), &nobody).await.unwrap_err();
    assert_eq!(error.kind, EhrErrorKind::NotFound(Thing::Patient));
}

#[tokio::test]
async fn a_new_patient_is_created_once_and_then_found_unchanged() {
    let clinic = Clinic::new();
    let first = clinic.ehr.create_patient(&clinic.ctx, &stockholm(), new_ada()).await.unwrap();
    let shouted = NewPatient {
        first_name: Some("ADA".into()),
        gender: Some(Gender::Other),
        emails: vec![],
        ..new_ada()
    };
    let second = clinic.ehr.create_patient(&clinic.ctx, &stockholm(), shouted).await.unwrap();
    assert_eq!((first.created, second.created), (true, false));
    assert_eq!(first.patient, second.patient);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_clients_who_create_one_patient_make_one() {
    let clinic = Clinic::new();
    let clients: Vec<_> = (0..8)
        .map(|_| {
            let (ehr, ctx) = (clinic.ehr.clone(), clinic.ctx.clone());
            tokio::spawn(async move { ehr.create_patient(&ctx, &stockholm(), new_ada()).await.unwrap() })
        })
        .collect();
    let mut created = 0;
    for client in clients {
        created += usize::from(client.await.unwrap().created);
    }
    assert_eq!(created, 1);
}

#[tokio::test]
async fn a_typed_number_finds_its_patient_in_any_spelling() {
    let clinic = Clinic::new();
    let tolvan = NewPatient {
        external_id: Some("19121212-1212".into()),
        external_id_type: Some(ExternalIdType::SePersonalNumber),
        ..NewPatient::default()
    };
    let found = clinic.ehr.create_patient(&clinic.ctx, &stockholm(), tolvan).await.unwrap();
    assert_eq!((found.created, found.patient.id.as_str()), (false, "pat-1"));
}

#[tokio::test]
async fn father_and_son_of_one_name_are_never_guessed_between() {
    let clinic = Clinic::new();
    let erik = NewPatient {
        first_name: Some("Erik".into()),
        last_name: Some("Sjölund".into()),
        emails: vec!["Sjolund.Family@example.com".into()],
        ..NewPatient::default()
    };
    let error = clinic.ehr.create_patient(&clinic.ctx, &stockholm(), erik.clone()).await.unwrap_err();
    assert_eq!(only_fault(error).0, FaultCode::AmbiguousPatient);
    let son = NewPatient { date_of_birth: Some(date(1986, 7, 21)), ..erik };
    let found = clinic.ehr.create_patient(&clinic.ctx, &stockholm(), son).await.unwrap();
    assert_eq!((found.created, found.patient.id.as_str()), (false, "pat-10"));
}

#[tokio::test]
async fn a_search_obeys_every_filter() {
    let clinic = Clinic::new();
    let ids = async |search: PatientSearch| {
        let page =
            clinic.ehr.search_patients(&clinic.ctx, &stockholm(), search, first_page(100)).await.unwrap();
        page.items.into_iter().map(|found| found.id.as_str().to_owned()).collect::<Vec<_>>()
    };
    let any = PatientSearch::default;
    assert_eq!(ids(PatientSearch { first_name: Some("tolvan".into()), ..any() }).await, ["pat-1"]);
    assert_eq!(ids(PatientSearch { last_name: Some("SJÖLUND".into()), ..any() }).await, ["pat-10", "pat-9"]);
    assert_eq!(ids(PatientSearch { date_of_birth: Some(date(1971, 10, 2)), ..any() }).await, ["pat-3"]);
    assert_eq!(ids(PatientSearch { external_id: Some("CRM-1009".into()), ..any() }).await, ["pat-9"]);
    assert_eq!(ids(PatientSearch { external_id: Some("121212+1212".into()), ..any() }).await, ["pat-1"]);
    assert_eq!(ids(PatientSearch { phone: Some(phone("070-1740606")), ..any() }).await, ["pat-2"]);
    assert_eq!(
        ids(PatientSearch { email: Some("NOOR.rahman@example.com".into()), ..any() }).await,
        ["pat-12"]
    );
    let both = PatientSearch { first_name: Some("Tolvan".into()), last_name: Some("Finch".into()), ..any() };
    assert_eq!(ids(both).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_change_changes_the_given_fields_and_no_others() {
    let clinic = Clinic::new();
    let before = clinic.ehr.patient(&clinic.ctx, &stockholm(), &patient("pat-2")).await.unwrap();
    let changes = PatientChanges {
        last_name: Some(Some("Berg".into())),
        phones: Some(vec![phone("070-1740611")]),
        address: Some(None),
        external_id: Some(None),
        ..PatientChanges::default()
    };

    let after =
        clinic.ehr.update_patient(&clinic.ctx, &stockholm(), &patient("pat-2"), changes).await.unwrap();

    assert_eq!(after.last_name.as_deref(), Some("Berg"));
    assert_eq!(after.phones, [phone("070-1740611")]);
    assert_eq!((&after.address, &after.external_id, after.external_id_type), (&None, &None, None));
    assert_eq!(
        (&after.first_name, &after.emails, after.date_of_birth),
        (&before.first_name, &before.emails, before.date_of_birth)
    );
    assert_eq!(clinic.ehr.patient(&clinic.ctx, &stockholm(), &patient("pat-2")).await.unwrap(), after);
}

#[tokio::test]
async fn nobody_gets_the_number_of_another() {
    let clinic = Clinic::new();
    let changes = PatientChanges { external_id: Some(Some("CRM-1009".into())), ..PatientChanges::default() };
    let error =
        clinic.ehr.update_patient(&clinic.ctx, &stockholm(), &patient("pat-12"), changes).await.unwrap_err();
    assert_eq!(error.kind, EhrErrorKind::Conflict);
}

#[tokio::test]
async fn a_wrong_national_number_is_refused_with_its_path() {
    let clinic = Clinic::new();
    let wrong = NewPatient {
        external_id: Some("191212121213".into()),
        external_id_type: Some(ExternalIdType::SePersonalNumber),
        ..new_ada()
    };
    let error = clinic.ehr.create_patient(&clinic.ctx, &stockholm(), wrong).await.unwrap_err();
    assert_eq!(only_fault(error), (FaultCode::InvalidPatientId, Some("external_id".into())));
}

#[tokio::test]
async fn a_type_without_a_number_is_refused_and_not_forgotten() {
    let clinic = Clinic::new();
    let other = Some(ExternalIdType::Other);
    let typed = NewPatient { external_id_type: other, ..new_ada() };
    let created = clinic.ehr.create_patient(&clinic.ctx, &stockholm(), typed).await.unwrap_err();
    let changes = PatientChanges { external_id_type: Some(other), ..PatientChanges::default() };
    let changed =
        clinic.ehr.update_patient(&clinic.ctx, &stockholm(), &patient("pat-12"), changes).await.unwrap_err();
    for error in [created, changed] {
        assert_eq!(only_fault(error), (FaultCode::BadInput, Some("external_id_type".into())));
    }
}
