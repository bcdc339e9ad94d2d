//! Each native endpoint against the examples of Webdoc's documents, typed anew.

use jiff::civil::date;
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;
use vardbro_ehr::wire::Safety;
use vardbro_webdoc::wire::bookings::{BookingChange, CaregiverLink, Filter, Kind, NewBooking};
use vardbro_webdoc::wire::documents::NewDocument;
use vardbro_webdoc::wire::notes::{KeywordValue, NewNote, Record};
use vardbro_webdoc::wire::patients::{Contact, NewPatient, NewPatientWithoutNumber, PatientChange};
use vardbro_webdoc::wire::token::TokenHost;
use vardbro_webdoc::wire::{
    Api, Code, Native, Scope, bookings, clinics, documents, notes, patients, token, types, users,
};

const BASE: &str = "https://api-integration.carasent.net";

fn api() -> Api {
    Api::new(Url::parse(BASE).unwrap())
}

/// Method, address below the base with its query decoded, and body.
fn sent<T>(native: &Native<T>) -> (String, Value) {
    let request = &native.call.request;
    assert_eq!(request.headers()["accept"], "application/json");
    assert!(request.headers().get("authorization").is_none(), "the token is put in later");
    let body =
        if request.body().is_empty() { Value::Null } else { serde_json::from_slice(request.body()).unwrap() };
    assert_eq!(request.headers().get("content-type").is_some(), !body.is_null());
    assert_eq!(native.call.safety == Safety::Read, request.method() == "GET");
    let parsed = Url::parse(&request.uri().to_string()).unwrap();
    let query: Vec<String> = parsed.query_pairs().map(|(name, value)| format!("{name}={value}")).collect();
    let mut shown = format!("{} {}", request.method(), parsed.path());
    for part in query {
        shown.push(' ');
        shown.push_str(&part);
    }
    (shown, body)
}

fn read<T>(native: Native<T>, body: Value) -> T {
    let read = native.reader();
    read(body.to_string().as_bytes()).unwrap_or_else(|at| panic!("unreadable at {}", at.path))
}

#[test]
fn a_token_is_asked_for_in_a_form_and_may_be_of_any_type() {
    let host = TokenHost {
        url: Url::parse("https://auth-integration.carasent.net/oauth/token").unwrap(),
        client_id: "ID".into(),
        client_secret: SecretString::from("SE&CRET"),
    };
    let call = token::ask(&host, &[Scope::SelfService, Scope::BookingsWrite]);
    assert_eq!((call.endpoint, call.safety), ("POST /oauth/token", Safety::Read));
    assert_eq!(call.request.uri(), "https://auth-integration.carasent.net/oauth/token");
    assert_eq!(call.request.headers()["content-type"], "application/x-www-form-urlencoded");
    assert_eq!(
        call.request.body(),
        "grant_type=client_credentials&client_id=ID&client_secret=SE%26CRET&scope=self-service+bookings%3Awrite"
    );
    assert!(!format!("{host:?}{call:?}").contains("SE&CRET"));
    for token_type in [json!("Bearer"), json!(7), Value::Null] {
        let grant = token::read(
            json!({"access_token": "t", "expires_in": "3600", "token_type": token_type, "scope": "self-service bookings:write"})
                .to_string()
                .as_bytes(),
        );
        let grant = grant.unwrap_or_else(|at| panic!("unreadable at {}", at.path));
        assert_eq!((grant.access_token.as_str(), grant.expires_in), ("t", Some(3600)));
    }
}

#[test]
fn a_token_that_names_some_of_its_scopes_has_those() {
    let asked = [Scope::SelfService, Scope::BookingsRead].into();
    for (scope, granted) in [
        (json!("self-service bookings:read"), 2),
        (json!("self-service"), 1),
        (json!(""), 2),
        (Value::Null, 2),
        (json!("something else"), 2),
    ] {
        let grant = json!({"access_token": "t", "scope": scope}).to_string();
        let grant = token::read(grant.as_bytes()).unwrap_or_else(|at| panic!("{}", at.path));
        assert_eq!(grant.granted(&asked).len(), granted, "{scope}");
    }
}

#[test]
fn every_scope_reads_back_from_its_name() {
    for scope in Scope::ALL {
        assert_eq!(Scope::parse(scope.as_str()), Some(*scope));
    }
}

