use jiff::civil::date;
use vardbro_ehr::EhrErrorKind;

use super::*;
use crate::wire::Id;

const TODAY: Date = date(2026, 11, 20);

fn fields() -> CustomFields {
    let text = "date_of_birth=fB, gender=fG, co_address=fC, country=fL, other_phones=fP, other_emails=fE";
    CustomFields::parse(text).unwrap()
}

fn documents() -> Documents {
    Documents::read(|_| None).unwrap()
}

fn tolvan() -> NewPatient {
    NewPatient {
        external_id: Some("19121212-1212".into()),
        external_id_type: Some(ExternalIdType::SePersonalNumber),
        first_name: Some("Tolvan".into()),
        last_name: Some("Tolvansson".into()),
        ..NewPatient::default()
    }
}

fn told(new: &NewPatient, fields: &CustomFields) -> Vec<(FaultCode, String)> {
    match plan(new, fields, &documents(), TODAY).err().map(|error| error.kind) {
        None => Vec::new(),
        Some(EhrErrorKind::Invalid(faults)) => {
            faults.into_iter().map(|fault| (fault.code, fault.path.unwrap())).collect()
        }
        Some(other) => panic!("{other:?}"),
    }
}

fn client(plan: &Plan) -> Client {
    let sent = plan.client.clone();
    let value = |custom: &CustomFieldValueInput| crate::wire::clients::CustomField {
        field: custom.field.clone(),
        value: Some(custom.value_string.clone()),
    };
    Client {
        id: crate::wire::Id::parse("mFdvd5CdhTGeoh7uf").unwrap(),
        first_name: sent.first_name,
        last_name: sent.last_name,
        personal_number: sent.personal_number,
        email: sent.email,
        phone: sent.phone,
        street: sent.street,
        postal_code: sent.postal_code,
        city: sent.city,
        custom_fields: plan.custom_fields.iter().map(value).collect(),
    }
}

fn read(client: &Client, fields: &CustomFields) -> Patient {
    patient(client, fields, &CareUnitId::parse("p").unwrap(), TODAY)
}

#[test]
fn the_number_is_twelve_digits_and_tells_birth_and_gender() {
    let plan = plan(&tolvan(), &CustomFields::default(), &documents(), TODAY).unwrap();
    assert_eq!(plan.client.personal_number.as_deref(), Some("191212121212"));
    assert!(plan.custom_fields.is_empty());
    let patient = read(&client(&plan), &CustomFields::default());
    assert_eq!((patient.date_of_birth, patient.gender), (Some(date(1912, 12, 12)), Gender::Male));
    assert_eq!(patient.external_id_type, Some(ExternalIdType::SePersonalNumber));
}

#[test]
fn what_the_number_says_may_be_said_again_and_not_otherwise() {
    let same = NewPatient { date_of_birth: Some(date(1912, 12, 12)), gender: Some(Gender::Male), ..tolvan() };
    assert_eq!(told(&same, &CustomFields::default()), []);
    let other =
        NewPatient { date_of_birth: Some(date(1912, 12, 13)), gender: Some(Gender::Female), ..tolvan() };
    assert_eq!(
        told(&other, &fields()),
        [(FaultCode::BadInput, "date_of_birth".to_owned()), (FaultCode::BadInput, "gender".to_owned())]
    );
}

#[test]
fn what_kaddio_has_no_field_for_is_refused_at_its_path_unless_a_custom_field_keeps_it() {
    let full = NewPatient {
        external_id: None,
        external_id_type: None,
        date_of_birth: Some(date(1990, 2, 3)),
        gender: Some(Gender::Other),
        phones: ["+46701740605", "+46701740606"].map(|text| Phone::parse(text, None).unwrap()).to_vec(),
        emails: vec!["a@example.com".into(), "b@example.com".into(), "c@example.com".into()],
        address: Some(Address {
            street: Some("Storgatan 1".into()),
            co_address: Some("c/o Finch".into()),
            postal_code: Some("113 22".into()),
            city: Some("Stockholm".into()),
            country: Some("SE".into()),
        }),
        ..tolvan()
    };
    let paths = ["date_of_birth", "gender", "address.co_address", "address.country", "phones.1", "emails.1"];
    let expected = paths.map(|path| (FaultCode::NotSupported, path.to_owned()));
    assert_eq!(told(&full, &CustomFields::default()), expected);

    let plan = plan(&full, &fields(), &documents(), TODAY).unwrap();
    assert_eq!(plan.custom_fields.len(), 6);
    assert_eq!(plan.client.email.as_deref(), Some("a@example.com"));
    let patient = read(&client(&plan), &fields());
    assert_eq!((patient.date_of_birth, patient.gender), (full.date_of_birth, Gender::Other));
    assert_eq!((&patient.phones, &patient.emails), (&full.phones, &full.emails));
    assert_eq!(patient.address, full.address);
}

