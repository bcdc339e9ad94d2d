//! SOAP 1.1 and 1.2 as an `.asmx` takes them.

use reqwest::header::CONTENT_TYPE;
use vardbro_takecare_sandbox::InnerXml;

use crate::client::{BOOKING, PATIENT, Reply, Sandbox, UNIT, envelope, request, strings};

fn time_types() -> String {
    request(&format!("{UNIT}<TimeTypeRequest>Web</TimeTypeRequest>"))
}

fn good() -> String {
    envelope("GetTimeTypes", &strings("takecareid", "10", &time_types()))
}

/// A call of GetTimeTypes with these headers.
async fn post(sandbox: &Sandbox, content_type: Option<&str>, action: Option<&str>, body: String) -> Reply {
    let mut request = sandbox.http.post(sandbox.address(BOOKING)).body(body);
    if let Some(content_type) = content_type {
        request = request.header(CONTENT_TYPE, content_type);
    }
    if let Some(action) = action {
        request = request.header("SOAPAction", action);
    }
    sandbox.send(request).await
}

async fn soap11(sandbox: &Sandbox, body: String) -> Reply {
    post(sandbox, Some("text/xml; charset=utf-8"), Some("http://tempuri.org/GetTimeTypes"), body).await
}

const SOAP12: &str = "application/soap+xml; charset=utf-8; action=\"http://tempuri.org/GetTimeTypes\"";
const SOAP11_NAMESPACE: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const SOAP12_NAMESPACE: &str = "http://www.w3.org/2003/05/soap-envelope";