#[test]
fn clinics_and_their_people() {
    let api = api();
    assert_eq!(sent(&clinics::list(&api)).0, "GET /v1/clinics");
    let clinics = read(
        clinics::list(&api),
        json!([{"id": "5b7e", "name": "Kliniken", "hsaId": "SE2321000131-E000000012345", "companyHsaId": "",
            "organisationNumber": "232100-0131", "address": "Storgatan 1", "postNumber": 11122, "postAddress": "Stockholm",
            "invoiceInfo": []}]),
    );
    assert_eq!(clinics[0].post_number.as_deref(), Some("11122"));
    assert_eq!(sent(&users::caregivers(&api, "5b7e")).0, "GET /v1/clinics/5b7e/users isCaregiver=true");
    assert_eq!(sent(&users::list(&api)).0, "GET /v1/users");
    let users = read(
        users::list(&api),
        json!([{"id": "0c1f", "firstName": "Test", "lastName": "Testsson", "personalNumber": "19870207-2391",
            "hsaId": "SE2321000131-E000000000001", "email": "", "lastLoggedIn": "2026-11-01 08:00:00", "clinics": [],
            "settings": {"defaultCostCentreId": 1, "defaultRecordTemplateId": null, "defaultPatientTypeId": "3"}},
            {"id": "0c20", "firstName": null, "lastName": null, "settings": []}]),
    );
    assert_eq!(users[0].settings.as_ref().unwrap().default_patient_type_id, Some(Code(3)));
    assert!(users[1].settings.is_none());
}

#[test]
fn the_catalogues_mix_numbers_and_texts() {
    let api = api();
    assert_eq!(sent(&types::booking_types(&api)).0, "GET /v1/bookingTypes");
    let kinds = read(
        types::booking_types(&api),
        json!([{"id": "12", "name": "Nybesök", "externallyVisibleName": "Nytt besök", "hasSelfService": "1", "recordType": null},
            {"id": 13, "name": "Återbesök", "externallyVisibleName": "", "hasSelfService": false},
            {"id": 14, "name": "Samtal", "hasSelfService": true, "priceLevels": []}]),
    );
    let told: Vec<_> = kinds.iter().map(|kind| (kind.id.0, kind.has_self_service)).collect();
    assert_eq!(told, [(12, Some(true)), (13, Some(false)), (14, Some(true))]);
    assert_eq!(kinds[1].externally_visible_name, None);
    assert_eq!(sent(&types::patient_types(&api)).0, "GET /v1/patientTypes");
    assert_eq!(sent(&types::document_types(&api)).0, "GET /v1/documentTypes");
    let kinds = read(
        types::document_types(&api),
        json!([{"id": 5, "name": "Remiss", "inreferral": true, "active": 0}]),
    );
    assert_eq!(kinds[0].active, Some(false));
    assert_eq!(sent(&types::record_template(&api, Code(7))).0, "GET /v1/recordTemplates/7");
    let template = json!({"id": "7", "title": "Anteckning", "keywords": [{"id": 101, "title": "Status", "maxLength": "64"}]});
    for body in [template.clone(), json!([template])] {
        let template = read(types::record_template(&api, Code(7)), body).unwrap();
        assert_eq!((template.id, template.keywords[0].max_length), (Code(7), Some(64)));
    }
}

/// The answer of the page's booking exchange.
fn posted() -> Value {
    json!({"id": "41aa", "date": "2026-12-01", "startTime": "09:00", "endTime": "09:30", "note": "Hosta", "phase": 1,
        "smsReminder": false, "bookingType": {"id": "12", "name": "Nybesök"}, "patientType": {"id": "3", "name": "Privat"},
        "actionCodes": [], "clinic": {"id": "5b7e", "name": "Kliniken", "hsaId": "SE2321000131-E000000012345"},
        "patient": {"id": "9d2a", "personalNumber": "19121212-1212", "firstName": "Tolvan", "lastName": "Tolvansson"},
        "caregiver": {"id": "0c1f", "title": "Läkare", "firstName": "Test", "lastName": "Testsson", "identifier": "", "hsaId": ""}})
}

