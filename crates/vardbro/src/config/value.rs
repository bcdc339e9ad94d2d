//! What stands for a key, and the types that it is read into.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use bytesize::ByteSize;
use ipnet::IpNet;
use jiff::{SignedDuration, Span, SpanRelativeTo};
use toml::de::{DeInteger, DeValue};
use tracing_subscriber::EnvFilter;
use url::Url;
use vardbro_store::Location;
use vardbro_store::access_log::NodeName;

#[cfg(test)]
mod tests;

/// What stands for a key.
#[derive(Clone)]
pub enum Value {
    Text(String),
    Number(u64),
    Boolean(bool),
    List(Vec<Value>),
    /// In a variable, where text, numbers and lists look alike.
    Words(String),
    /// What no key takes.
    Other,
}

impl Value {
    pub(super) fn of(value: &DeValue<'_>) -> Self {
        match value {
            DeValue::String(text) => Self::Text(text.clone().into_owned()),
            DeValue::Integer(number) => unsigned(number).map_or(Self::Other, Self::Number),
            DeValue::Boolean(yes) => Self::Boolean(*yes),
            DeValue::Array(items) => Self::List(items.iter().map(|item| Self::of(item.as_ref())).collect()),
            DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Table(_) => Self::Other,
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Words(text) => Some(text.trim()),
            _ => None,
        }
    }

    fn number(&self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Words(words) => words.trim().parse().ok(),
            _ => None,
        }
    }

    fn boolean(&self) -> Option<bool> {
        match self {
            Self::Boolean(yes) => Some(*yes),
            Self::Words(words) => words.trim().parse().ok(),
            _ => None,
        }
    }

    fn list(&self) -> Option<Vec<Self>> {
        match self {
            Self::List(items) => Some(items.clone()),
            Self::Words(words) => Some(words.split(',').map(|item| Self::Words(item.to_owned())).collect()),
            _ => None,
        }
    }
}

/// As TOML has it.
impl From<&Value> for toml::Value {
    fn from(value: &Value) -> Self {
        match value {
            Value::Text(text) | Value::Words(text) => text.trim().into(),
            Value::Number(number) => i64::try_from(*number).unwrap_or(i64::MAX).into(),
            Value::Boolean(yes) => (*yes).into(),
            Value::List(items) => Self::Array(items.iter().map(Self::from).collect()),
            Value::Other => "".into(),
        }
    }
}

fn unsigned(number: &DeInteger<'_>) -> Option<u64> {
    u64::from_str_radix(number.as_str(), number.radix()).ok()
}

/// A type that a value is read into.
pub trait Setting: Sized {
    /// What may stand there, as the end of a sentence.
    const ALLOWED: &'static str;
    /// Whether it is never shown.
    const SECRET: bool = false;

    fn read(value: &Value) -> Option<Self>;

    /// The value in the shape in which it is shown.
    fn shown(value: &Value) -> toml::Value {
        if Self::SECRET { "***".into() } else { value.into() }
    }
}

impl<T: Setting> Setting for Option<T> {
    const ALLOWED: &'static str = T::ALLOWED;
    const SECRET: bool = T::SECRET;

    fn read(value: &Value) -> Option<Self> {
        match value.text() {
            Some("") => Some(None),
            _ => T::read(value).map(Some),
        }
    }
}

impl Setting for bool {
    const ALLOWED: &'static str = "true or false";

    fn read(value: &Value) -> Option<Self> {
        value.boolean()
    }

    fn shown(value: &Value) -> toml::Value {
        Self::read(value).map_or_else(|| value.into(), Into::into)
    }
}

impl Setting for u32 {
    const ALLOWED: &'static str = "a whole number";

    fn read(value: &Value) -> Option<Self> {
        value.number()?.try_into().ok()
    }

    fn shown(value: &Value) -> toml::Value {
        Self::read(value).map_or_else(|| value.into(), |number| i64::from(number).into())
    }
}

impl Setting for SocketAddr {
    const ALLOWED: &'static str = "an IP address and a port, such as \"127.0.0.1:8080\" or \"[::1]:8080\"";

    fn read(value: &Value) -> Option<Self> {
        value.text()?.parse().ok()
    }
}

impl Setting for PathBuf {
    const ALLOWED: &'static str = "the path of a file";

    fn read(value: &Value) -> Option<Self> {
        value.text().filter(|path| !path.is_empty()).map(Self::from)
    }
}

