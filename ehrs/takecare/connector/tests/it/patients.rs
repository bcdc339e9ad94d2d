use jiff::civil::date;
use vardbro_ehr::{Ehr, EhrErrorKind, Thing};
use vardbro_model::care_unit::Address;
use vardbro_model::error::FaultCode;
use vardbro_model::patient::{ExternalIdType, Gender, NewPatient, PatientChanges, PatientSearch};
use vardbro_model::phone::Phone;
use vardbro_model::typed_id::PatientRef;

use crate::clinic::{ANNA, Clinic, TOLVAN, fault, faults, first, kind, patient_ref, ten};

fn typed(text: &str) -> PatientRef {
    PatientRef::parse(text, date(2026, 11, 20)).unwrap()
}

#[tokio::test]
async fn every_spelling_finds_the_same_patient() {
    let clinic = Clinic::open().await;
    let anna = clinic.takecare.patient(&clinic.ctx(), &ten(), &patient_ref(ANNA)).await.unwrap();
    assert_eq!((anna.id.as_str(), anna.emr_id.as_str()), (ANNA, ANNA));
    assert_eq!(anna.external_id.as_deref(), Some(ANNA));
    assert_eq!(anna.external_id_type, Some(ExternalIdType::SePersonalNumber));
    assert_eq!((anna.date_of_birth, anna.gender), (Some(date(1971, 10, 2)), Gender::Male));
    assert!(anna.first_name.is_some() && anna.last_name.is_some());
    for text in [
        "19711002-1834",
        "711002-1834",
        "emr_id:197110021834",
        "se_personal_number:197110021834",
        "se_personal_number:711002-1834",
        "se_personal_number:19711002 1834",
    ] {
        let found = clinic.takecare.patient(&clinic.ctx(), &ten(), &typed(text)).await.unwrap();
        assert_eq!(found, anna, "{text}");
    }
}

#[tokio::test]
async fn what_is_no_number_is_told_before_anything_is_sent() {
    let clinic = Clinic::open().await;
    clinic.warm().await;
    for nobody in ["nobody", "1", "999999999999999999"] {
        let answer = clinic.takecare.patient(&clinic.ctx(), &ten(), &patient_ref(nobody)).await;
        assert_eq!(kind(answer), EhrErrorKind::NotFound(Thing::Patient), "{nobody}");
    }
    for wrong in ["197110021835", "197113021834", "19810829M071"] {
        let answer = clinic.takecare.patient(&clinic.ctx(), &ten(), &patient_ref(wrong)).await;
        assert_eq!(fault(answer), (FaultCode::InvalidPatientId, Some("patient_id".into())), "{wrong}");
    }
    for other in ["no_personal_number:31129956715", "nhs_number:9990000018"] {
        let answer = clinic.takecare.patient(&clinic.ctx(), &ten(), &typed(other)).await;
        assert_eq!(fault(answer).0, FaultCode::PatientIdLookupTypeNotSupported);
    }
    assert_eq!(clinic.call_count(), 0);
    let nobody = clinic.takecare.patient(&clinic.ctx(), &ten(), &patient_ref("198112189876")).await;
    assert_eq!(kind(nobody), EhrErrorKind::NotFound(Thing::Patient));
}

#[tokio::test]
async fn a_patient_is_created_with_contact_and_address_and_found_afterwards() {
    let clinic = Clinic::open().await;
    let new = NewPatient {
        external_id: Some("811218-9876".into()),
        first_name: Some("Another".into()),
        last_name: Some("Name".into()),
        date_of_birth: Some(date(1981, 12, 18)),
        phones: vec![Phone::parse("070-174 06 05", Some("SE")).unwrap()],
        emails: vec!["somebody@example.com".into()],
        address: Some(Address {
            street: Some("Storgatan 1 B".into()),
            co_address: Some("c/o Å & Ö <x>".into()),
            postal_code: Some("113 22".into()),
            city: Some("Örebro".into()),
            country: Some("SE".into()),
        }),
        ..NewPatient::default()
    };
    let upserted = clinic.takecare.create_patient(&clinic.ctx(), &ten(), new.clone()).await.unwrap();
    assert!(upserted.created);
    let patient = upserted.patient;
    assert_eq!(
        (patient.id.as_str(), &patient.phones, &patient.emails),
        ("198112189876", &new.phones, &new.emails)
    );
    assert_eq!(patient.address, new.address);
    assert_eq!(
        clinic.takecare.patient(&clinic.ctx(), &ten(), &typed("198112189876")).await.unwrap(),
        patient
    );

    clinic.forget_calls();
    let other = NewPatient { emails: vec!["other@example.com".into()], ..new };
    let again = clinic.takecare.create_patient(&clinic.ctx(), &ten(), other).await.unwrap();
    assert_eq!((again.created, again.patient), (false, patient.clone()));
    assert_eq!((clinic.call_count(), clinic.calls_of("GetPatient")), (1, 1));

    let search = |text: &str| PatientSearch { external_id: Some(text.into()), ..PatientSearch::default() };
    let found =
        clinic.takecare.search_patients(&clinic.ctx(), &ten(), search("19811218-9876"), first(10)).await;
    assert_eq!(found.unwrap().items, [patient]);
    for nobody in ["19121212-1213", "%", "nobody", "198203109809"] {
        let found = clinic.takecare.search_patients(&clinic.ctx(), &ten(), search(nobody), first(10)).await;
        assert!(found.unwrap().items.is_empty(), "{nobody}");
    }
}

