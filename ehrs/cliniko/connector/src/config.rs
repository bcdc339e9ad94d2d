//! What a connection must be given, and what follows from it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use secrecy::{ExposeSecret, SecretString};
use url::Url;
use vardbro_ehr::connection::{Connection, Setting};
use vardbro_ehr::{EhrError, EhrResult};

use crate::mapping::zones;
use crate::wire::Api;

/// The settings of a connection to Cliniko.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "api_key",
        description: "The API key of a Cliniko user (My info → Manage API keys). It ends in the shard, such as -au1. \
                      The user's role limits what works; notes are written in the name of the practitioner whose key it is.",
        secret: true,
        required: true,
        default: None,
    },
    Setting {
        name: "contact_email",
        description: "An address at which Cliniko can reach you. It stands in the User-Agent of every call; Cliniko blocks \
                      calls without one.",
        secret: false,
        required: true,
        default: None,
    },
    Setting {
        name: "base_url",
        description: "Where Cliniko's API is. Without it, https://api.{shard}.cliniko.com/v1 with the shard of the key (au1 if \
                      the key names none).",
        secret: false,
        required: false,
        default: None,
    },
    Setting {
        name: "time_zone",
        description: "The account's IANA time zone, such as Australia/Melbourne. Without it, what Cliniko's public settings say, \
                      else the time zone of the business.",
        secret: false,
        required: false,
        default: None,
    },
    Setting {
        name: "requests_per_minute",
        description: "Calls that Cliniko allows the key's user in a minute.",
        secret: false,
        required: false,
        default: Some("200"),
    },
    Setting {
        name: "conflict_withdrawal",
        description: "How a booking is taken back that turns out to clash with another one: archive (the patient is assumed to \
                      hear nothing of it) or cancel (Cliniko may notify the patient).",
        secret: false,
        required: false,
        default: Some("archive"),
    },
    Setting {
        name: "day_of_week_base",
        description: "How recurring hours count the days: 1 (Monday is 1, Sunday is 7 or 0) or 0 (Monday is 0, Sunday is 6). \
                      Cliniko's documents disagree.",
        secret: false,
        required: false,
        default: Some("1"),
    },
];

const DEFAULT_SHARD: &str = "au1";
const DEFAULT_REQUESTS_PER_MINUTE: u32 = 200;

/// How a booking that clashes with another one is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Withdrawal {
    /// Hide it.
    Archive,
    /// Cancel it, which may notify the patient.
    Cancel,
}

/// How recurring hours count the days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DayOfWeekBase {
    /// Monday is 0.
    MondayIsZero,
    /// Monday is 1; Sunday is 7, or 0.
    MondayIsOne,
}

impl DayOfWeekBase {
    /// The day that a native number means.
    pub(crate) fn weekday(self, number: i64) -> Option<Weekday> {
        let from_monday = match (self, number) {
            (Self::MondayIsZero, 0..=6) => number,
            (Self::MondayIsOne, 1..=7) => number.checked_sub(1)?,
            (Self::MondayIsOne, 0) => 6,
            _ => return None,
        };
        Weekday::from_monday_zero_offset(i8::try_from(from_monday).ok()?).ok()
    }
}

/// A connection's settings, read.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) api: Api,
    pub(crate) time_zone: Option<TimeZone>,
    pub(crate) requests_per_minute: u32,
    pub(crate) conflict_withdrawal: Withdrawal,
    pub(crate) day_of_week_base: DayOfWeekBase,
}

impl Config {
    /// Reads the settings; the error names the one that cannot work, never its value.
    pub(crate) fn read(connection: &Connection) -> EhrResult<Self> {
        let settings = &connection.settings;
        let key = settings.secret("api_key").ok_or_else(|| wrong("api_key", "is missing"))?;
        let email = settings.plain("contact_email").ok_or_else(|| wrong("contact_email", "is missing"))?;
        let base = match settings.plain("base_url") {
            Some(url) => base_url(url)?,
            None => base_url(&format!("https://api.{}.cliniko.com/v1", shard(key)))?,
        };
        let time_zone = match settings.plain("time_zone") {
            Some(name) => {
                Some(zones::parse(name).ok_or_else(|| wrong("time_zone", "is not an IANA time zone"))?)
            }
            None => None,
        };
        let requests_per_minute = match settings.plain("requests_per_minute") {
            Some(text) => match text.parse() {
                Ok(number) if number > 0 => number,
                _ => return Err(wrong("requests_per_minute", "is not a positive number")),
            },
            None => DEFAULT_REQUESTS_PER_MINUTE,
        };
        let conflict_withdrawal = match settings.plain("conflict_withdrawal") {
            None | Some("archive") => Withdrawal::Archive,
            Some("cancel") => Withdrawal::Cancel,
            Some(_) => return Err(wrong("conflict_withdrawal", "is neither archive nor cancel")),
        };
        let day_of_week_base = match settings.plain("day_of_week_base") {
            None | Some("1") => DayOfWeekBase::MondayIsOne,
            Some("0") => DayOfWeekBase::MondayIsZero,
            Some(_) => return Err(wrong("day_of_week_base", "is neither 1 nor 0")),
        };
        Ok(Self {
            api: Api::new(base, authorization(key)?, user_agent(email)?),
            time_zone,
            requests_per_minute,
            conflict_withdrawal,
            day_of_week_base,
        })
    }
}