#[test]
fn an_address_that_would_come_back_as_two_is_refused() {
    let emails = ["a@example.com", "x;y@example.com", "b@example.com", "\"c,d\"@example.com"];
    let new = NewPatient { emails: emails.map(str::to_owned).to_vec(), ..tolvan() };
    let expected = ["emails.1", "emails.3"].map(|path| (FaultCode::NotSupported, path.to_owned()));
    assert_eq!(told(&new, &fields()), expected);
    let alone = NewPatient { emails: vec!["x;y@example.com".into()], ..tolvan() };
    let plan = plan(&alone, &fields(), &documents(), TODAY).unwrap();
    assert_eq!(read(&client(&plan), &fields()).emails, alone.emails);
}

#[test]
fn what_is_given_twice_is_held_once() {
    let phone = Phone::parse("070-174 06 05", Some(COUNTRY)).unwrap();
    let new = NewPatient {
        phones: vec![phone.clone(), phone.clone()],
        emails: vec!["a@example.com".into(), "a@example.com".into()],
        ..tolvan()
    };
    assert_eq!(told(&new, &CustomFields::default()), []);
    let plan = plan(&new, &fields(), &documents(), TODAY).unwrap();
    let patient = read(&client(&plan), &fields());
    assert_eq!((patient.phones, patient.emails), (vec![phone], vec!["a@example.com".to_owned()]));
}

#[test]
fn gender_other_goes_beside_a_number_that_knows_two() {
    let other = NewPatient { gender: Some(Gender::Other), ..tolvan() };
    assert_eq!(told(&other, &CustomFields::default()), [(FaultCode::NotSupported, "gender".to_owned())]);
    let plan = plan(&other, &fields(), &documents(), TODAY).unwrap();
    assert_eq!(read(&client(&plan), &fields()).gender, Gender::Other);
    let unknown = NewPatient { gender: Some(Gender::Unknown), ..tolvan() };
    assert_eq!(told(&unknown, &CustomFields::default()), []);
}

#[test]
fn a_number_without_a_birth_date_lets_it_be_kept_elsewhere() {
    let coordination = NewPatient {
        external_id: Some("191500722390".into()),
        date_of_birth: Some(date(1915, 5, 12)),
        ..tolvan()
    };
    let plan = plan(&coordination, &fields(), &documents(), TODAY).unwrap();
    assert_eq!(plan.kept, ["date_of_birth"]);
}

#[test]
fn numbers_of_others_and_wrong_ones_are_refused() {
    let norwegian = NewPatient { external_id_type: Some(ExternalIdType::NoPersonalNumber), ..tolvan() };
    assert_eq!(told(&norwegian, &fields()), [(FaultCode::NotSupported, "external_id_type".to_owned())]);
    let wrong = NewPatient { external_id: Some("197110021835".into()), ..tolvan() };
    assert_eq!(told(&wrong, &fields()), [(FaultCode::InvalidPatientId, "external_id".to_owned())]);
}

#[test]
fn what_the_connections_document_does_not_take_is_refused() {
    let own = "mutation A($personal_number: String, $first_name: String, $last_name: String) {
               patient_id: c(p: $personal_number, f: $first_name, l: $last_name) }";
    let documents = Documents::read(|name| match name {
        "operation_create_client" => Some(own),
        "operation_update_user" => Some("off"),
        _ => None,
    });
    let new = NewPatient { emails: vec!["a@example.com".into()], gender: Some(Gender::Other), ..tolvan() };
    let error = plan(&new, &fields(), &documents.unwrap(), TODAY).err().unwrap();
    let EhrErrorKind::Invalid(faults) = error.kind else { panic!("{error:?}") };
    let told: Vec<_> = faults.iter().map(|fault| fault.path.as_deref().unwrap()).collect();
    assert_eq!(told, ["gender", "emails.0"]);
    assert!(faults[0].detail.contains("operation_update_user"), "{}", faults[0].detail);
    assert!(faults[1].detail.contains("operation_create_client"), "{}", faults[1].detail);
}

#[test]
fn what_staff_wrote_by_hand_is_read_as_far_as_it_goes() {
    let mut native = client(&plan(&tolvan(), &fields(), &documents(), TODAY).unwrap());
    native.phone = Some("070-174 06 05".into());
    native.personal_number = Some("19121212-1212".into());
    let custom = |field: &str, value: &str| crate::wire::clients::CustomField {
        field: Id::parse(field).unwrap(),
        value: Some(value.into()),
    };
    native.custom_fields =
        vec![custom("fG", "Kvinna"), custom("fP", "08-123 45 67; unknown, 0701740605"), custom("fX", "x")];
    let patient = read(&native, &fields());
    assert_eq!(patient.external_id.as_deref(), Some("191212121212"));
    assert_eq!(patient.gender, Gender::Female);
    let phones: Vec<_> = patient.phones.iter().map(Phone::as_e164).collect();
    assert_eq!(phones, ["+46701740605", "+4681234567"]);
    native.custom_fields = vec![custom("fG", "?")];
    assert_eq!(read(&native, &fields()).gender, Gender::Male);
}
