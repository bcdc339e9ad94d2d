//! Requests: a SOAP 1.1 envelope with six strings, the last of which is an XML message of its own.

use std::io;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, Method};
use quick_xml::Writer;
use quick_xml::events::{BytesCData, BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use secrecy::ExposeSecret;

use super::xml::Element;
use super::{Api, Endpoint, InnerXml, UnitKey, times};

const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const NAMESPACE: &str = "http://tempuri.org/";

/// An impossible address or operation becomes a request without a host, which the wire refuses as malformed.
pub(super) fn request(
    api: &Api,
    endpoint: &Endpoint,
    unit: &UnitKey,
    children: impl IntoIterator<Item = Element>,
) -> http::Request<Bytes> {
    let inner = Element::of("ProfdocHISMessage", children)
        .with_attribute("MsgType", "Request")
        .with_attribute("Time", times::second(api.now))
        .with_attribute("InvokingSystem", api.invoking_system.expose_secret());
    let mut request = http::Request::new(envelope(api, endpoint, unit, &inner.to_xml()).unwrap_or_default());
    *request.method_mut() = Method::POST;
    let action = HeaderValue::from_str(&format!("\"{NAMESPACE}{}\"", endpoint.operation));
    if let (Ok(uri), Ok(action)) = (endpoint.address.as_str().parse(), action) {
        *request.uri_mut() = uri;
        request.headers_mut().insert("soapaction", action);
    }
    let headers = request.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/xml; charset=utf-8"));
    headers.insert(ACCEPT, HeaderValue::from_static("text/xml"));
    request
}

/// The six strings in the order of the WSDL.
fn envelope(api: &Api, endpoint: &Endpoint, unit: &UnitKey, inner: &str) -> io::Result<Bytes> {
    let strings = [
        Element::text("tcusername", api.user_name.as_str()),
        Element::text("tcpassword", api.password.expose_secret()),
        Element::text("externaluser", api.external_user.expose_secret()),
        Element::text("careunitidtype", unit.id_type.as_str()),
        Element::text("careunitid", unit.id.as_str()),
    ];
    let operation = endpoint.operation.as_str();
    let mut writer = Writer::new(Vec::new());
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    let open = |name, namespace| BytesStart::new(name).with_attributes([namespace]);
    writer.write_event(Event::Start(open("soap:Envelope", ("xmlns:soap", SOAP))))?;
    writer.write_event(Event::Start(BytesStart::new("soap:Body")))?;
    writer.write_event(Event::Start(open(operation, ("xmlns", NAMESPACE))))?;
    for string in strings {
        string.write(&mut writer)?;
    }
    writer.write_event(Event::Start(BytesStart::new("xml")))?;
    match api.inner_xml {
        InnerXml::Escaped => writer.write_event(Event::Text(BytesText::new(inner)))?,
        // The message holds no `]]>`: every `>` of a text in it is an entity.
        InnerXml::Cdata => writer.write_event(Event::CData(BytesCData::new(inner)))?,
    }
    for name in ["xml", operation, "soap:Body", "soap:Envelope"] {
        writer.write_event(Event::End(BytesEnd::new(name)))?;
    }
    Ok(Bytes::from(writer.into_inner()))
}
