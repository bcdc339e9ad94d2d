//! Changing patients: what may change, what stays, and a lost answer.

use vardbro_ehr::{Ctx, Ehr, EhrErrorKind};
use vardbro_model::care_unit::Address;
use vardbro_model::error::FaultCode;
use vardbro_model::patient::{Gender, PatientChanges};
use vardbro_model::phone::Phone;

use crate::clinic::{Clinic, Meddling, fault, faults, kind, meddled, tolvan};
use crate::patients::{by_hand, create, phone, reference};

#[tokio::test]
async fn fields_are_changed_one_by_one_and_emptied() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let mut expected = create(&clinic, &unit, by_hand()).await;
    let id = reference(&expected);
    let other =
        Address { street: Some("Nygatan 2".into()), city: Some("Örebro".into()), ..Address::default() };
    for changes in [
        PatientChanges { first_name: Some(Some("Åsa-Li".into())), ..Default::default() },
        PatientChanges { last_name: Some(Some("O'Berg".into())), ..Default::default() },
        PatientChanges { emails: Some(vec!["asa@example.com".into()]), ..Default::default() },
        PatientChanges { phones: Some(vec![phone("+46701740610")]), ..Default::default() },
        PatientChanges { address: Some(Some(other)), ..Default::default() },
        PatientChanges { emails: Some(vec![]), ..Default::default() },
        PatientChanges { phones: Some(vec![]), ..Default::default() },
        PatientChanges { address: Some(None), ..Default::default() },
    ] {
        let answer = clinic.webdoc.update_patient(&clinic.ctx(), &unit, &id, changes.clone()).await.unwrap();
        expected.first_name = changes.first_name.unwrap_or(expected.first_name);
        expected.last_name = changes.last_name.unwrap_or(expected.last_name);
        expected.emails = changes.emails.unwrap_or(expected.emails);
        expected.phones = changes.phones.unwrap_or(expected.phones);
        expected.address = changes.address.unwrap_or(expected.address);
        assert_eq!(
            (&answer.address, &answer.emails, &answer.phones),
            (&expected.address, &expected.emails, &expected.phones)
        );
        assert_eq!(answer, expected);
        assert_eq!(clinic.webdoc.patient(&clinic.ctx(), &unit, &id).await.unwrap(), expected);
    }
    let writes = clinic.calls_of("PATCH");
    let same = PatientChanges { last_name: Some(expected.last_name.clone()), ..Default::default() };
    clinic.webdoc.update_patient(&clinic.ctx(), &unit, &id, same).await.unwrap();
    assert_eq!(clinic.calls_of("PATCH"), writes, "unchanged values send nothing");
}

#[tokio::test]
async fn what_webdoc_cannot_change_is_refused() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let changes = PatientChanges {
        external_id: Some(None),
        external_id_type: Some(None),
        first_name: Some(None),
        date_of_birth: Some(None),
        gender: Some(Gender::Female),
        emails: Some(vec!["a@example.com".into(), "b@example.com".into()]),
        address: Some(Some(Address { country: Some("SE".into()), ..Address::default() })),
        ..Default::default()
    };
    let told =
        faults(clinic.webdoc.update_patient(&clinic.ctx(), &unit, &tolvan(), changes).await.unwrap_err());
    let paths: Vec<_> = told.iter().filter_map(|fault| fault.path.as_deref()).collect();
    assert_eq!(
        paths,
        [
            "external_id",
            "external_id_type",
            "date_of_birth",
            "gender",
            "first_name",
            "emails.1",
            "address.country"
        ]
    );
    assert_eq!(clinic.calls_of("PATCH"), 0);
}