#[tokio::test]
async fn a_number_that_takecare_refuses_is_told_in_its_words() {
    let clinic = Clinic::open().await;
    // The sandbox's register refuses those born in 1990 and later.
    let young = NewPatient { external_id: Some("199003089803".into()), ..NewPatient::default() };
    let error = clinic.takecare.create_patient(&clinic.ctx(), &ten(), young).await.unwrap_err();
    let fault = faults(error).remove(0);
    assert_eq!((fault.code, fault.path.as_deref()), (FaultCode::InvalidPatientId, Some("external_id")));
    assert!(fault.emr_error.is_some());
}

#[tokio::test]
async fn coordination_and_reserve_numbers_are_taken() {
    let clinic = Clinic::open().await;
    for number in ["197010632391", "991981000010"] {
        let new = NewPatient { external_id: Some(number.into()), ..NewPatient::default() };
        let created = clinic.takecare.create_patient(&clinic.ctx(), &ten(), new).await;
        assert_eq!(created.unwrap().patient.id.as_str(), number);
    }
}

#[tokio::test]
async fn what_cannot_be_a_patient_is_refused_before_anything_is_sent() {
    let clinic = Clinic::open().await;
    clinic.warm().await;
    let create = |new: NewPatient| {
        let clinic = &clinic;
        async move { clinic.takecare.create_patient(&clinic.ctx(), &ten(), new).await }
    };
    let named = NewPatient { first_name: Some("Ada".into()), ..NewPatient::default() };
    assert_eq!(fault(create(named).await), (FaultCode::MissingRequiredField, Some("external_id".into())));
    let wrong = NewPatient { external_id: Some("198112189877".into()), ..NewPatient::default() };
    assert_eq!(fault(create(wrong).await), (FaultCode::InvalidPatientId, Some("external_id".into())));
    let contradicting = NewPatient {
        external_id: Some(TOLVAN.into()),
        gender: Some(Gender::Female),
        date_of_birth: Some(date(1950, 1, 1)),
        ..NewPatient::default()
    };
    let told = faults(create(contradicting).await.unwrap_err());
    let told: Vec<_> = told.iter().map(|fault| (fault.code, fault.path.as_deref().unwrap())).collect();
    assert_eq!(told, [(FaultCode::BadInput, "date_of_birth"), (FaultCode::BadInput, "gender")]);
    assert_eq!(clinic.call_count(), 0);
    let nothing = PatientChanges::default();
    let changed = clinic.takecare.update_patient(&clinic.ctx(), &ten(), &patient_ref(ANNA), nothing).await;
    assert_eq!(fault(changed).0, FaultCode::NotSupported);
}

#[tokio::test]
async fn without_the_operations_the_settings_are_named() {
    let settle = |settings: vardbro_ehr::connection::Settings| {
        settings.with("get_patient", "off").with("create_patient", "off")
    };
    let clinic = Clinic::open_with("2026-11-20T03:00:00Z", |options| options, settle).await;
    let read = clinic.takecare.patient(&clinic.ctx(), &ten(), &patient_ref(ANNA)).await.unwrap_err();
    assert!(faults(read)[0].detail.contains("get_patient"));
    let new = NewPatient { external_id: Some(TOLVAN.into()), ..NewPatient::default() };
    let created = clinic.takecare.create_patient(&clinic.ctx(), &ten(), new).await.unwrap_err();
    assert!(faults(created)[0].detail.contains("create_patient"));
    // Booking goes on without them.
    assert!(clinic.book(&clinic.slot().await, ANNA).await.is_ok());
}
