//! Quotas, as answers tell of them (draft-ietf-httpapi-ratelimit-headers).

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// What is left of a quota.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    /// Whose it is.
    pub(crate) name: &'static str,
    /// How many requests in how long, if that is known.
    pub(crate) policy: Option<(u32, Duration)>,
    /// How many are left.
    pub(crate) remaining: u32,
    /// How long until there are more.
    pub(crate) more_in: Duration,
}

impl Standing {
    /// Adds it to what the answer says of other quotas.
    pub(crate) fn tell(&self, headers: &mut HeaderMap) {
        let Self { name, policy, remaining, more_in } = self;
        let mut say = |header, text: String| {
            if let Ok(value) = HeaderValue::from_str(&text) {
                headers.append(header, value);
            }
        };
        say(RATE_LIMIT, format!("\"{name}\";r={remaining};t={}", whole_seconds(*more_in)));
        if let Some((quota, window)) = policy {
            say(RATE_LIMIT_POLICY, format!("\"{name}\";q={quota};w={}", whole_seconds(*window)));
        }
    }
}

/// Rounded up, so that nobody comes too early; at least one.
pub(crate) fn whole_seconds(time: Duration) -> u64 {
    time.as_secs().saturating_add(u64::from(time.subsec_nanos() > 0)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_quotas_stand_beside_each_other() {
        let mut headers = HeaderMap::new();
        let policy = Some((600, Duration::from_secs(60)));
        let more_in = Duration::from_millis(100);
        Standing { name: "emr", policy: None, remaining: 0, more_in: Duration::from_secs(7) }
            .tell(&mut headers);
        Standing { name: "application", policy, remaining: 599, more_in }.tell(&mut headers);
        let told: Vec<_> = headers.get_all(RATE_LIMIT).iter().collect();
        assert_eq!(told, ["\"emr\";r=0;t=7", "\"application\";r=599;t=1"]);
        assert_eq!(headers[RATE_LIMIT_POLICY], "\"application\";q=600;w=60");
    }
}
