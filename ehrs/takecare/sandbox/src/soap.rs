//! The envelope, as an ASP.NET `.asmx` takes and answers it.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::options::InnerXml;
use crate::xml::{DECLARATION, Element, Markup, read};

/// The namespace of every operation.
pub const TEMPURI: &str = "http://tempuri.org/";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    Soap11,
    Soap12,
}

impl Version {
    fn namespace(self) -> &'static str {
        match self {
            Self::Soap11 => "http://schemas.xmlsoap.org/soap/envelope/",
            Self::Soap12 => "http://www.w3.org/2003/05/soap-envelope",
        }
    }

    fn media_type(self) -> &'static str {
        match self {
            Self::Soap11 => "text/xml",
            Self::Soap12 => "application/soap+xml",
        }
    }
}

/// What the headers of a call say.
#[derive(Debug, PartialEq, Eq)]
pub struct Head {
    pub version: Version,
    /// Without quotes; none if there is no such header or parameter.
    pub action: Option<String>,
}

/// The headers of a call; none if its media type is not SOAP's, or its encoding not UTF-8.
pub fn head(headers: &HeaderMap) -> Option<Head> {
    let content_type = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let mut parts = content_type.split(';');
    let media_type = parts.next()?.trim();
    let parameters: Vec<(&str, &str)> = parts.filter_map(|part| part.trim().split_once('=')).collect();
    let parameter = |wanted: &str| {
        let found = parameters.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| unquoted(value))
    };
    if parameter("charset").is_some_and(|charset| !charset.eq_ignore_ascii_case("utf-8")) {
        return None;
    }
    let versions = [Version::Soap11, Version::Soap12];
    let version =
        versions.into_iter().find(|version| version.media_type().eq_ignore_ascii_case(media_type))?;
    let action = match version {
        Version::Soap11 => headers.get("soapaction").and_then(|value| value.to_str().ok()).map(unquoted),
        Version::Soap12 => parameter("action"),
    };
    Some(Head { version, action: action.map(str::to_owned) })
}

fn unquoted(value: &str) -> &str {
    let value = value.trim();
    value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value)
}

/// The six strings of every request; what is missing is empty.
#[derive(Default)]
pub struct Strings {
    pub tcusername: String,
    pub tcpassword: String,
    pub externaluser: String,
    pub careunitidtype: String,
    pub careunitid: String,
    pub xml: String,
}

/// In the order of the schema.
pub const STRINGS: [&str; 6] =
    ["tcusername", "tcpassword", "externaluser", "careunitidtype", "careunitid", "xml"];

/// The strings of the request for `operation` in this envelope.
pub fn strings(version: Version, operation: &str, body: &[u8]) -> Result<Strings, Fault> {
    let text = std::str::from_utf8(body).map_err(|_| Fault::unreadable())?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let envelope = read(text).map_err(|_| Fault::unreadable())?.root;
    let soap = version.namespace();
    if envelope.name != "Envelope" {
        return Err(Fault::unreadable());
    }
    if !envelope.is(soap, "Envelope") {
        return Err(Fault::new(
            Code::VersionMismatch,
            format!("The envelope is not in the namespace {soap}."),
        ));
    }
    let (header, body) = match envelope.children.as_slice() {
        [body] if body.is(soap, "Body") => (None, body),
        [header, body] if header.is(soap, "Header") && body.is(soap, "Body") => (Some(header), body),
        _ => return Err(Fault::unreadable()),
    };
    if header.is_some_and(must_be_understood) {
        return Err(Fault::new(Code::MustUnderstand, "A SOAP header was not understood."));
    }
    match body.children.as_slice() {
        [request] if request.is(TEMPURI, operation) => six(request),
        _ => Err(Fault::client(format!("The body holds no {operation} of the namespace {TEMPURI}."))),
    }
}

fn must_be_understood(header: &Element) -> bool {
    let mut attributes = header.children.iter().flat_map(|child| &child.attributes);
    attributes.any(|(name, value)| name.ends_with(":mustUnderstand") && matches!(value.trim(), "1" | "true"))
}