#[test]
fn a_booking_is_made() {
    let new = NewBooking {
        user_id: "0c1f",
        clinic_id: "5b7e",
        patient_id: "9d2a",
        booking_type_id: Code(12),
        patient_type_id: Some(Code(3)),
        date: date(2026, 12, 1),
        start_time: "09:00".parse().unwrap(),
        end_time: "09:30".parse().unwrap(),
        note: Some("Hosta"),
        allow_overlap: false,
    };
    let native = bookings::create(&api(), &new);
    assert_eq!((native.call.safety, native.scope), (Safety::Once, Scope::BookingsWrite));
    assert_eq!(
        sent(&native),
        (
            "POST /v1/bookings".into(),
            json!({"userId": "0c1f", "clinicId": "5b7e", "patientId": "9d2a", "bookingTypeId": 12, "patientTypeId": 3,
                "date": "2026-12-01", "startTime": "09:00", "endTime": "09:30", "note": "Hosta", "allowOverlap": false})
        )
    );
    for body in [posted(), json!([posted()])] {
        let booked = read(bookings::create(&api(), &new), body).unwrap();
        assert_eq!((booked.with(), booked.at(), booked.phase), (Some("0c1f"), Some("5b7e"), Some(1)));
        assert_eq!(booked.booking_type, Kind::Id(Code(12)));
        assert!(!booked.is_free());
    }
    assert!((bookings::create(&api(), &new).reader())(b"").unwrap().is_none());
}

#[test]
fn a_booking_is_searched_and_names_its_caregiver_user() {
    let filter = Filter {
        is_booked: Some(true),
        user_id: Some("0c1f".into()),
        booking_type_id: Some(Code(12)),
        from_date: Some(date(2026, 12, 1)),
        to_date: Some(date(2026, 12, 2)),
        personal_number: Some("19121212-1212".into()),
        arrived: Some(true),
    };
    let native = bookings::search(&api(), "5b7e", &filter, 100);
    assert_eq!(
        sent(&native).0,
        "GET /v1/bookings isBooked=1 clinicId=5b7e userId=0c1f bookingTypeId=12 fromDate=2026-12-01 toDate=2026-12-02 \
         personalNumber=19121212-1212 offset=100"
    );
    let mut row = posted();
    row["user"] = row["caregiver"].take();
    row["bookingType"]["id"] = json!(12);
    let free = json!({"id": 77, "date": "2026-12-01", "startTime": "10:00:00", "endTime": "10:30:00", "patient": null,
        "user": {"id": "0c1f"}, "bookingType": {"id": 12}});
    let rows = read(native, json!([row, free]));
    assert_eq!((rows[0].with(), rows[0].is_free()), (Some("0c1f"), false));
    assert_eq!((rows[1].id.as_str(), rows[1].is_free()), ("77", true));
}

#[test]
fn a_clinics_list_has_names_of_types_and_any_free_card() {
    let filter = Filter { is_booked: Some(false), from_date: Some(date(2026, 12, 1)), ..Filter::default() };
    let native = bookings::of_clinic(&api(), "5b7e", (&filter, true), (100, 0));
    assert_eq!(
        sent(&native).0,
        "GET /v1/clinics/5b7e/bookings booked=false selfService=true fromDate=2026-12-01 limit=100 offset=0"
    );
    let who_came = Filter { is_booked: Some(true), arrived: Some(true), ..Filter::default() };
    assert_eq!(
        sent(&bookings::of_clinic(&api(), "5b7e", (&who_came, false), (100, 0))).0,
        "GET /v1/clinics/5b7e/bookings booked=true arrived=1 limit=100 offset=0"
    );
    let row = |free_card: Value| {
        json!({"id": "41aa", "clinicId": "5b7e", "date": "2026-12-01", "startTime": "09:00", "endTime": "09:30", "arrived": "1",
            "bookingType": "Nybesök", "bookedPatientType": "Privat", "payments": [],
            "patient": {"id": "9d2a", "isListed": true, "personalNumber": "19121212-1212", "freeCard": free_card, "address": []},
            "caregiver": {"id": "0c1f"}})
    };
    let rows = read(native, json!([row(json!({"cardNumber": "1"})), row(json!([]))]));
    assert!(
        rows.iter().all(|row| row.booking_type == Kind::Name("Nybesök".into()) && row.arrived == Some(1))
    );
    assert!(rows.iter().all(|row| row.at() == Some("5b7e") && row.with() == Some("0c1f")));
}

