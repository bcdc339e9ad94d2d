//! What an answer says about when to call again.

use std::time::Duration;

use http::header::RETRY_AFTER;
use jiff::Timestamp;
use jiff::fmt::rfc2822;

const X_RATELIMIT_RESET: &str = "x-ratelimit-reset";

/// A longer wait is taken for a mistake, and shortened to this.
const LONGEST: Duration = Duration::from_secs(3600);

/// The wait that `Retry-After` (RFC 9110 10.2.3: seconds or a date) or `X-RateLimit-Reset` (epoch seconds) asks for.
pub(super) fn wait_asked_for<B>(response: &http::Response<B>, now: Timestamp) -> Option<Duration> {
    let text = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let asked = text(RETRY_AFTER.as_str())
        .and_then(|value| seconds_or_date(value, now))
        .or_else(|| text(X_RATELIMIT_RESET).and_then(|value| until(epoch_seconds(value)?, now)))?;
    Some(asked.min(LONGEST))
}

fn seconds_or_date(value: &str, now: Timestamp) -> Option<Duration> {
    match value.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => until(rfc2822::parse(value).ok()?.timestamp(), now),
    }
}

fn epoch_seconds(value: &str) -> Option<Timestamp> {
    Timestamp::from_second(value.parse().ok()?).ok()
}

/// Zero for a moment that has passed.
fn until(then: Timestamp, now: Timestamp) -> Option<Duration> {
    Some(Duration::try_from(then.duration_since(now)).unwrap_or(Duration::ZERO))
}
