//! Each native operation against the examples of the published messages, typed anew.

use jiff::civil::{DateTime, date};
use url::Url;
use vardbro_ehr::wire::Safety;
use vardbro_takecare::wire::availability::{self, Availability};
use vardbro_takecare::wire::booking::{self, NewBooking};
use vardbro_takecare::wire::bookings::{self, Wanted};
use vardbro_takecare::wire::case_notes::{self, NewCaseNote, SignedOrder};
use vardbro_takecare::wire::documents::{self, NewDocument};
use vardbro_takecare::wire::patients::{self, Address, NewPatient};
use vardbro_takecare::wire::xml::{self, Element};
use vardbro_takecare::wire::{Answer, Api, Endpoint, InnerXml, Native, UnitKey, care_units, time_types};

const BOOKING: &str = "https://xchange.example/xchange_node_kus/booking/booking.asmx";
const GUID: &str = "7b1f6c1e-2f4a-4a52-9d3c-0c5a6f1e9b21";
const REPLY: &str = r#"System="ProfdocHIS" SystemInstance="1" Time="20261120101501" User="EXTUSER" CareUnitType="hsaid" CareUnit="SE2321000016-1HZ3""#;
const UNIT: &str = r#"CareUnitIdType="hsaid" CareUnitId="SE2321000016-1HZ3" CareUnitName="Testenhet 1""#;
const UNIT_ELEMENTS: &str =
    "<CareUnitIdType>hsaid</CareUnitIdType><CareUnitId>SE2321000016-1HZ3</CareUnitId>";
const SLOT: &str = "<StartTime>202612010900</StartTime><EndTime>202612010930</EndTime><TimeTypeId>6</TimeTypeId><TimeTypeName>Webbtid 1</TimeTypeName>";
const RESOURCE: &str = "<ResourceType>1</ResourceType><ResourceId>991890000019</ResourceId><ResourceName>Läkare Ehn (läk)</ResourceName>";

fn api(inner_xml: InnerXml) -> Api {
    Api {
        booking: Url::parse(BOOKING).unwrap(),
        user_name: String::new(),
        password: String::new().into(),
        external_user: "EXTUSER".into(),
        invoking_system: "INVSYS".into(),
        inner_xml,
        now: at(10, 15),
    }
}

fn at(hour: i8, minute: i8) -> DateTime {
    date(2026, 11, 20).at(hour, minute, 0, 0)
}

fn unit() -> UnitKey {
    UnitKey { id_type: "hsaid".into(), id: "SE2321000016-1HZ3".into() }
}

fn endpoint(path: &str, operation: &str) -> Endpoint {
    let address = Url::parse(&format!("https://xchange.example/xchange_node_kus/{path}")).unwrap();
    Endpoint { address, operation: operation.to_owned() }
}

fn body_of<T>(native: &Native<T>) -> String {
    String::from_utf8(native.call.request.body().to_vec()).unwrap()
}

/// The message inside, with its frame checked.
fn sent<T>(native: &Native<T>, operation: &str) -> String {
    let request = &native.call.request;
    assert_eq!(request.method(), "POST");
    assert_eq!(request.headers()["content-type"], "text/xml; charset=utf-8");
    assert_eq!(request.headers()["soapaction"], format!("\"http://tempuri.org/{operation}\""));
    let body = body_of(native);
    assert!(body.starts_with(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>"
    ));
    assert!(body.contains(&format!("<{operation} xmlns=\"http://tempuri.org/\">")));
    let envelope = xml::parse(&body).unwrap();
    let called = envelope.need("Body").unwrap().need(operation).unwrap();
    let names: Vec<&str> = called.children().iter().map(Element::name).collect();
    assert_eq!(names, ["tcusername", "tcpassword", "externaluser", "careunitidtype", "careunitid", "xml"]);
    assert_eq!(called.told("externaluser"), Some("EXTUSER"));
    let inner = called.need("xml").unwrap().content().to_owned();
    let head = r#"<ProfdocHISMessage MsgType="Request" Time="20261120101500" InvokingSystem="INVSYS">"#;
    let children = inner.strip_prefix(head).and_then(|rest| rest.strip_suffix("</ProfdocHISMessage>"));
    children.unwrap_or_else(|| panic!("{inner}")).to_owned()
}

fn soap(operation: &str, inner: &str) -> String {
    let inner = inner.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(
        "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body><{operation}Response xmlns=\"http://tempuri.org/\"><{operation}Result>{inner}</{operation}Result></{operation}Response></soap:Body></soap:Envelope>"
    )
}