#[test]
fn a_booking_is_changed_and_deleted_with_a_body() {
    let change = BookingChange {
        requested_by_user_id: Some("0c1f"),
        caregiver: Some(CaregiverLink { id: "0c20" }),
        date: Some(date(2026, 12, 2)),
        start_time: Some("10:00".parse().unwrap()),
        end_time: Some("10:30".parse().unwrap()),
        ..BookingChange::default()
    };
    let native = bookings::change(&api(), "41aa", &change);
    assert_eq!(native.call.safety, Safety::Once);
    assert_eq!(
        sent(&native),
        (
            "PATCH /v1/bookings/41aa".into(),
            json!({"requestedByUserId": "0c1f", "caregiver": {"id": "0c20"}, "date": "2026-12-02", "startTime": "10:00",
                "endTime": "10:30"})
        )
    );
    let native = bookings::cancel(&api(), "41aa", "0c1f");
    assert_eq!(sent(&native), ("DELETE /v1/bookings/41aa".into(), json!({"userId": "0c1f"})));
    assert!((native.reader())(b"").is_ok());
    assert_eq!(sent(&bookings::cancel(&api(), "a/../b", "u")).0, "DELETE /v1/bookings/a%2F..%2Fb");
}

#[test]
fn a_patient_is_looked_up_by_number() {
    let native = patients::by_number(&api(), "19121212-1212");
    assert_eq!(sent(&native).0, "GET /v2/patients personalNumber=19121212-1212");
    let found = read(
        native,
        json!([{"id": "9d2a", "personalNumber": "19121212-1212", "birthDate": "1912-12-12", "gender": "M", "firstName": "Tolvan",
            "lastName": "Tolvansson", "address": {"streetName": "Storgatan 1", "coAddress": "", "city": "Stockholm", "zipCode": 11122},
            "email": null, "mobilePhoneNumber": "070-174 06 25", "organization": null, "listedClinic": {"hsaId": null},
            "patientType": {"id": "3", "name": "Privat", "type": "private"}}]),
    );
    assert_eq!(found[0].birth_date, Some(date(1912, 12, 12)));
    assert_eq!(found[0].address.as_ref().unwrap().zip_code.as_deref(), Some("11122"));
    assert_eq!(found[0].patient_type.as_ref().unwrap().id, Some(Code(3)));
}

#[test]
fn a_patient_is_created_with_and_without_a_number() {
    let new = NewPatient {
        personal_number: "19121212-1212",
        patient_type: "Privat",
        email: None,
        mobile_number: Some("+46701740625"),
    };
    let native = patients::create(&api(), &new);
    assert_eq!(
        sent(&native),
        (
            "POST /v1/patients".into(),
            json!({"personalNumber": "19121212-1212", "patientType": "Privat", "mobileNumber": "+46701740625"})
        )
    );
    let answer = json!([{"id": "9d2a", "personalNumber": "19121212-1212", "firstName": "Tolvan", "birthDate": "1912-12-12",
        "gender": "M", "contact": {"streetName": "Storgatan 1", "mobile": "+46701740625", "tempAddress": {}}, "patientType": "Privat"}]);
    let created = read(native, answer).unwrap();
    assert_eq!(created.contact.unwrap().street_name.as_deref(), Some("Storgatan 1"));

    let new = NewPatientWithoutNumber {
        identification_number: "VB19800102K7XQ2M",
        first_name: "Ada",
        last_name: "Berg",
        birth_date: date(1980, 1, 2),
        gender: "K",
        patient_type_id: Code(3),
        contact: Contact { email: Some("ada@example.com".into()), ..Contact::default() },
    };
    assert_eq!(
        sent(&patients::create_without_number(&api(), &new)),
        (
            "POST /v1/patient/withoutSocialSecurityNumber".into(),
            json!({"identificationNumber": "VB19800102K7XQ2M", "firstName": "Ada", "lastName": "Berg", "birthDate": "1980-01-02",
                "gender": "K", "patientTypeId": 3, "contact": {"email": "ada@example.com"}})
        )
    );
}

