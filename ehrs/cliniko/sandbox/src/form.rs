//! Bodies of writes, and reading their fields into records.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::id::Id;
use crate::refusal::{BLANK, Errors, INVALID, Refusal, UNLISTED};
use crate::time::{account_zone, whole_second};

/// A written object: only the keys that were sent.
#[derive(Debug, Default)]
pub struct Form(pub Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let form_encoded =
            content_type.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        let body = Bytes::from_request(request, state).await.map_err(IntoResponse::into_response)?;
        Self::read(&body, form_encoded).map_err(IntoResponse::into_response)
    }
}

impl Form {
    fn read(body: &[u8], form_encoded: bool) -> Result<Self, Refusal> {
        if body.is_empty() {
            return Ok(Self::default());
        }
        // `curl -d` says "form" for JSON as well; Cliniko is only ever sent objects.
        if form_encoded && body.first() != Some(&b'{') {
            let pairs = form_urlencoded::parse(body).into_owned();
            return Ok(Self(pairs.map(|(key, value)| (key, Value::String(value))).collect()));
        }
        serde_json::from_slice(body)
            .map(Self)
            .map_err(|_| Refusal::BadRequest("The request body must be a JSON object.".to_owned()))
    }

    pub fn entry(&self) -> Entry<'_> {
        Entry { form: self, errors: Errors::default() }
    }
}

/// Reads fields into a record and gathers what is wrong with them. A field that was not sent changes nothing.
pub struct Entry<'f> {
    form: &'f Form,
    errors: Errors,
}

impl<'f> Entry<'f> {
    pub fn sent(&self, key: &str) -> Option<&'f Value> {
        self.form.0.get(key)
    }

    pub fn refuse(&mut self, key: &str, message: &str) {
        self.errors.add(key, message);
    }

    pub fn refuse_silently(&mut self, key: &str) {
        self.errors.add_silent(key);
    }

    pub fn finish(self) -> Result<(), Refusal> {
        self.errors.none_or_refuse()
    }

    pub fn text(&mut self, key: &str, longest: usize, into: &mut Option<String>) {
        match self.sent(key) {
            None => {}
            Some(Value::Null) => *into = None,
            Some(Value::String(text)) if text.chars().count() > longest => {
                self.refuse(key, &format!("is too long (maximum is {longest} characters)"));
            }
            Some(Value::String(text)) => *into = Some(text.clone()),
            Some(Value::Number(number)) => *into = Some(number.to_string()),
            Some(_) => self.refuse(key, INVALID),
        }
    }

    /// Plain text fields, each with the length it may have. What was never set is null.
    pub fn texts(&mut self, fields: &[(&str, usize)], into: &mut Map<String, Value>) {
        for (name, longest) in fields {
            let mut text = into.get(*name).and_then(Value::as_str).map(str::to_owned);
            self.text(name, *longest, &mut text);
            into.insert((*name).to_owned(), text.into());
        }
    }

    /// Refuses those of `texts` that are no addresses; empty ones pass.
    pub fn emails(&mut self, names: &[&str], texts: &Map<String, Value>) {
        for name in names {
            let email = texts.get(*name).and_then(Value::as_str);
            if email.is_some_and(|email| !email.is_empty() && !is_email(email)) {
                self.refuse(name, INVALID);
            }
        }
    }

    /// Text that must be there in the end, sent now or before.
    pub fn needed_text(&mut self, key: &str, longest: usize, into: &mut Option<String>) {
        self.text(key, longest, into);
        if into.as_deref().is_none_or(|text| text.trim().is_empty()) {
            self.refuse(key, BLANK);
        }
    }

    pub fn listed(&mut self, key: &str, allowed: &[&str], into: &mut Option<String>) {
        match self.sent(key) {
            None => {}
            Some(Value::Null) => *into = None,
            Some(Value::String(text)) if allowed.contains(&text.as_str()) => *into = Some(text.clone()),
            Some(_) => self.refuse(key, UNLISTED),
        }
    }

    pub fn flag(&mut self, key: &str, into: &mut Option<bool>) {
        match self.sent(key) {
            None => {}
            Some(Value::Null) => *into = None,
            Some(value) => match flag(value) {
                Some(flag) => *into = Some(flag),
                None => self.refuse(key, INVALID),
            },
        }
    }

    pub fn id(&mut self, key: &str, into: &mut Option<Id>) {
        match self.sent(key) {
            None => {}
            Some(Value::Null) => *into = None,
            Some(value) => match Id::from_json(value) {
                Some(id) => *into = Some(id),
                None => self.refuse(key, INVALID),
            },
        }
    }

    pub fn date(&mut self, key: &str, into: &mut Option<Date>) {
        match self.sent(key) {
            None => {}
            Some(Value::Null) => *into = None,
            Some(Value::String(text)) if text.is_empty() => *into = None,
            Some(value) => match value.as_str().and_then(|text| text.parse().ok()) {
                Some(date) => *into = Some(date),
                None => self.refuse(key, INVALID),
            },
        }
    }

    pub fn instant(&mut self, key: &str, into: &mut Option<Timestamp>) {
        match self.sent(key) {
            None => {}
            Some(Value::Null) => *into = None,
            Some(value) => match value.as_str().and_then(instant) {
                Some(instant) => *into = Some(instant),
                None => self.refuse(key, INVALID),
            },
        }
    }
}

pub fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn is_email(email: &str) -> bool {
    let Some((name, domain)) = email.rsplit_once('@') else { return false };
    let plain = |text: &str| !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c == '@');
    plain(name)
        && plain(domain)
        && domain.split('.').count() > 1
        && domain.split('.').all(|label| !label.is_empty())
}

/// Whole seconds. What names no zone is taken as the account's wall time, so that the mistake shows.
fn instant(text: &str) -> Option<Timestamp> {
    let instant = text.parse().ok().or_else(|| {
        let wall: DateTime = text.parse().ok()?;
        wall.to_zoned(account_zone()).ok().map(|zoned| zoned.timestamp())
    });
    instant.map(whole_second)
}