/// A number of seconds that need not be whole; days are 24 hours.
impl Setting for Duration {
    const ALLOWED: &'static str = "a duration such as \"30s\", \"15m\", \"12h\" or \"90d\"";

    fn read(value: &Value) -> Option<Self> {
        let span: Span = value.text()?.parse().ok()?;
        let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
        Self::try_from(duration).ok()
    }
}

/// How people write a duration, in at most one unit above seconds where that is exact.
pub fn duration_in_words(duration: Duration) -> String {
    let days = duration.as_secs() / 86_400;
    if days > 0 && duration == Duration::from_secs(days * 86_400) {
        return format!("{days}d");
    }
    SignedDuration::try_from(duration)
        .map_or_else(|_| "forever".to_owned(), |duration| format!("{duration:#}"))
}

impl Setting for ByteSize {
    const ALLOWED: &'static str = "a size such as \"64 KiB\" or \"20 MB\"";

    fn read(value: &Value) -> Option<Self> {
        value.text()?.parse().ok()
    }
}

/// Networks; an address alone is a network of one.
impl Setting for Vec<IpNet> {
    const ALLOWED: &'static str = "a list of networks such as [\"10.0.0.0/8\", \"fd00::/8\"]";

    fn read(value: &Value) -> Option<Self> {
        value.list()?.iter().map(|item| network(item.text()?)).collect()
    }

    fn shown(value: &Value) -> toml::Value {
        let items = value.list().unwrap_or_default();
        toml::Value::Array(items.iter().map(toml::Value::from).collect())
    }
}

fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

/// Where clients reach the API: scheme, host and port, nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(String);

impl PublicUrl {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Setting for PublicUrl {
    const ALLOWED: &'static str =
        "an http or https address without a path, such as \"https://api.example.com\"";

    fn read(value: &Value) -> Option<Self> {
        let url = Url::parse(value.text()?).ok()?;
        let bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
        let anonymous = url.username().is_empty() && url.password().is_none();
        let web = matches!(url.scheme(), "http" | "https");
        (web && bare && anonymous).then(|| Self(url.origin().ascii_serialization()))
    }
}

/// It may hold a password.
impl Setting for Location {
    const ALLOWED: &'static str =
        "\"sqlite:\" and a file, or an address such as \"postgres://user:password@host/database\"";
    const SECRET: bool = true;

    fn read(value: &Value) -> Option<Self> {
        let text = value.text()?;
        let location = Self::parse(text)?;
        let readable = match location {
            Self::Sqlite(_) => true,
            Self::Postgres(_) => Url::parse(text).is_ok_and(|url| url.has_host()),
        };
        readable.then_some(location)
    }
}

impl Setting for NodeName {
    const ALLOWED: &'static str =
        "a name of at most 200 ASCII letters, digits, dots, hyphens and underscores";

    fn read(value: &Value) -> Option<Self> {
        Self::parse(value.text()?)
    }
}

/// In which header proxies say for whom they call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForwardedHeader {
    XForwardedFor,
    Forwarded,
}

impl Setting for ForwardedHeader {
    const ALLOWED: &'static str = "\"x-forwarded-for\" or \"forwarded\"";

    fn read(value: &Value) -> Option<Self> {
        match value.text()?.to_ascii_lowercase().as_str() {
            "x-forwarded-for" => Some(Self::XForwardedFor),
            "forwarded" => Some(Self::Forwarded),
            _ => None,
        }
    }
}

/// In what shape logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Auto,
    Text,
    Json,
}

impl Setting for LogFormat {
    const ALLOWED: &'static str = "\"auto\", \"text\" or \"json\"";

    fn read(value: &Value) -> Option<Self> {
        match value.text()? {
            "auto" => Some(Self::Auto),
            "text" => Some(Self::Text),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

/// What is logged: the text of a filter that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFilter(String);

impl LogFilter {
    pub fn to_filter(&self) -> EnvFilter {
        EnvFilter::new(&self.0)
    }
}

impl Setting for LogFilter {
    const ALLOWED: &'static str = "a log filter such as \"info\" or \"info,vardbro_gateway=debug\"";

    fn read(value: &Value) -> Option<Self> {
        Self::from_str(value.text()?).ok()
    }
}

impl FromStr for LogFilter {
    type Err = tracing_subscriber::filter::ParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        EnvFilter::builder().parse(text).map(|_| Self(text.to_owned()))
    }
}