/// Each one at most once, in order.
fn six(request: &Element) -> Result<Strings, Fault> {
    let mut strings = Strings::default();
    let mut names = STRINGS.iter();
    for child in &request.children {
        let known = child.is(TEMPURI, &child.name) && names.any(|name| *name == child.name);
        if !known || !child.children.is_empty() {
            return Err(Fault::client(format!("The request has no element {} here.", child.name)));
        }
        let place = match child.name.as_str() {
            "tcusername" => &mut strings.tcusername,
            "tcpassword" => &mut strings.tcpassword,
            "externaluser" => &mut strings.externaluser,
            "careunitidtype" => &mut strings.careunitidtype,
            "careunitid" => &mut strings.careunitid,
            _ => &mut strings.xml,
        };
        place.clone_from(&child.text);
    }
    if request.blank() { Ok(strings) } else { Err(Fault::unreadable()) }
}

/// A call that did not reach an operation.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    code: Code,
    text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Code {
    Client,
    MustUnderstand,
    VersionMismatch,
}

impl Fault {
    fn new(code: Code, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }

    pub fn client(text: impl Into<String>) -> Self {
        Self::new(Code::Client, text)
    }

    fn unreadable() -> Self {
        Self::client("The server was unable to read the request.")
    }

    pub fn response(&self, version: Version) -> Response {
        let code = match (self.code, version) {
            (Code::Client, Version::Soap11) => "soap:Client",
            (Code::Client, Version::Soap12) => "soap:Sender",
            (Code::MustUnderstand, _) => "soap:MustUnderstand",
            (Code::VersionMismatch, _) => "soap:VersionMismatch",
        };
        let fault = match version {
            Version::Soap11 => Markup::of(
                "soap:Fault",
                [
                    Markup::text("faultcode", code),
                    Markup::text("faultstring", &self.text),
                    Markup::of("detail", []),
                ],
            ),
            Version::Soap12 => {
                let reason = Markup::text("soap:Text", &self.text).attribute("xml:lang", "en");
                let code = Markup::of("soap:Code", [Markup::text("soap:Value", code)]);
                Markup::of("soap:Fault", [code, Markup::of("soap:Reason", [reason])])
            }
        };
        respond(version, StatusCode::INTERNAL_SERVER_ERROR, fault)
    }
}

/// The answer of an operation; `response` and `result` are the names of its elements.
pub fn reply(
    version: Version,
    response: &'static str,
    result: &'static str,
    inner: &str,
    form: InnerXml,
) -> Response {
    let result = match form {
        InnerXml::Escaped => Markup::text(result, inner),
        InnerXml::Cdata => Markup::cdata(result, inner),
    };
    respond(version, StatusCode::OK, Markup::of(response, [result]).attribute("xmlns", TEMPURI))
}

fn respond(version: Version, status: StatusCode, content: Markup) -> Response {
    let envelope = Markup::of("soap:Envelope", [Markup::of("soap:Body", [content])])
        .attribute("xmlns:soap", version.namespace())
        .attribute("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")
        .attribute("xmlns:xsd", "http://www.w3.org/2001/XMLSchema");
    let content_type = format!("{}; charset=utf-8", version.media_type());
    let body = format!("{DECLARATION}{}", envelope.to_xml());
    (status, [(header::CONTENT_TYPE, content_type)], body).into_response()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::message::Request;

    proptest! {
        #[test]
        fn no_body_makes_the_reader_panic(body in any::<Vec<u8>>()) {
            for version in [Version::Soap11, Version::Soap12] {
                prop_assert!(strings(version, "MakeBooking", &body).is_err());
            }
        }

        #[test]
        fn no_mangled_body_makes_the_reader_panic(at in 0..1_000_usize, byte in any::<u8>(), cut in 0..1_000_usize) {
            let inner = "<ProfdocHISMessage MsgType='Request' Time='1' InvokingSystem='x'>é<a b='&amp;'/></ProfdocHISMessage>";
            let mut body = format!(
                "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body><Op xmlns='{TEMPURI}'>\
                 <xml><![CDATA[{inner}]]></xml></Op></e:Body></e:Envelope>"
            )
            .into_bytes();
            let length = body.len();
            body[at % length] = byte;
            body.truncate(length - cut % 20);
            if let Ok(strings) = strings(Version::Soap11, "Op", &body) {
                let _ = Request::read(&strings.xml).map(|request| request.fields().map(|_| ()));
            }
        }

        #[test]
        fn no_message_makes_the_reader_panic(xml in any::<String>()) {
            prop_assert!(Request::read(&xml).is_err());
        }

        #[test]
        fn no_content_type_makes_the_reader_panic(bytes in any::<Vec<u8>>()) {
            if let Ok(value) = axum::http::HeaderValue::from_bytes(&bytes) {
                let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, value)]);
                prop_assert_eq!(head(&headers), None);
            }
        }
    }
}
