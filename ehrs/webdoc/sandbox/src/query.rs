use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use jiff::civil::Date;
use url::form_urlencoded;

use crate::id::Id;
use crate::local;
use crate::number;
use crate::refusal::Refusal;

/// The filters of a list. One without a value is as if it were not there; others than the documented ones are not
/// looked at.
pub struct Query(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect()))
    }
}

impl Query {
    pub fn text(&self, name: &str) -> Option<&str> {
        let mut pairs = self.0.iter().rev();
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    pub fn id(&self, name: &str) -> Option<Id> {
        self.text(name).map(Id::parse)
    }

    /// With or without its dash.
    pub fn number(&self, name: &str) -> Option<String> {
        self.text(name).map(number::plain)
    }

    pub fn date(&self, name: &str) -> Result<Option<Date>, Refusal> {
        self.parsed(name, local::date, "must be YYYY-MM-DD")
    }

    pub fn integer(&self, name: &str) -> Result<Option<i64>, Refusal> {
        self.parsed(name, |text| text.parse().ok(), "must be an integer")
    }

    /// `1` or `0`.
    pub fn bit(&self, name: &str) -> Result<Option<bool>, Refusal> {
        let bit = |text: &str| match text {
            "1" => Some(true),
            "0" => Some(false),
            _ => None,
        };
        self.parsed(name, bit, "must be 1 or 0")
    }

    /// `true` or `false`.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        self.parsed(name, |text| text.parse().ok(), "must be true or false")
    }

    /// The days from `fromDate` to `toDate`, both inclusive.
    pub fn span_of_days(&self) -> Result<Days, Refusal> {
        Ok(Days { on: None, from: self.date("fromDate")?, to: self.date("toDate")? })
    }

    /// The same, and on `date`.
    pub fn days(&self) -> Result<Days, Refusal> {
        Ok(Days { on: self.date("date")?, ..self.span_of_days()? })
    }

    /// `offset` or `limit`.
    pub fn rows(&self, name: &str) -> Result<Option<usize>, Refusal> {
        self.parsed(name, |text| text.parse().ok(), "must be 0 or more")
    }

    fn parsed<T>(
        &self,
        name: &str,
        parse: impl Fn(&str) -> Option<T>,
        message: &str,
    ) -> Result<Option<T>, Refusal> {
        let Some(text) = self.text(name) else { return Ok(None) };
        parse(text).map(Some).ok_or_else(|| Refusal::invalid(name, message))
    }
}

#[derive(Clone, Copy)]
pub struct Days {
    on: Option<Date>,
    from: Option<Date>,
    to: Option<Date>,
}

impl Days {
    pub fn include(self, date: Date) -> bool {
        self.on.is_none_or(|on| on == date)
            && self.from.is_none_or(|from| from <= date)
            && self.to.is_none_or(|to| date <= to)
    }
}

/// Whether a filter is absent or asks for `this`.
pub fn admits<T: PartialEq>(filter: Option<T>, this: T) -> bool {
    filter.is_none_or(|wanted| wanted == this)
}