fn read<T: std::fmt::Debug>(native: Native<T>, operation: &str, children: &str) -> T {
    let inner = format!(
        r#"<ProfdocHISMessage MsgType="Response" {REPLY} Method="Booking.{operation}">{children}</ProfdocHISMessage>"#
    );
    match native.into_parts().1.read(soap(operation, &inner).as_bytes()) {
        Ok(Answer::Done(done)) => done,
        other => panic!("{other:?}"),
    }
}

fn answer<T>(native: Native<T>, body: &str) -> Result<Answer<T>, String> {
    native.into_parts().1.read(body.as_bytes()).map_err(|at| at.element)
}

fn december() -> Availability<'static> {
    let day = date(2026, 12, 1);
    Availability { booking: None, first: day, last: day, time_type: Some(6), resource: None }
}

fn new_booking() -> NewBooking<'static> {
    let day = date(2026, 12, 1);
    NewBooking {
        start: day.at(9, 0, 0, 0),
        end: day.at(9, 30, 0, 0),
        time_type: 6,
        resource: 991_890_000_019,
        patient: "197110021834",
        reason: "Hosta",
    }
}

#[test]
fn the_frame_is_the_published_one() {
    let native = booking::make(&api(InnerXml::Escaped), &unit(), &new_booking());
    assert_eq!(native.call.request.uri(), BOOKING);
    assert!(body_of(&native).contains(
        "<tcusername></tcusername><tcpassword></tcpassword><externaluser>EXTUSER</externaluser><careunitidtype>hsaid</careunitidtype><careunitid>SE2321000016-1HZ3</careunitid><xml>&lt;ProfdocHISMessage MsgType=&quot;Request&quot;"
    ));
    let in_cdata = booking::make(&api(InnerXml::Cdata), &unit(), &new_booking());
    assert!(body_of(&in_cdata).contains("<xml><![CDATA[<ProfdocHISMessage MsgType=\"Request\""));
    assert_eq!(sent(&native, "MakeBooking"), sent(&in_cdata, "MakeBooking"));
}

#[test]
fn any_text_survives_both_forms() {
    let reason = "a]]>b & <c> \"d\" 'e' µ 腰痛 🦵\r\nf";
    for form in [InnerXml::Escaped, InnerXml::Cdata] {
        let new = NewBooking { reason, ..new_booking() };
        let native = booking::make(&api(form), &unit(), &new);
        let inner = sent(&native, "MakeBooking");
        let read = xml::parse(&format!("<a>{inner}</a>")).unwrap();
        assert_eq!(read.need("PatientReason").unwrap().content(), reason);
    }
}

#[test]
fn time_types() {
    let native = time_types::get(&api(InnerXml::Escaped), &unit());
    assert_eq!(native.call.safety, Safety::Read);
    let expected = format!("{UNIT_ELEMENTS}<TimeTypeRequest>Web</TimeTypeRequest>");
    assert_eq!(sent(&native, "GetTimeTypes"), expected);
    let children = format!(
        "<TimeTypes {UNIT}> <TimeType><TimeTypeId>6</TimeTypeId><TimeTypeName>Webbtid 1</TimeTypeName></TimeType><TimeType><TimeTypeId>0</TimeTypeId><TimeTypeName>NORMAL</TimeTypeName></TimeType></TimeTypes>"
    );
    let types = read(native, "GetTimeTypes", &children);
    assert_eq!(types.care_unit_name.as_deref(), Some("Testenhet 1"));
    assert_eq!(
        types.types.iter().map(|one| (one.id, one.name.as_str())).collect::<Vec<_>>(),
        [(6, "Webbtid 1"), (0, "NORMAL")]
    );
}

#[test]
fn available_dates() {
    let wanted = Availability { last: date(2026, 12, 7), resource: Some(991_890_000_019), ..december() };
    let native = availability::dates(&api(InnerXml::Escaped), &unit(), &wanted);
    let expected = format!(
        "{UNIT_ELEMENTS}<StartDate>20261201</StartDate><EndDate>20261207</EndDate><TimeTypeId>6</TimeTypeId><ResourceId>991890000019</ResourceId>"
    );
    assert_eq!(sent(&native, "GetAvailableDates"), expected);
    let children = format!(
        "<AvailableDates {UNIT} TimeTypeId=\"6\" ResourceId=\"991890000019\">\n <Date>20261201</Date><Date>20261202</Date></AvailableDates>"
    );
    let dates = read(native, "GetAvailableDates", &children);
    assert_eq!(dates, [date(2026, 12, 1), date(2026, 12, 2)]);
}