#[tokio::test]
async fn home_and_work_numbers_must_be_kept_and_the_mobile_one_may_change() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let native = r#"[{"id": "x", "personalNumber": "19121212-1212", "mobilePhoneNumber": "070-174 06 05",
        "homePhoneNumber": "08-465 004 23", "workPhoneNumber": ""}]"#;
    let sent = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let log = sent.clone();
    let wire = meddled(clinic.wire.clone(), move |request| {
        let answer = match (request.method().as_str(), request.uri().path()) {
            ("GET", "/v2/patients") => Meddling::Answer(200, native.into()),
            ("PATCH", _) => {
                *log.lock().unwrap() = String::from_utf8_lossy(request.body()).into_owned();
                Meddling::Answer(204, String::new())
            }
            _ => Meddling::Pass,
        };
        Box::pin(async { answer })
    });
    let ctx = Ctx { wire, ..clinic.ctx() };
    let (home, mobile, new) = (phone("+46846500423"), phone("+46701740605"), phone("+46701740606"));
    let present = clinic.webdoc.patient(&ctx, &unit, &tolvan()).await.unwrap();
    assert_eq!(present.phones, [mobile.clone(), home.clone()]);
    let to = |phones: Vec<Phone>| PatientChanges { phones: Some(phones), ..Default::default() };
    for (phones, path) in
        [(vec![new.clone()], "phones"), (vec![home.clone(), new.clone(), mobile], "phones.2")]
    {
        let refused = clinic.webdoc.update_patient(&ctx, &unit, &tolvan(), to(phones)).await;
        assert_eq!(fault(refused), (FaultCode::NotSupported, Some(path.into())));
    }
    clinic.webdoc.update_patient(&ctx, &unit, &tolvan(), to(vec![home.clone(), new])).await.unwrap();
    assert_eq!(*sent.lock().unwrap(), r#"{"mobileNumber":"+46701740606"}"#);
    clinic.webdoc.update_patient(&ctx, &unit, &tolvan(), to(vec![home])).await.unwrap();
    assert_eq!(*sent.lock().unwrap(), r#"{"mobileNumber":""}"#);
}

#[tokio::test]
async fn a_change_whose_answer_was_lost_is_told_by_reading_again() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let to = |email: &str| PatientChanges { emails: Some(vec![email.into()]), ..Default::default() };
    let ctx = clinic.with_fate("PATCH", "/v1/patients", || Meddling::Swallow);
    let lost = clinic.webdoc.update_patient(&ctx, &unit, &tolvan(), to("a@example.com")).await;
    assert_eq!(kind(lost), EhrErrorKind::OutcomeUnknown);
    let ctx = clinic.with_fate("PATCH", "/v1/patients", || Meddling::Lose);
    let changed = clinic.webdoc.update_patient(&ctx, &unit, &tolvan(), to("b@example.com")).await.unwrap();
    assert_eq!(changed.emails, ["b@example.com"]);
}

#[tokio::test]
async fn the_same_phones_in_any_order_are_no_change_even_where_two_are_one() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let (home, mobile) = ("08-465 004 23", "070-174 06 05");
    for (kept_at_home, phones) in
        [(home, vec!["+46846500423", "+46701740605"]), (mobile, vec!["+46701740605"])]
    {
        let native =
            serde_json::json!([{"id": "x", "personalNumber": "19121212-1212", "mobilePhoneNumber": mobile,
            "homePhoneNumber": kept_at_home}])
            .to_string();
        let wire = meddled(clinic.wire.clone(), move |request| {
            let answer = match (request.method().as_str(), request.uri().path()) {
                ("GET", "/v2/patients") => Meddling::Answer(200, native.clone()),
                ("PATCH", _) => {
                    assert_eq!(String::from_utf8_lossy(request.body()), r#"{"email":"a@example.com"}"#);
                    Meddling::Answer(204, String::new())
                }
                _ => Meddling::Pass,
            };
            Box::pin(async { answer })
        });
        let ctx = Ctx { wire, ..clinic.ctx() };
        let changes = PatientChanges {
            emails: Some(vec!["a@example.com".into()]),
            phones: Some(phones.into_iter().map(phone).collect()),
            ..Default::default()
        };
        clinic.webdoc.update_patient(&ctx, &unit, &tolvan(), changes).await.unwrap();
    }
}
