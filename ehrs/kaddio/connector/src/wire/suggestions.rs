//! The public list of free times, without GraphQL and without a token: what patients may book on the web.

use std::collections::BTreeMap;

use http::HeaderName;
use http::HeaderValue;
use jiff::Timestamp;
use jiff::tz::Offset;
use serde::Deserialize;
use url::Url;
use vardbro_ehr::wire::Call;

use super::lenient::instant;
use super::{Unreadable, read};

const X_TZ_OFFSET: HeaderName = HeaderName::from_static("x-tz-offset");

/// One free time.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear Kaddio's own names")]
pub struct Suggestion {
    #[serde(deserialize_with = "instant")]
    pub start: Timestamp,
}

/// By the slug of the booking type.
pub type Suggestions = BTreeMap<String, Vec<Suggestion>>;

/// `GET /api/all-suggestions-ever/{host_name}[/{bookingtype}]` beside the address of GraphQL.
pub fn suggestions(graphql: &Url, offset: Offset, host: &str, booking_type: Option<&str>) -> Call {
    let mut url = graphql.clone();
    url.set_query(None);
    if let Ok(mut path) = url.path_segments_mut() {
        path.clear().extend(["api", "all-suggestions-ever", host]).extend(booking_type);
    }
    let mut call = read("GET /api/all-suggestions-ever/{query}", &url);
    // As JavaScript's getTimezoneOffset counts: minutes from local time to UTC.
    let minutes = HeaderValue::from(-(offset.seconds() / 60));
    call.request.headers_mut().insert(X_TZ_OFFSET, minutes);
    call
}

/// Reads the body of a 2xx answer.
pub fn read_suggestions(body: &[u8]) -> Result<Suggestions, Unreadable> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| Unreadable { path: error.path().to_string() })
}