#[test]
fn available_timeslots() {
    let native = availability::timeslots(&api(InnerXml::Escaped), &unit(), &december());
    let days = "<StartDate>20261201</StartDate><EndDate>20261201</EndDate>";
    let expected = format!("{UNIT_ELEMENTS}{days}<TimeTypeId>6</TimeTypeId>");
    assert_eq!(sent(&native, "GetAvailableTimeslots"), expected);
    // Every container counts, and an empty one is an empty list.
    let children = format!(
        "<AvailableTimeslots {UNIT}> <Timeslot>{SLOT}{RESOURCE}</Timeslot></AvailableTimeslots><AvailableTimeslots {UNIT}/><AvailableTimeslots {UNIT}><Timeslot>{SLOT}{RESOURCE}</Timeslot></AvailableTimeslots>"
    );
    let slots = read(native, "GetAvailableTimeslots", &children);
    assert_eq!(slots.len(), 2);
    assert_eq!((slots[0].start, slots[0].end), (new_booking().start, new_booking().end));
    assert_eq!((slots[0].time_type, slots[0].resource.id, slots[0].resource.kind), (6, 991_890_000_019, 1));
    assert_eq!(slots[0].resource.name, "Läkare Ehn (läk)");

    let for_a_move = Availability { booking: Some(GUID), time_type: None, ..december() };
    let native = availability::timeslots(&api(InnerXml::Escaped), &unit(), &for_a_move);
    let expected = format!("<BookingId>{GUID}</BookingId>{UNIT_ELEMENTS}{days}");
    assert_eq!(sent(&native, "GetAvailableTimeslots"), expected);
    assert!(read(native, "GetAvailableTimeslots", &format!("<AvailableTimeslots {UNIT}/>")).is_empty());
}

#[test]
fn the_bookings_there_are() {
    let api = api(InnerXml::Escaped);
    for (wanted, first) in [
        (Wanted::Patient("197110021834"), "<PatientId>197110021834</PatientId>".to_owned()),
        (Wanted::Booking(GUID), format!("<BookingId>{GUID}</BookingId>")),
        (Wanted::All, String::new()),
    ] {
        let native = bookings::get(&api, &unit(), wanted);
        assert_eq!(sent(&native, "GetBookings"), format!("{first}{UNIT_ELEMENTS}"));
    }
    let booking = |rest: &str| {
        format!(
            "<Booking><BookingId>{GUID}</BookingId><BookingType>0</BookingType>{SLOT}<Resources><Resource>{RESOURCE}</Resource></Resources><PatientId>197110021834</PatientId>{rest}</Booking>"
        )
    };
    let rows = [
        booking(
            "<PatientReason>Hosta</PatientReason><CancelAllowed>1</CancelAllowed><RescheduleAllowed>1</RescheduleAllowed>",
        ),
        booking(
            "<PatientReason></PatientReason><CancelAllowed>0</CancelAllowed><RescheduleAllowed>0</RescheduleAllowed>",
        ),
        booking(""),
    ];
    let native = bookings::get(&api, &unit(), Wanted::All);
    let found = read(native, "GetBookings", &format!("<Bookings {UNIT}>{}</Bookings>", rows.concat()));
    assert_eq!(found[0].id, GUID);
    assert_eq!(found[0].care_unit, Some(("hsaid".into(), "SE2321000016-1HZ3".into())));
    assert_eq!(
        (found[0].patient.as_deref(), found[0].reason.as_deref()),
        (Some("197110021834"), Some("Hosta"))
    );
    let allowed: Vec<_> = found.iter().map(|one| (one.cancel_allowed, one.reschedule_allowed)).collect();
    assert_eq!(allowed, [(true, true), (false, false), (true, true)]);
    assert_eq!(found[1].reason, None);
}