#[tokio::test]
async fn soap_1_1_is_taken_with_and_without_quotes() {
    let sandbox = Sandbox::start().await;
    for action in ["\"http://tempuri.org/GetTimeTypes\"", "http://tempuri.org/GetTimeTypes"] {
        for content_type in ["text/xml", "text/xml; charset=utf-8", "Text/XML; Charset=\"UTF-8\""] {
            let reply = post(&sandbox, Some(content_type), Some(action), good()).await;
            assert_eq!(reply.headers[CONTENT_TYPE], "text/xml; charset=utf-8");
            assert!(reply.text.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope "));
            assert!(reply.text.contains(SOAP11_NAMESPACE));
            let start = "<soap:Body><GetTimeTypesResponse xmlns=\"http://tempuri.org/\"><GetTimeTypesResult>&lt;ProfdocHISMessage ";
            assert!(reply.text.contains(start), "{}", reply.text);
            reply.message().response();
        }
    }
}

#[tokio::test]
async fn soap_1_2_is_taken_and_answered_in_kind() {
    let sandbox = Sandbox::start().await;
    let body = good().replace(SOAP11_NAMESPACE, SOAP12_NAMESPACE);
    let unquoted = "application/soap+xml;action=http://tempuri.org/GetTimeTypes";
    for content_type in [SOAP12, unquoted] {
        let reply = post(&sandbox, Some(content_type), None, body.clone()).await;
        assert_eq!(reply.headers[CONTENT_TYPE], "application/soap+xml; charset=utf-8");
        assert!(reply.text.contains(SOAP12_NAMESPACE) && !reply.text.contains(SOAP11_NAMESPACE));
        reply.message().response();
    }
}

#[tokio::test]
async fn other_media_types_and_encodings_are_not_supported() {
    let sandbox = Sandbox::start().await;
    let types = [
        None,
        Some("application/json"),
        Some("text/plain"),
        Some("application/xml"),
        Some("text/xml; charset=utf-16"),
    ];
    for content_type in types {
        let reply = post(&sandbox, content_type, Some("http://tempuri.org/GetTimeTypes"), good()).await;
        assert_eq!(reply.status, 415, "{content_type:?}");
    }
}

#[tokio::test]
async fn a_missing_or_wrong_action_is_a_fault() {
    let sandbox = Sandbox::start().await;
    let actions = [
        None,
        Some(""),
        Some("\"\""),
        Some("GetTimeTypes"),
        Some("http://tempuri.org/"),
        Some("http://tempuri.org/gettimetypes"),
        Some("http://tempuri.org/GetPatient"),
        Some("http://tempuri.org/MakeBooking"),
    ];
    for action in actions {
        let reply = post(&sandbox, Some("text/xml"), action, good()).await;
        assert_eq!(reply.status, 500, "{action:?}");
        assert_eq!(reply.headers[CONTENT_TYPE], "text/xml; charset=utf-8");
        let fault = "<soap:Fault><faultcode>soap:Client</faultcode><faultstring>";
        assert!(reply.text.contains(fault), "{}", reply.text);
    }
    let body = good().replace(SOAP11_NAMESPACE, SOAP12_NAMESPACE);
    let reply = post(&sandbox, Some("application/soap+xml; charset=utf-8"), None, body).await;
    assert_eq!(reply.status, 500);
    let fault = "<soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang=\"en\">";
    assert!(reply.text.contains(fault), "{}", reply.text);
}

#[tokio::test]
async fn an_action_of_another_service_is_a_fault() {
    let sandbox = Sandbox::start().await;
    let reply = sandbox.send(sandbox.post(PATIENT, "GetTimeTypes").body(good())).await;
    assert_eq!(reply.status, 500);
}

#[tokio::test]
async fn the_envelope_must_be_of_the_version_of_the_content_type() {
    let sandbox = Sandbox::start().await;
    let other = good().replace(SOAP11_NAMESPACE, SOAP12_NAMESPACE);
    for (content_type, body) in [("text/xml", other), (SOAP12, good())] {
        let reply = post(&sandbox, Some(content_type), Some("http://tempuri.org/GetTimeTypes"), body).await;
        assert_eq!(reply.status, 500);
        assert!(reply.text.contains("soap:VersionMismatch"), "{}", reply.text);
    }
}

#[tokio::test]
async fn a_malformed_envelope_is_a_fault() {
    let sandbox = Sandbox::start().await;
    let doctype = "<!DOCTYPE x [<!ENTITY y SYSTEM \"file:///etc/hostname\">]>";
    for body in [
        String::new(),
        "text".to_owned(),
        good().replace("</soap:Envelope>", ""),
        good().replace("soap:Body", "soap:Rump"),
        good().replace("soap:Envelope", "soap:Umschlag"),
        good().replace(" xmlns=\"http://tempuri.org/\"", ""),
        good().replace("http://tempuri.org/", "http://tempuri.org"),
        good().replace("GetTimeTypes", "GetBookings"),
        good().replace("<tcusername>", "<tcusername><b/>"),
        good().replace("<tcpassword/>", "text"),
        good().replace("<tcpassword/>", "<tcpassword/><unknown/>"),
        good().replace("<tcpassword/>", "<tcpassword/><tcpassword/>"),
        good().replace("<tcusername></tcusername><tcpassword/>", "<tcpassword/><tcusername/>"),
        good().replace("</soap:Body>", "</soap:Body><soap:Body/>"),
        good().replace("?>", &format!("?>{doctype}")),
        "<a>".repeat(200_000),
    ] {
        let reply = soap11(&sandbox, body.clone()).await;
        assert_eq!(reply.status, 500, "{}", body.get(..300).unwrap_or(&body));
        assert!(reply.text.contains("<faultcode>soap:Client</faultcode>"), "{}", reply.text);
    }
    let reply = sandbox.send(sandbox.post(BOOKING, "GetTimeTypes").body(vec![0xff, 0xfe, b'<'])).await;
    assert_eq!(reply.status, 500);
}

#[tokio::test]
async fn harmless_variants_of_the_envelope_are_taken() {
    let sandbox = Sandbox::start().await;
    let header =
        "<soap:Header><x:a xmlns:x=\"urn:x\" soap:mustUnderstand=\"0\">1</x:a></soap:Header><soap:Body>";
    let xml = time_types();
    for body in [
        format!("\u{feff}{}", good()),
        good().replace("soap:", "SOAP-ENV:").replace("xmlns:soap=", "xmlns:SOAP-ENV="),
        good().replace("<soap:Body>", header),
        good().replace("<soap:Body>", "<!-- a remark -->\r\n  <soap:Body>"),
        good().replace("<tcusername></tcusername><tcpassword/>", ""),
        good().replace("<tcusername></tcusername>", "<tcusername>anybody</tcusername>"),
        good()
            .replace("GetTimeTypes xmlns=", "t:GetTimeTypes xmlns=\"http://tempuri.org/\" xmlns:t=")
            .replace("/GetTimeTypes>", "/t:GetTimeTypes>"),
        good().replace(&*quick_xml::escape::escape(&xml), &format!("<![CDATA[{xml}]]>")),
        good().replace("&quot;", "\"").replace("&lt;", "&#60;").replace("&gt;", "&#x3E;"),
    ] {
        soap11(&sandbox, body).await.message().response();
    }
}

#[tokio::test]
async fn a_header_that_must_be_understood_is_not() {
    let sandbox = Sandbox::start().await;
    let header = "<soap:Header><x:a xmlns:x=\"urn:x\" soap:mustUnderstand=\"1\"/></soap:Header><soap:Body>";
    let reply = soap11(&sandbox, good().replace("<soap:Body>", header)).await;
    assert_eq!(reply.status, 500);
    assert!(reply.text.contains("soap:MustUnderstand"), "{}", reply.text);
}

#[tokio::test]
async fn answers_can_carry_the_inner_xml_as_cdata() {
    let sandbox = Sandbox::with(|options| options.inner_xml = InnerXml::Cdata).await;
    let reply = soap11(&sandbox, good()).await;
    assert!(reply.text.contains("<GetTimeTypesResult><![CDATA[<ProfdocHISMessage "), "{}", reply.text);
    assert_eq!(reply.message().response().all("TimeType").len(), 5);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_too_large() {
    let sandbox = Sandbox::start().await;
    assert_eq!(soap11(&sandbox, " ".repeat(3 * 1024 * 1024)).await.status, 413);
}

#[tokio::test]
async fn unknown_paths_and_methods_are_refused() {
    let sandbox = Sandbox::start().await;
    let nowhere = sandbox.http.post(sandbox.address("lab/lab.asmx"));
    assert_eq!(sandbox.send(nowhere).await.status, 404);
    let put = sandbox.http.put(sandbox.address(BOOKING));
    assert_eq!(sandbox.send(put).await.status, 405);
}
