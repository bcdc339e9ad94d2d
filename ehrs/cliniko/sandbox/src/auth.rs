//! Who may call: the User-Agent rule and the API key.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq;

use crate::refusal::Refusal;
use crate::state::App;

pub const DEFAULT_KEY: &str = "MS0xMzkwNzAwMDAwMDAwMDAwMjA5LXNhbmRib3gta2V5-au1";

pub async fn authenticate(State(app): State<App>, request: Request, next: Next) -> Result<Response, Refusal> {
    if app.options.strict_user_agent && !names_a_contact(request.headers()) {
        return Err(Refusal::UserAgent);
    }
    let key = app.options.api_key.as_deref().unwrap_or(DEFAULT_KEY);
    if !basic_user(request.headers()).is_some_and(|given| same_key(&given, key)) {
        return Err(Refusal::Unauthenticated);
    }
    Ok(next.run(request).await)
}

/// `APP_VENDOR_NAME (APP_VENDOR_EMAIL)`
fn names_a_contact(headers: &HeaderMap) -> bool {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let Some((name, rest)) = agent.split_once('(') else { return false };
    let Some((contact, _)) = rest.split_once(')') else { return false };
    let email = contact.split_once('@').is_some_and(|(user, host)| {
        !user.trim().is_empty() && host.contains('.') && !contact.trim().contains(char::is_whitespace)
    });
    !name.trim().is_empty() && email
}

/// The user name of HTTP Basic. The password is empty and not looked at.
fn basic_user(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    Some(decoded.split(':').next().unwrap_or_default().to_owned())
}

/// With or without the shard at its end.
fn same_key(given: &str, key: &str) -> bool {
    let same = |one: &str, other: &str| bool::from(one.as_bytes().ct_eq(other.as_bytes()));
    same(given, key) || same(given, without_shard(key))
}

/// Keys may hold hyphens; the shard is what follows the last one, if it looks like one (`au1`).
fn without_shard(key: &str) -> &str {
    let is_shard = |shard: &str| {
        let (region, number) = (shard.get(..2).unwrap_or_default(), shard.get(2..).unwrap_or_default());
        region.chars().all(|c| c.is_ascii_alphabetic())
            && (1..=2).contains(&number.len())
            && number.chars().all(|c| c.is_ascii_digit())
    };
    key.rsplit_once('-').filter(|(_, shard)| is_shard(shard)).map_or(key, |(bare, _)| bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shard_may_be_left_out() {
        assert!(same_key("a-b-au1", "a-b-au1") && same_key("a-b", "a-b-au1"));
        assert!(!same_key("a", "a-b-au1") && !same_key("a-b-uk2", "a-b-au1") && !same_key("", "a-b-au1"));
        assert!(same_key("old", "old") && same_key("a-b", "a-b"));
    }

    #[test]
    fn a_user_agent_names_the_vendor_and_a_mail_address() {
        let agent = |agent: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::USER_AGENT, agent.parse().unwrap());
            names_a_contact(&headers)
        };
        assert!(agent("Vendor (dev@vendor.example)") && agent("Vendor/1.0 (dev@vendor.example) lib/2"));
        assert!(!agent("curl/8.5.0") && !agent("Vendor (vendor.example)") && !agent("(dev@vendor.example)"));
    }
}