#[test]
fn making_moving_and_cancelling() {
    let api = api(InnerXml::Escaped);
    let times = "<StartTime>202612010900</StartTime><EndTime>202612010930</EndTime><TimeTypeId>6</TimeTypeId><ResourceId>991890000019</ResourceId><PatientId>197110021834</PatientId>";
    let make = booking::make(&api, &unit(), &new_booking());
    assert_eq!(make.call.safety, Safety::Once);
    assert_eq!(
        sent(&make, "MakeBooking"),
        format!("{UNIT_ELEMENTS}{times}<PatientReason>Hosta</PatientReason>")
    );
    let confirmation = format!(
        "<BookingConfirmation {UNIT}><BookingId>{GUID}</BookingId>{SLOT}{RESOURCE}<PatientId>197110021834</PatientId><PatientReason>Hosta</PatientReason></BookingConfirmation>"
    );
    let made = read(make, "MakeBooking", &confirmation);
    assert_eq!(
        (made.id.as_str(), made.resource.id, made.start),
        (GUID, 991_890_000_019, new_booking().start)
    );
    assert_eq!((made.patient.as_deref(), made.reason.as_deref()), (Some("197110021834"), Some("Hosta")));

    let silent = NewBooking { reason: "", ..new_booking() };
    let moving = booking::reschedule(&api, &unit(), GUID, &silent);
    assert_eq!(moving.call.safety, Safety::Once);
    let expected =
        format!("<BookingId>{GUID}</BookingId>{UNIT_ELEMENTS}{times}<PatientReason></PatientReason>");
    assert_eq!(sent(&moving, "RescheduleBooking"), expected);
    assert_eq!(read(moving, "RescheduleBooking", &confirmation).id, GUID);

    let cancel = booking::cancel(&api, &unit(), GUID, "Förhinder");
    assert_eq!(cancel.call.safety, Safety::Once);
    let expected = format!("<BookingId>{GUID}</BookingId><PatientReason>Förhinder</PatientReason>");
    assert_eq!(sent(&cancel, "CancelBooking"), expected);
    let status =
        format!("<BookingStatus><BookingId>{GUID}</BookingId><Status>CANCELLED</Status></BookingStatus>");
    assert_eq!(read(cancel, "CancelBooking", &status).status, "CANCELLED");
}

#[test]
fn an_error_inside_http_200_is_a_refusal() {
    let error = format!(
        r#"<ProfdocHISMessage MsgType="Error" {REPLY} Method="Booking.Wrong"><Error Type="System"><Code>3001</Code><Msg>Illegal argument!</Msg></Error></ProfdocHISMessage>"#
    );
    let native = booking::make(&api(InnerXml::Escaped), &unit(), &new_booking());
    match answer(native, &soap("MakeBooking", &error)) {
        Ok(Answer::Refused(refusal)) => assert_eq!(refusal.words, "3001 Illegal argument!"),
        other => panic!("{other:?}"),
    }
    // The word alone is none.
    let native = time_types::get(&api(InnerXml::Escaped), &unit());
    let children = format!(
        "<TimeTypes {UNIT}><TimeType><TimeTypeId>1</TimeTypeId><TimeTypeName>Error</TimeTypeName></TimeType></TimeTypes>"
    );
    assert_eq!(read(native, "GetTimeTypes", &children).types[0].name, "Error");
}

#[test]
fn prefixes_namespaces_declarations_and_cdata_in_answers_are_read_through() {
    let inner = format!(
        r#"<?xml version="1.0" encoding="utf-8"?><ns1:ProfdocHISMessage xmlns:ns1="urn:ProfdocHISMessage:GetTimeTypes:Response" xmlns:ns2="urn:x" MsgType="Response" {REPLY} Method=""><TimeTypes {UNIT}><TimeType><TimeTypeId>6</TimeTypeId><TimeTypeName>Webbtid 1</TimeTypeName></TimeType></TimeTypes></ns1:ProfdocHISMessage>"#
    );
    let result = format!("<GetTimeTypesResult><![CDATA[{inner}]]></GetTimeTypesResult>");
    let body = format!(
        "\u{feff}<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Header/><s:Body><GetTimeTypesResponse>{result}</GetTimeTypesResponse></s:Body></s:Envelope>"
    );
    let native = time_types::get(&api(InnerXml::Escaped), &unit());
    assert!(matches!(answer(native, &body), Ok(Answer::Done(types)) if types.types.len() == 1));
}

