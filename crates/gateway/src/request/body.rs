//! JSON bodies.

use std::fmt;
use std::marker::PhantomData;

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use http::header::CONTENT_ENCODING;
use http_body::Body as _;
use http_body_util::LengthLimitError;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Error, MapAccess, Visitor};
use serde_json::{Map, Value};
use tokio::task::spawn_blocking;
use vardbro_model::error::{ErrorCode, Fault, FaultCode};

use crate::exchange::Exchange;
use crate::limits::BodyRefusal;
use crate::problem::Problem;
use crate::request::given::sentence;
use crate::request::query::Key;
use crate::request::values::{MOST_VALUES, too_many_values};

/// Bytes of an ordinary body.
pub(crate) const LARGEST_BODY: usize = 1024 * 1024;

/// Bytes of a body that files a document.
pub(crate) const LARGEST_DOCUMENT_BODY: usize = 32 * 1024 * 1024;

/// A JSON object of at most `LARGEST` bytes, and the fields in it that nobody knows.
pub(crate) struct Body<T, const LARGEST: usize = LARGEST_BODY> {
    pub(crate) fields: T,
    pub(crate) unknown: Vec<Fault>,
}

impl<S: Send + Sync, T: DeserializeOwned, const LARGEST: usize> FromRequest<S> for Body<T, LARGEST> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let content_type = request.headers().get(http::header::CONTENT_TYPE);
        if !content_type.and_then(|value| value.to_str().ok()).is_some_and(is_json) {
            return Err(Problem::new(
                ErrorCode::UnsupportedMediaType,
                "Send the body as application/json in UTF-8.",
            ));
        }
        if request.headers().get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
            return Err(Problem::new(
                ErrorCode::UnsupportedMediaType,
                "Send the body without Content-Encoding.",
            ));
        }
        let announced = usize::try_from(request.body().size_hint().lower()).unwrap_or(usize::MAX);
        if announced > LARGEST {
            return Err(too_large(LARGEST));
        }
        let granted = request.extensions().get::<Exchange>().map(|exchange| exchange.admission.clone());
        let bytes = to_bytes(request.into_body(), LARGEST).await.map_err(|error| refusal(&error, LARGEST))?;
        let object = if bytes.len() <= LARGEST_BODY {
            Object::parse(&bytes)
        } else {
            // So much takes longer than others should wait. The memory is given back when it is done, even if nobody waits for it.
            let parsing = spawn_blocking(move || (Object::parse(&bytes), granted));
            parsing.await.map_err(|_| Problem::bug())?.0
        };
        object?.read()
    }
}

/// A body in which one field may stand for what the path says elsewhere.
pub(crate) struct BodyWith<K, T, const LARGEST: usize = LARGEST_BODY> {
    pub(crate) key: Option<String>,
    pub(crate) body: Body<T, LARGEST>,
    of: PhantomData<K>,
}

impl<S, K, T, const LARGEST: usize> FromRequest<S> for BodyWith<K, T, LARGEST>
where
    S: Send + Sync,
    K: Key,
    T: DeserializeOwned,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let whole: Body<Map<String, Value>, LARGEST> = Body::from_request(request, state).await?;
        let mut object = Object { fields: whole.fields, unknown: whole.unknown };
        let key = match object.fields.shift_remove(K::NAME) {
            None | Some(Value::Null) => None,
            Some(Value::String(key)) => Some(key),
            Some(_) => {
                return Err(Problem::faults(vec![Fault::at(
                    K::NAME,
                    FaultCode::BadInput,
                    "Expected a string.",
                )]));
            }
        };
        Ok(Self { key, body: object.read()?, of: PhantomData })
    }
}

fn is_json(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let json = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    json && parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    })
}

fn too_large(largest: usize) -> Problem {
    let detail = format!("The body has more than {} MiB.", largest / (1024 * 1024));
    Problem::new(ErrorCode::PayloadTooLarge, detail).closing()
}

fn refusal(error: &axum::Error, largest: usize) -> Problem {
    if cause::<LengthLimitError>(error).is_some() {
        return too_large(largest);
    }
    match cause::<BodyRefusal>(error) {
        Some(full @ BodyRefusal::Full) => {
            Problem::new(ErrorCode::ServiceUnavailable, full.to_string()).closing()
        }
        Some(late) => {
            Problem::faults(vec![Fault::of_request(FaultCode::BadInput, late.to_string())]).closing()
        }
        None => Problem::faults(vec![Fault::of_request(FaultCode::BadInput, "The body broke off.")]),
    }
}

/// The cause of that kind, however deep.
fn cause<E: std::error::Error + 'static>(error: &axum::Error) -> Option<&E> {
    let mut cause = std::error::Error::source(error);
    while let Some(present) = cause {
        if let Some(found) = present.downcast_ref() {
            return Some(found);
        }
        cause = present.source();
    }
    None
}

fn malformed(error: &serde_json::Error) -> Problem {
    let detail = match error.classify() {
        serde_json::error::Category::Data => "The body must be a JSON object.".to_owned(),
        _ => sentence(&format!("the body is not JSON in UTF-8: {error}")),
    };
    Problem::faults(vec![Fault::of_request(FaultCode::BadInput, detail)])
}

/// A JSON object in which no name stands twice.
struct Object {
    fields: Map<String, Value>,
    unknown: Vec<Fault>,
}

impl Object {
    fn parse(text: &[u8]) -> Result<Self, Problem> {
        if too_many_values(text) {
            let detail = format!("The body has more than {MOST_VALUES} values.");
            return Err(Problem::faults(vec![Fault::of_request(FaultCode::BadInput, detail)]));
        }
        serde_json::from_slice(text).map_err(|error| malformed(&error))
    }

    fn read<T: DeserializeOwned, const LARGEST: usize>(self) -> Result<Body<T, LARGEST>, Problem> {
        let Self { fields, mut unknown } = self;
        let fields = serde_ignored::deserialize(Value::Object(fields), |path| {
            unknown.push(Fault::at(path.to_string(), FaultCode::BadInput, "There is no such field."));
        })
        .map_err(|error| malformed(&error))?;
        Ok(Body { fields, unknown })
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut object = Object { fields: Map::new(), unknown: Vec::new() };
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    if name.len() > 200 {
                        return Err(A::Error::custom("a field name is too long"));
                    }
                    if object.fields.insert(name.clone(), value).is_some() {
                        object.unknown.push(Fault::at(name, FaultCode::BadInput, "The field stands twice."));
                    }
                }
                Ok(object)
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_json_in_utf_8_is_json() {
        for good in
            ["application/json", "Application/JSON; charset=UTF-8", "application/json;charset=\"utf-8\""]
        {
            assert!(is_json(good), "{good}");
        }
        for bad in ["text/plain", "application/json; charset=latin1", "application/jsonp", ""] {
            assert!(!is_json(bad), "{bad}");
        }
    }
}
