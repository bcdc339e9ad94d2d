//! Query parameters.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use http::request::Parts;
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use vardbro_model::error::{Fault, FaultCode};

use crate::problem::Problem;

/// The query's parameters, and those in it that nobody knows.
pub(crate) struct Query<T> {
    pub(crate) fields: T,
    pub(crate) unknown: Vec<Fault>,
}

/// A parameter, or a field of a body, that says where the rest belongs: what the path says elsewhere.
pub(crate) trait Key: Send {
    const NAME: &'static str;
}

/// The older paths name the care unit here.
pub(crate) struct CareUnitKey;

/// The aliases of notes and documents name the patient here.
pub(crate) struct PatientKey;

impl Key for CareUnitKey {
    const NAME: &'static str = "care_unit_id";
}

impl Key for PatientKey {
    const NAME: &'static str = "patient_id";
}

/// A query in which one parameter may stand for what the path says elsewhere.
pub(crate) struct QueryWith<K, T> {
    pub(crate) key: Option<String>,
    pub(crate) query: Query<T>,
    of: PhantomData<K>,
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Pairs::of(parts)?.read()
    }
}

impl<S: Send + Sync, K: Key, T: DeserializeOwned> FromRequestParts<S> for QueryWith<K, T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut pairs = Pairs::of(parts)?;
        let key = match pairs.known.shift_remove(K::NAME) {
            Some(Value::String(key)) => Some(key),
            _ => None,
        };
        Ok(Self { key, query: pairs.read()?, of: PhantomData })
    }
}

/// The key from query or body; one of them must have it, and both must not differ.
pub(crate) fn the_key<K: Key>(query: Option<String>, body: Option<String>) -> Result<String, Problem> {
    let name = K::NAME;
    let fault = match (query, body) {
        (Some(one), Some(other)) if one != other => Fault::at(
            name,
            FaultCode::BadInput,
            format!("{name} is one in the query and another in the body."),
        ),
        (Some(key), _) | (None, Some(key)) => return Ok(key),
        (None, None) => Fault::at(name, FaultCode::MissingRequiredField, format!("{name} is required.")),
    };
    Err(Problem::faults(vec![fault]))
}

/// The query before anybody asked what its parameters mean.
struct Pairs {
    known: Map<String, Value>,
    unknown: Vec<Fault>,
}

impl Pairs {
    fn of(parts: &Parts) -> Result<Self, Problem> {
        let mut pairs = Map::new();
        let mut unknown = Vec::new();
        for pair in parts.uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (Some(name), Some(value)) = (decoded(name), decoded(value)) else {
                return Err(Problem::faults(vec![Fault::of_request(
                    FaultCode::BadInput,
                    "The query is not percent-encoded UTF-8.",
                )]));
            };
            if pairs.insert(name.clone(), Value::String(value)).is_some() {
                unknown.push(Fault::at(name, FaultCode::BadInput, "The parameter stands twice."));
            }
        }
        Ok(Self { known: pairs, unknown })
    }

    fn read<T: DeserializeOwned>(self) -> Result<Query<T>, Problem> {
        let Self { known, mut unknown } = self;
        let fields = serde_ignored::deserialize(Value::Object(known), |path| {
            unknown.push(Fault::at(path.to_string(), FaultCode::BadInput, "There is no such parameter."));
        })
        .map_err(|_| Problem::bug())?;
        Ok(Query { fields, unknown })
    }
}

fn decoded(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}
