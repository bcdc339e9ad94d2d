//! Content negotiation: the API answers JSON.

use http::HeaderMap;
use http::header::ACCEPT;
use vardbro_model::error::ErrorCode;

use crate::problem::Problem;

/// Refuses a request that says it cannot take JSON.
pub(crate) fn refuse_unacceptable(headers: &HeaderMap) -> Result<(), Problem> {
    let mut ranges = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).peekable();
    if ranges.peek().is_none() || ranges.any(|list| list.split(',').any(takes_json)) {
        return Ok(());
    }
    Err(Problem::new(ErrorCode::NotAcceptable, "The API answers application/json."))
}

fn takes_json(range: &str) -> bool {
    let mut parts = range.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    let refused = parts.any(|parameter| {
        parameter
            .strip_prefix("q=")
            .and_then(|weight| weight.parse::<f32>().ok())
            .is_some_and(|weight| weight <= 0.0)
    });
    matches!(essence.as_str(), "*/*" | "application/*" | "application/json" | "") && !refused
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(accept: &str) -> bool {
        let headers = HeaderMap::from_iter([(ACCEPT, accept.parse().unwrap())]);
        refuse_unacceptable(&headers).is_ok()
    }

    #[test]
    fn whoever_takes_json_is_served() {
        assert!(refuse_unacceptable(&HeaderMap::new()).is_ok());
        for accept in ["*/*", "text/html, application/json;q=0.1", "application/*"] {
            assert!(accepted(accept), "{accept}");
        }
        for accept in ["text/html", "application/json;q=0", "application/xml"] {
            assert!(!accepted(accept), "{accept}");
        }
    }
}