#[test]
fn soap_faults_of_both_versions_are_understood() {
    let one = |code: &str| {
        format!(
            "<s:Envelope xmlns:s=\"x\"><s:Body><s:Fault><faultcode>{code}</faultcode><faultstring>No such action</faultstring></s:Fault></s:Body></s:Envelope>"
        )
    };
    let two = |code: &str| {
        format!(
            "<s:Envelope xmlns:s=\"x\"><s:Body><s:Fault><s:Code><s:Value>{code}</s:Value></s:Code><s:Reason><s:Text xml:lang=\"en\">No such action</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>"
        )
    };
    for (body, of_the_request) in [
        (one("soap:Client"), true),
        (one("soap:Server"), false),
        (one("Client.Authentication"), true),
        (two("s:Sender"), true),
        (two("s:Receiver"), false),
        (one(""), false),
    ] {
        let native = booking::make(&api(InnerXml::Escaped), &unit(), &new_booking());
        match answer(native, &body) {
            Ok(Answer::Fault(fault)) => {
                assert_eq!((fault.of_the_request, fault.words.as_str()), (of_the_request, "No such action"));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn what_is_missing_is_named_and_nothing_of_the_answer_is_repeated() {
    let native = || time_types::get(&api(InnerXml::Escaped), &unit());
    let inside = |children: &str| {
        soap(
            "GetTimeTypes",
            &format!("<ProfdocHISMessage MsgType=\"Response\">{children}</ProfdocHISMessage>"),
        )
    };
    for (body, at) in [
        ("<html>Secretname".to_owned(), "XML"),
        ("<html></html>".to_owned(), "Envelope"),
        (soap("GetBookings", "<a/>"), "GetTimeTypesResponse"),
        (soap("GetTimeTypes", "Secretname"), "XML"),
        (soap("GetTimeTypes", "<Secretname/>"), "ProfdocHISMessage"),
        (inside("<Secretname/>"), "TimeTypes"),
        (
            inside("<TimeTypes><TimeType><TimeTypeId>Secretname</TimeTypeId></TimeType></TimeTypes>"),
            "TimeTypeId",
        ),
    ] {
        assert_eq!(answer(native(), &body), Err(at.to_owned()), "{body}");
    }
}

#[test]
fn care_units_and_patients_as_assumed() {
    let api = api(InnerXml::Escaped);
    let native = care_units::get(&api, &endpoint("careunit/careunit.asmx", "GetCareUnits"), "takecareid");
    assert_eq!(sent(&native, "GetCareUnits"), "<CareUnitIdType>takecareid</CareUnitIdType>");
    assert!(
        body_of(&native).contains("<careunitidtype>takecareid</careunitidtype><careunitid></careunitid>")
    );
    let children = "<CareUnits><CareUnit><CareUnitId>10</CareUnitId><CareUnitName>Testenhet 1</CareUnitName><HSAID>SE2321000016-1HZ3</HSAID><Telephone></Telephone><Address><City>Solna</City></Address></CareUnit></CareUnits>";
    let units = read(native, "GetCareUnits", children);
    assert_eq!((units[0].id.as_str(), units[0].hsa_id.as_deref()), ("10", Some("SE2321000016-1HZ3")));
    assert_eq!(
        (units[0].telephone.as_ref(), units[0].address.as_ref().unwrap().city.as_deref()),
        (None, Some("Solna"))
    );

    let native =
        patients::get(&api, &endpoint("patient/patient.asmx", "GetPatient"), &unit(), "191212121212");
    assert_eq!(sent(&native, "GetPatient"), format!("{UNIT_ELEMENTS}<PatientId>191212121212</PatientId>"));
    let row = "<PatientId>191212121212</PatientId><FirstName>Tolvan</FirstName><LastName>Tolvansson</LastName><BirthDate>19121212</BirthDate><Sex>M</Sex><Telephones><Telephone>070-174 06 05</Telephone></Telephones><Emails/>";
    let found = read(native, "GetPatient", &format!("<Patients><Patient>{row}</Patient></Patients>"));
    assert_eq!((found[0].birth_date, found[0].sex.as_deref()), (Some(date(1912, 12, 12)), Some("M")));
    assert_eq!((found[0].telephones.len(), found[0].emails.len()), (1, 0));

    let new = NewPatient {
        id: "191212121212".into(),
        telephones: vec!["+46701740605".into()],
        emails: vec!["tolvan@example.com".into()],
        address: Some(Address {
            street: Some("Storgatan 1".into()),
            country: Some("SE".into()),
            ..Address::default()
        }),
    };
    let native = patients::create(&api, &endpoint("patient/patient.asmx", "CreatePatient"), &unit(), &new);
    assert_eq!(native.call.safety, Safety::Once);
    let expected = format!(
        "{UNIT_ELEMENTS}<PatientId>191212121212</PatientId><Telephones><Telephone>+46701740605</Telephone></Telephones><Emails><Email>tolvan@example.com</Email></Emails><Address><Street>Storgatan 1</Street><Country>SE</Country></Address>"
    );
    assert_eq!(sent(&native, "CreatePatient"), expected);
}

#[test]
fn case_notes_as_published_and_read_as_assumed() {
    let api = api(InnerXml::Escaped);
    let create = endpoint("casenote/casenote.asmx", "CreateCaseNote");
    let keywords = [(11934, "Text on one line, 5 µg".to_owned())];
    let note = |signed_order| NewCaseNote {
        patient: "197110021834",
        author: "U1",
        event: at(10, 15),
        signed_order,
        template: 123,
        uuid: GUID,
        keywords: &keywords,
    };
    let expected = |signed: &str| {
        format!(
            "<PatId>197110021834</PatId><UserId>U1</UserId><EventTime>20261120101500</EventTime>{signed}<TemplateId>123</TemplateId><TemplateType>1</TemplateType><UUID>{GUID}</UUID><Keywords><TextKeywords><TextKeyWord><TermId>11934</TermId><Note>Text on one line, 5 &#181;g</Note></TextKeyWord></TextKeywords></Keywords>"
        )
    };
    let native = case_notes::create(&api, &create, &unit(), &note(SignedOrder::SignedFirst));
    assert_eq!(native.call.safety, Safety::Once);
    assert_eq!(sent(&native, "CreateCaseNote"), expected("<Signed>0</Signed><Signer>U1</Signer>"));
    let native = case_notes::create(&api, &create, &unit(), &note(SignedOrder::SignerFirst));
    assert_eq!(sent(&native, "CreateCaseNote"), expected("<Signer>U1</Signer><Signed>0</Signed>"));
    let written = "<CaseNoteConfirmation><DocumentId>4711</DocumentId><DocCreatedTimestamp>20261120101501</DocCreatedTimestamp></CaseNoteConfirmation>";
    assert_eq!(read(native, "CreateCaseNote", written).id, "4711");

    let native =
        case_notes::get(&api, &endpoint("casenote/casenote.asmx", "GetCaseNotes"), &unit(), "197110021834");
    assert_eq!(sent(&native, "GetCaseNotes"), format!("{UNIT_ELEMENTS}<PatId>197110021834</PatId>"));
    let row = format!(
        "<CaseNote><DocumentId>4711</DocumentId><UUID>{GUID}</UUID><DocumentTitle>Anteckning</DocumentTitle><TemplateId>123</TemplateId><DocCreatedByUserId>U1</DocCreatedByUserId><DocCreatedTimestamp>20261120101501</DocCreatedTimestamp><SignedTimestamp></SignedTimestamp><Keywords><Keyword><TermId>11934</TermId><Name>Resultat</Name><Value>Text</Value></Keyword></Keywords></CaseNote>"
    );
    let notes = read(native, "GetCaseNotes", &format!("<CaseNotes>{row}</CaseNotes>"));
    assert_eq!((notes[0].template, notes[0].is_signed, notes[0].keywords[0].term), (123, false, 11934));
}

#[test]
fn documents_as_assumed() {
    let api = api(InnerXml::Escaped);
    let create = endpoint("document/document.asmx", "CreateDocument");
    let new = NewDocument {
        patient: "197110021834",
        author: "U1",
        title: "Remissvar",
        kind: None,
        format: "application/pdf",
        content: "JVBERi0=".into(),
    };
    let native = documents::create(&api, &create, &unit(), new);
    let expected = format!(
        "{UNIT_ELEMENTS}<PatientId>197110021834</PatientId><UserId>U1</UserId><DocumentTitle>Remissvar</DocumentTitle><Format>application/pdf</Format><Content>JVBERi0=</Content>"
    );
    assert_eq!(sent(&native, "CreateDocument"), expected);
    assert_eq!(native.call.safety, Safety::Once);
    let native =
        documents::get(&api, &endpoint("document/document.asmx", "GetDocuments"), &unit(), "197110021834");
    assert_eq!(sent(&native, "GetDocuments"), format!("{UNIT_ELEMENTS}<PatientId>197110021834</PatientId>"));
    let row = "<Document><DocumentId>7</DocumentId><DocumentTitle>Remissvar</DocumentTitle><Format>application/pdf</Format><Size>5</Size><CreatedTimestamp>20261120101501</CreatedTimestamp></Document>";
    let listed = read(native, "GetDocuments", &format!("<Documents>{row}</Documents>"));
    assert_eq!((listed[0].size, listed[0].kind.as_ref()), (Some(5), None));
}
