//! `repeat_rule`: `{}` or how often a booking or block comes again.

use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use crate::form::Entry;
use crate::refusal::INVALID;
use crate::time::{Span, account_zone};

#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RepeatRule {
    every: Every,
    repeating_interval: i64,
    number_of_repeats: i64,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Every {
    Day,
    Week,
    Month,
}

impl RepeatRule {
    /// Reads the rule that was sent; one without values is none.
    pub fn sent(entry: &mut Entry<'_>) -> Option<Self> {
        let sent = entry.sent("repeat_rule")?;
        let rule = sent.as_object();
        if sent.is_null() || rule.is_some_and(|rule| rule.values().all(Value::is_null)) {
            return None;
        }
        let read = rule.and_then(|rule| {
            let number = |key: &str, most: i64| {
                let value = rule.get(key)?;
                value.as_i64().or_else(|| value.as_str()?.parse().ok()).filter(|n| (1..=most).contains(n))
            };
            let every = match rule.get("repeat_type")?.as_str()? {
                "Daily" => Every::Day,
                "Weekly" => Every::Week,
                "Monthly" => Every::Month,
                _ => return None,
            };
            Some(Self {
                every,
                repeating_interval: number("repeating_interval", 100)?,
                number_of_repeats: number("number_of_repeats", 51)?,
            })
        });
        if read.is_none() {
            entry.refuse("repeat_rule", INVALID);
        }
        read
    }

    pub fn json(rule: Option<&Self>) -> Value {
        let Some(rule) = rule else { return json!({}) };
        let repeat_type = match rule.every {
            Every::Day => "Daily",
            Every::Week => "Weekly",
            Every::Month => "Monthly",
        };
        json!({
            "number_of_repeats": rule.number_of_repeats,
            "repeat_type": repeat_type,
            "repeating_interval": rule.repeating_interval,
        })
    }

    /// The spans after the first, at the same wall time in the account's zone.
    pub fn further(&self, first: Span) -> Vec<Span> {
        let zone = account_zone();
        let moved = |instant: Timestamp, repeat: i64| {
            let times = repeat.saturating_mul(self.repeating_interval);
            let step = match self.every {
                Every::Day => times.days(),
                Every::Week => times.weeks(),
                Every::Month => times.months(),
            };
            instant.to_zoned(zone.clone()).checked_add(step).ok().map(|zoned| zoned.timestamp())
        };
        let spans = (1..=self.number_of_repeats).map_while(|repeat| {
            Some(Span { start: moved(first.start, repeat)?, end: moved(first.end, repeat)? })
        });
        spans.collect()
    }
}
