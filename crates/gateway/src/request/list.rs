//! Lists that can grow: `limit`, `cursor`, and the link to the next page.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Uri;
use serde::{Deserialize, Deserializer};
use url::form_urlencoded;
use vardbro_model::error::FaultCode;
use vardbro_model::page::{Cursor, PageRequest};

use crate::request::{Faults, Given, Shape, Shaped};

/// Items of a page when none is asked for.
const DEFAULT_LIMIT: usize = 100;

/// How many items a page may have: 1 to 500.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limit(usize);

impl Shaped for Limit {
    const SHAPE: Shape = Shape::Text;
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse::<usize>() {
            Ok(limit @ 1..=500) if plain => Ok(Self(limit)),
            _ => Err(serde::de::Error::custom("expected a whole number from 1 to 500")),
        }
    }
}

/// The page that the query asks for.
pub(crate) fn page_request(limit: Given<Limit>, cursor: Given<String>, faults: &mut Faults) -> PageRequest {
    let limit = limit.optional("limit", faults).map_or(DEFAULT_LIMIT, |limit| limit.0);
    let cursor = cursor.optional("cursor", faults).and_then(|text| {
        let read = URL_SAFE_NO_PAD.decode(&text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        if read.is_none() {
            faults.at(
                "cursor",
                FaultCode::BadInput,
                "The cursor is not one that this API made: start again without it.",
            );
        }
        read.map(Cursor)
    });
    PageRequest { limit, cursor }
}

/// The value of `Link` for the next page: the request's own address with another cursor.
pub(crate) fn next_link(origin: &str, uri: &Uri, next: &Cursor) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
        if name != "cursor" {
            query.append_pair(&name, &value);
        }
    }
    query.append_pair("cursor", &URL_SAFE_NO_PAD.encode(&next.0));
    format!("<{origin}{}?{}>; rel=\"next\"", uri.path(), query.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_keeps_the_filters() {
        let uri: Uri = "/api/x?limit=2&start=2024-03-25T14:00:00%2B01:00&cursor=old".parse().unwrap();
        let link = next_link("http://127.0.0.1:8080", &uri, &Cursor("7".into()));
        assert_eq!(
            link,
            "<http://127.0.0.1:8080/api/x?limit=2&start=2024-03-25T14%3A00%3A00%2B01%3A00&cursor=Nw>; rel=\"next\""
        );
    }

    #[test]
    fn a_limit_outside_1_to_500_is_a_fault() {
        for bad in ["0", "501", "-1", "x", "", "1e2", "+5"] {
            let mut faults = Faults::default();
            let given: Given<Limit> = serde_json::from_value(serde_json::json!(bad)).unwrap();
            page_request(given, Given::Absent, &mut faults);
            assert!(faults.finish().is_err(), "{bad}");
        }
    }
}