fn wrong(setting: &str, what: &str) -> EhrError {
    EhrError::failed(format!("The connection's setting {setting} {what}."))
}

fn base_url(text: &str) -> EhrResult<Url> {
    let url = Url::parse(text.trim_end_matches('/')).map_err(|_| wrong("base_url", "is not a URL"))?;
    let plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    if !matches!(url.scheme(), "https" | "http") || url.host().is_none() || !plain {
        return Err(wrong("base_url", "is not a plain https URL"));
    }
    Ok(url)
}

/// What stands behind the key's last hyphen, if it looks like a shard. Keys may have hyphens inside, and old ones have no shard.
fn shard(key: &SecretString) -> String {
    let tail = key.expose_secret().trim().rsplit_once('-').map(|(_, tail)| tail.to_ascii_lowercase());
    tail.filter(|tail| is_shard(tail)).unwrap_or_else(|| DEFAULT_SHARD.to_owned())
}

/// Two letters and one or two digits: the list of shards grows.
fn is_shard(text: &str) -> bool {
    text.split_at_checked(2).is_some_and(|(region, number)| {
        region.bytes().all(|b| b.is_ascii_alphanumeric())
            && matches!(number.len(), 1 | 2)
            && number.bytes().all(|b| b.is_ascii_digit())
    })
}

fn authorization(key: &SecretString) -> EhrResult<HeaderValue> {
    let key = key.expose_secret().trim();
    if key.is_empty() || !key.bytes().all(|b| b.is_ascii_graphic() && b != b':') {
        return Err(wrong("api_key", "is not an API key"));
    }
    let mut value = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(format!("{key}:"))))
        .map_err(|_| wrong("api_key", "is not an API key"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn user_agent(email: &str) -> EhrResult<HeaderValue> {
    let email = email.trim();
    let shaped = email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    if !shaped || !email.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'(' | b')')) {
        return Err(wrong("contact_email", "is not an e-mail address"));
    }
    HeaderValue::from_str(&format!("Vardbro ({email})"))
        .map_err(|_| wrong("contact_email", "is not an e-mail address"))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use vardbro_ehr::connection::{NoteMapping, Settings};
    use vardbro_model::ehr::Mode;

    use super::*;
    use crate::CODE;

    fn connection(settings: Settings) -> Connection {
        Connection {
            id: Uuid::nil(),
            ehr: CODE,
            name: "test".into(),
            tag: None,
            mode: Mode::Live,
            settings,
            note_mapping: NoteMapping::default(),
        }
    }

    fn with_key(key: &str) -> Settings {
        Settings::default().with_secret("api_key", key).with("contact_email", "ops@example.com")
    }

    #[test]
    fn the_shard_is_what_stands_behind_the_last_hyphen() {
        for (key, shard) in [
            ("MS0xLWFiY2Rl-uk1", "uk1"),
            ("a-b-c-CA12", "ca12"),
            ("oldkeywithoutshard", "au1"),
            ("a-b-notashard", "au1"),
            ("a-au", "au1"),
            ("a-1234", "1234"),
        ] {
            let config = Config::read(&connection(with_key(key))).unwrap();
            assert_eq!(config.api.base().as_str(), format!("https://api.{shard}.cliniko.com/v1"), "{key}");
        }
    }

    #[test]
    fn the_key_shows_nowhere() {
        let config = Config::read(&connection(with_key("TOPSECRET-au1"))).unwrap();
        let shown = format!("{config:?}");
        assert!(
            !shown.contains("TOPSECRET") && !shown.contains(&STANDARD.encode("TOPSECRET-au1:")),
            "{shown}"
        );
    }

    #[test]
    fn settings_that_cannot_work_are_named_without_their_value() {
        let good = || with_key("k-au1");
        for (settings, name) in [
            (Settings::default().with("contact_email", "a@b.c"), "api_key"),
            (Settings::default().with_secret("api_key", "k"), "contact_email"),
            (good().with("contact_email", "nobody"), "contact_email"),
            (good().with("base_url", "ftp://x"), "base_url"),
            (good().with("base_url", "https://user:pw@x"), "base_url"),
            (good().with("time_zone", "Mars/Base"), "time_zone"),
            (good().with("requests_per_minute", "0"), "requests_per_minute"),
            (good().with("conflict_withdrawal", "delete"), "conflict_withdrawal"),
            (good().with("day_of_week_base", "2"), "day_of_week_base"),
        ] {
            let error = Config::read(&connection(settings)).unwrap_err();
            assert!(error.detail.contains(name), "{}", error.detail);
        }
    }

    #[test]
    fn both_documented_ways_to_count_the_days_agree_on_monday_to_saturday() {
        assert_eq!(DayOfWeekBase::MondayIsOne.weekday(1), Some(Weekday::Monday));
        assert_eq!(DayOfWeekBase::MondayIsOne.weekday(7), Some(Weekday::Sunday));
        assert_eq!(DayOfWeekBase::MondayIsOne.weekday(0), Some(Weekday::Sunday));
        assert_eq!(DayOfWeekBase::MondayIsZero.weekday(0), Some(Weekday::Monday));
        assert_eq!(DayOfWeekBase::MondayIsZero.weekday(7), None);
    }
}
