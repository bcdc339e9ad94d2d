//! What a service says of itself.

use reqwest::header::CONTENT_TYPE;

use crate::client::{BOOKING, CARE_UNIT, CASE_NOTE, DOCUMENT, PATIENT, Sandbox};

const SERVICES: [(&str, &str, &[&str]); 5] = [
    (
        BOOKING,
        "Booking",
        &[
            "GetTimeTypes",
            "GetAvailableDates",
            "GetAvailableTimeslots",
            "GetBookings",
            "MakeBooking",
            "RescheduleBooking",
            "CancelBooking",
        ],
    ),
    (CARE_UNIT, "CareUnit", &["GetCareUnits"]),
    (PATIENT, "Patient", &["GetPatient", "CreatePatient"]),
    (CASE_NOTE, "CaseNote", &["GetCaseNotes", "CreateCaseNote"]),
    (DOCUMENT, "Document", &["GetDocuments", "CreateDocument"]),
];

#[tokio::test]
async fn each_service_has_a_description_with_both_ports() {
    let sandbox = Sandbox::start().await;
    for (path, name, operations) in SERVICES {
        let address = sandbox.address(path);
        let reply = sandbox.send(sandbox.http.get(format!("{address}?wsdl"))).await;
        assert_eq!(
            (reply.status.as_u16(), &reply.headers[CONTENT_TYPE]),
            (200, &"text/xml; charset=utf-8".parse().unwrap())
        );
        let upper = sandbox.send(sandbox.http.get(format!("{address}?WSDL"))).await;
        assert_eq!(reply.text, upper.text);

        let wsdl = &reply.text;
        assert!(
            wsdl.contains("targetNamespace=\"http://tempuri.org/\"")
                && wsdl.contains("elementFormDefault=\"qualified\"")
        );
        for (port, address_element) in [("Soap", "soap:address"), ("Soap12", "soap12:address")] {
            let port = format!(
                "<wsdl:port name=\"{name}{port}\" binding=\"tns:{name}{port}\"><{address_element} location=\"{address}\" /></wsdl:port>"
            );
            assert!(wsdl.contains(&port), "{wsdl}");
        }
        let described: Vec<&str> = wsdl.split("soapAction=\"http://tempuri.org/").skip(1).collect();
        assert_eq!(described.len(), operations.len() * 2);
        for operation in operations {
            let six = ["tcusername", "tcpassword", "externaluser", "careunitidtype", "careunitid", "xml"]
                .map(|name| {
                    format!("<s:element minOccurs=\"0\" maxOccurs=\"1\" name=\"{name}\" type=\"s:string\" />")
                })
                .concat();
            let element = format!(
                "<s:element name=\"{operation}\"><s:complexType><s:sequence>{six}</s:sequence></s:complexType></s:element>"
            );
            assert!(wsdl.contains(&element), "{operation}");
            assert!(wsdl.contains(&format!("name=\"{operation}Result\" type=\"s:string\"")), "{operation}");
        }
    }
}

#[tokio::test]
async fn without_a_query_there_is_a_page_for_people() {
    let sandbox = Sandbox::start().await;
    let reply = sandbox.send(sandbox.http.get(sandbox.address(BOOKING))).await;
    assert_eq!(reply.status, 200);
    assert!(reply.headers[CONTENT_TYPE].to_str().unwrap().starts_with("text/html"));
    assert!(reply.text.contains("<li>RescheduleBooking</li>"));
}