#[test]
fn a_patient_is_changed_field_by_field() {
    let change = PatientChange {
        email: Some(String::new()),
        zip_code: Some("11122".into()),
        ..PatientChange::default()
    };
    let native = patients::change(&api(), "19121212-1212", &change);
    assert_eq!(native.call.safety, Safety::Idempotent);
    assert_eq!(
        sent(&native),
        ("PATCH /v1/patients/19121212-1212".into(), json!({"email": "", "zipCode": "11122"}))
    );
}

#[test]
fn a_note_is_made_and_then_written() {
    let new = NewNote {
        patient_id: "9d2a",
        clinic_id: "5b7e",
        patient_type_id: Code(3),
        user_id: "0c1f",
        record_template_id: Code(7),
    };
    let native = notes::create(&api(), &new);
    assert_eq!(
        sent(&native),
        (
            "POST /v1/notes".into(),
            json!({"patientId": "9d2a", "clinicId": "5b7e", "patientTypeId": 3, "userId": "0c1f", "recordTemplateId": 7})
        )
    );
    let note = read(native, json!({"id": "77cc", "createdAt": "2026-12-01 09:35:00"})).unwrap();
    assert_eq!(note.created_at, Some(date(2026, 12, 1).at(9, 35, 0, 0)));
    let keywords = [KeywordValue { id: Code(101), value: "Text".into() }];
    let record = Record { user_id: "0c1f", keywords: &keywords, diagnosis_codes: [], action_codes: [] };
    let native = notes::write(&api(), "77cc", &record);
    assert_eq!(native.call.safety, Safety::Idempotent);
    assert_eq!(
        sent(&native),
        (
            "PATCH /v1/visits/77cc/records".into(),
            json!({"userId": "0c1f", "keywords": [{"id": 101, "value": "Text"}], "diagnosisCodes": [], "actionCodes": []})
        )
    );
}

#[test]
fn a_document_is_sent_in_parts() {
    let new = NewDocument {
        file_name: "Remiss å.pdf",
        content_type: "application/pdf",
        file: b"%PDF-1.4",
        document_type_id: Code(5),
        personal_number: "19121212-1212",
        user_id: Some("0c1f"),
    };
    let native = documents::create(&api(), "5b7e", &new, 1);
    let request = &native.call.request;
    assert_eq!((request.method().as_str(), request.uri().path()), ("POST", "/v1/clinics/5b7e/documents"));
    let content_type = request.headers()["content-type"].to_str().unwrap();
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=").unwrap();
    let body = String::from_utf8(request.body().to_vec()).unwrap();
    let parts: Vec<&str> = body.split(&format!("--{boundary}")).collect();
    assert_eq!(parts.len(), 6, "four parts and the end: {body}");
    for (part, head, content) in [
        (1, "name=\"documentTypeId\"", "5"),
        (2, "name=\"personalNumber\"", "19121212-1212"),
        (3, "name=\"userId\"", "0c1f"),
        (4, "name=\"file\"; filename=\"Remiss å.pdf\"\r\nContent-Type: application/pdf", "%PDF-1.4"),
    ] {
        assert_eq!(parts[part], format!("\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n"));
    }
    assert_eq!(parts[5], "--\r\n");
}

#[test]
fn odd_rows_hide_no_others_and_unreadable_answers_name_the_place_without_the_value() {
    let api = api();
    let rows = read(
        bookings::search(&api, "5b7e", &Filter::default(), 0),
        json!([{"id": "1", "date": "soon", "startTime": "9", "bookingType": {"id": "x"}, "patient": "", "user": []},
            {"id": "2", "date": "2026-12-01"}]),
    );
    assert_eq!((rows[0].date, rows[0].start_time, rows.len()), (None, None, 2));
    let lists = bookings::search(&api, "5b7e", &Filter::default(), 0).reader();
    for body in [r#""Secretname""#, r#"[{"id": null, "note": "Secretname"}]"#, "<html>Secretname"] {
        let at = lists(body.as_bytes()).err().unwrap();
        assert!(!format!("{at:?}").contains("Secretname"), "{at:?}");
    }
    for nothing in ["", " ", "null", "[]"] {
        assert!(lists(nothing.as_bytes()).unwrap().is_empty());
    }
}
