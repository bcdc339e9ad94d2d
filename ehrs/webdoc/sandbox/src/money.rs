use std::fmt;

use serde_json::{Number, Value, json};

/// Kronor and öre, in öre.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Money(i64);

impl Money {
    pub const fn kronor(kronor: i64) -> Self {
        Self(kronor.saturating_mul(100))
    }

    /// `250`, `250.5` or `250.50`.
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
        if !digits(whole) || !digits(part) || part.len() > 2 {
            return None;
        }
        let ore: i64 = format!("{part:0<2}").parse().ok()?;
        whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(ore).map(Self)
    }

    pub fn credited(self) -> Self {
        Self(self.0.saturating_neg())
    }

    /// As bookings and visits have it.
    pub fn number(self) -> Value {
        let whole = self.0.checked_rem(100) == Some(0);
        let text = if whole { self.0.saturating_div(100).to_string() } else { self.to_string() };
        text.parse::<Number>().map_or(Value::Null, Value::Number)
    }

    /// As invoices have it.
    pub fn text(self) -> Value {
        json!(self.to_string())
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let ore = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", ore / 100, ore % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_read_and_written_to_the_ore() {
        for (text, shown) in [("250", "250.00"), ("250.5", "250.50"), ("0.05", "0.05"), ("0", "0.00")] {
            assert_eq!(Money::parse(text).unwrap().to_string(), shown);
        }
        for wrong in ["", "-1", "1.234", "1,50", "1.", ".5", "1e3"] {
            assert_eq!(Money::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Money::kronor(250).credited().to_string(), "-250.00");
        assert_eq!(Money::kronor(250).number(), json!(250));
        assert_eq!(Money::parse("99.5").unwrap().number(), json!(99.5));
    }
}
