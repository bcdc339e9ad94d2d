use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The fault switches, as `POST /_sandbox/faults` answers them.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Faults {
    /// Every call waits this long before anything else happens to it.
    pub latency_ms: u64,
    /// The share of calls, 0 to 1, that are answered 503 and have no effect.
    pub error_rate: f64,
    /// The share of calls, 0 to 1, that take effect and whose answer is cut off.
    pub lose_response_rate: f64,
    /// Calls a minute; none means no limit. The EHR has a default of its own.
    pub rate_limit_per_minute: Option<u32>,
    /// The seed of the dice that decide which calls fail.
    pub seed: u64,
}

/// Why a change of the switches was refused, in words that say what is allowed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WrongFaults(pub String);

const KEYS: &str = "latency_ms, error_rate, lose_response_rate, rate_limit_per_minute, seed";
const LONGEST_LATENCY_MS: u64 = 600_000;

impl Faults {
    pub(crate) fn none(rate_limit_per_minute: Option<u32>, seed: u64) -> Self {
        Self { latency_ms: 0, error_rate: 0.0, lose_response_rate: 0.0, rate_limit_per_minute, seed }
    }

    /// These switches with the given keys changed; null puts a key back to `defaults`. All or nothing.
    pub(crate) fn merged(&self, change: &Map<String, Value>, defaults: &Self) -> Result<Self, WrongFaults> {
        let mut faults = self.clone();
        for (key, value) in change {
            match key.as_str() {
                "latency_ms" => faults.latency_ms = latency(value, defaults.latency_ms)?,
                "error_rate" => faults.error_rate = rate(key, value, defaults.error_rate)?,
                "lose_response_rate" => {
                    faults.lose_response_rate = rate(key, value, defaults.lose_response_rate)?
                }
                "rate_limit_per_minute" => {
                    faults.rate_limit_per_minute = limit(value, defaults.rate_limit_per_minute)?;
                }
                "seed" => faults.seed = seed(value, defaults.seed)?,
                unknown => return Err(WrongFaults(format!("unknown key {unknown:?}; allowed: {KEYS}"))),
            }
        }
        Ok(faults)
    }
}

fn rate(key: &str, value: &Value, default: f64) -> Result<f64, WrongFaults> {
    match value {
        Value::Null => Ok(default),
        _ => value
            .as_f64()
            .filter(|rate| (0.0..=1.0).contains(rate))
            .ok_or_else(|| WrongFaults(format!("{key} must be a number from 0 to 1, or null"))),
    }
}

fn latency(value: &Value, default: u64) -> Result<u64, WrongFaults> {
    match value {
        Value::Null => Ok(default),
        _ => value.as_u64().filter(|millis| *millis <= LONGEST_LATENCY_MS).ok_or_else(|| {
            WrongFaults(format!("latency_ms must be a whole number from 0 to {LONGEST_LATENCY_MS}, or null"))
        }),
    }
}

fn limit(value: &Value, default: Option<u32>) -> Result<Option<u32>, WrongFaults> {
    match value {
        Value::Null => Ok(default),
        _ => value.as_u64().and_then(|calls| u32::try_from(calls).ok()).map(Some).ok_or_else(|| {
            WrongFaults(format!(
                "rate_limit_per_minute must be a whole number from 0 to {}, or null",
                u32::MAX
            ))
        }),
    }
}

fn seed(value: &Value, default: u64) -> Result<u64, WrongFaults> {
    match value {
        Value::Null => Ok(default),
        _ => value.as_u64().ok_or_else(|| {
            WrongFaults(format!("seed must be a whole number from 0 to {}, or null", u64::MAX))
        }),
    }
}
