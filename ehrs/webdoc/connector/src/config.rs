//! A connection's settings, read.

mod settings;

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::tz::TimeZone;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use url::Url;
use vardbro_ehr::connection::{Connection, Settings};
use vardbro_ehr::{EhrError, EhrResult};

pub use self::settings::SETTINGS;
use crate::wire::token::TokenHost;
use crate::wire::{Api, Code, Scope};

/// Where free times are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FreeSlotQuery {
    /// In the search of bookings.
    Bookings,
    /// In a clinic's list of bookings.
    ClinicBookings,
}

/// How a free time is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TakeSlot {
    /// By a booking with the same times.
    Post,
    /// By giving the free row a patient.
    Patch,
}

/// Of which booking types free times are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimeslotServices {
    /// Those that patients may book themselves.
    SelfService,
    /// All.
    All,
}

/// Names a connection with the settings it has now: one that is made anew with others begins anew. Holds no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key([u8; 32]);

#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) key: Key,
    pub(crate) api: Api,
    pub(crate) token_host: TokenHost,
    /// The only scopes to ask for, if that is limited.
    pub(crate) scopes: Option<BTreeSet<Scope>>,
    pub(crate) token_renewal: Duration,
    pub(crate) zone: TimeZone,
    pub(crate) requests_per_minute: Option<u32>,
    pub(crate) page_size: usize,
    pub(crate) free_slot_query: FreeSlotQuery,
    pub(crate) take_slot: TakeSlot,
    pub(crate) timeslot_services: TimeslotServices,
    pub(crate) acting_user: Option<String>,
    pub(crate) default_patient_type: Option<Code>,
    pub(crate) default_patient_type_name: Option<String>,
    pub(crate) default_document_type: Option<String>,
    pub(crate) booking_search_days: i32,
    pub(crate) identification_prefix: String,
}

impl Config {
    /// Reads the settings; the error names the one that cannot work, never its value.
    pub(crate) fn read(connection: &Connection) -> EhrResult<Self> {
        let given = Given(&connection.settings);
        let client_secret =
            given.secret("client_secret").ok_or_else(|| wrong("client_secret", "is missing"))?;
        let time_zone = given.text("time_zone").unwrap_or("Europe/Stockholm");
        let config = Self {
            key: key(connection),
            api: Api::new(given.url("api_url")?),
            token_host: TokenHost {
                url: given.url("token_url")?,
                client_id: given.required("client_id")?.to_owned(),
                client_secret: client_secret.clone(),
            },
            scopes: given.scopes()?,
            token_renewal: Duration::from_secs(given.number("token_renewal_seconds", 600, 0..=86_400)?),
            zone: TimeZone::get(time_zone).map_err(|_| wrong("time_zone", "is not an IANA time zone"))?,
            requests_per_minute: match given.text("requests_per_minute") {
                Some(_) => Some(given.number("requests_per_minute", 0, 1..=u32::MAX)?),
                None => None,
            },
            page_size: given.number("page_size", 100, 1..=10_000)?,
            free_slot_query: given.choice(
                "free_slot_query",
                [("bookings", FreeSlotQuery::Bookings), ("clinic_bookings", FreeSlotQuery::ClinicBookings)],
            )?,
            take_slot: given.choice("take_slot", [("post", TakeSlot::Post), ("patch", TakeSlot::Patch)])?,
            timeslot_services: given.choice(
                "timeslot_services",
                [("self_service", TimeslotServices::SelfService), ("all", TimeslotServices::All)],
            )?,
            acting_user: given.text("acting_user_id").map(str::to_owned),
            default_patient_type: given
                .text("default_patient_type")
                .map(|id| {
                    id.parse().map_err(|()| wrong("default_patient_type", "is not a patient type's id"))
                })
                .transpose()?,
            default_patient_type_name: given.text("default_patient_type_name").map(str::to_owned),
            default_document_type: given.text("default_document_type").map(str::to_owned),
            booking_search_days: given.number("booking_search_days", 30, 0..=366)?,
            identification_prefix: given.text("identification_prefix").unwrap_or("VB").to_owned(),
        };
        config.check()?;
        Ok(config)
    }

    /// Settings that contradict each other.
    fn check(&self) -> EhrResult<()> {
        let letters = |text: &str| text.bytes().all(|byte| byte.is_ascii_uppercase());
        if !letters(&self.identification_prefix) || !(1..=8).contains(&self.identification_prefix.len()) {
            return Err(wrong("identification_prefix", "is not one to eight letters A to Z"));
        }
        if self.default_patient_type_name.is_some() && self.default_patient_type.is_none() {
            return Err(wrong("default_patient_type_name", "stands without default_patient_type"));
        }
        Ok(())
    }
}

fn wrong(setting: &str, what: &str) -> EhrError {
    EhrError::failed(format!("The connection's setting {setting} {what}."))
}

struct Given<'a>(&'a Settings);

impl<'a> Given<'a> {
    /// A value that may be shown. A sandbox hands out all credentials as secrets: what is given plainly counts first.
    fn text(&self, name: &str) -> Option<&'a str> {
        let secret = || self.0.secret(name).map(ExposeSecret::expose_secret);
        self.0.plain(name).or_else(secret).map(str::trim).filter(|text| !text.is_empty())
    }

    fn secret(&self, name: &str) -> Option<&'a SecretString> {
        self.0.secret(name).filter(|secret| !secret.expose_secret().trim().is_empty())
    }

    fn required(&self, name: &str) -> EhrResult<&'a str> {
        self.text(name).ok_or_else(|| wrong(name, "is missing"))
    }

    fn url(&self, name: &str) -> EhrResult<Url> {
        let url = Url::parse(self.required(name)?).map_err(|_| wrong(name, "is not a URL"))?;
        let plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
        if !matches!(url.scheme(), "https" | "http") || url.host().is_none() || !plain {
            return Err(wrong(name, "is not a plain https URL"));
        }
        Ok(url)
    }

    fn number<T>(&self, name: &str, default: T, range: std::ops::RangeInclusive<T>) -> EhrResult<T>
    where
        T: std::str::FromStr + PartialOrd + std::fmt::Display,
    {
        let Some(text) = self.text(name) else { return Ok(default) };
        let number = text.parse().ok().filter(|number| range.contains(number));
        number
            .ok_or_else(|| wrong(name, &format!("is not a number from {} to {}", range.start(), range.end())))
    }

    /// The first choice is the default.
    fn choice<T: Copy>(&self, name: &str, choices: [(&str, T); 2]) -> EhrResult<T> {
        let [(first, default), (second, other)] = choices;
        match self.text(name) {
            None => Ok(default),
            Some(text) if text == first => Ok(default),
            Some(text) if text == second => Ok(other),
            Some(_) => Err(wrong(name, &format!("is neither {first} nor {second}"))),
        }
    }

    fn scopes(&self) -> EhrResult<Option<BTreeSet<Scope>>> {
        let Some(text) = self.text("scopes") else { return Ok(None) };
        let named =
            |name| Scope::parse(name).ok_or_else(|| wrong("scopes", "names a scope that there is not"));
        text.split_whitespace().map(named).collect::<EhrResult<_>>().map(Some)
    }
}

/// A digest of everything that the connection is made of.
fn key(connection: &Connection) -> Key {
    let mut digest = Sha256::new();
    digest.update(connection.id.as_bytes());
    for setting in SETTINGS {
        let plain = connection.settings.plain(setting.name);
        let secret = connection.settings.secret(setting.name).map(ExposeSecret::expose_secret);
        for value in [plain, secret] {
            let value = value.unwrap_or_default();
            // Its length first, so that what ends one value cannot begin the next.
            digest.update(value.len().to_be_bytes());
            digest.update(value);
        }
    }
    Key(digest.finalize().into())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use vardbro_ehr::connection::NoteMapping;
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

    fn good() -> Settings {
        Settings::default()
            .with("api_url", "https://api.example")
            .with("token_url", "https://auth.example/oauth/token")
            .with("client_id", "test-1")
            .with_secret("client_secret", "TOPSECRET")
    }

    #[test]
    fn what_is_not_set_has_the_default_that_the_settings_tell() {
        let config = Config::read(&connection(good())).unwrap();
        let default = |name: &str| SETTINGS.iter().find(|one| one.name == name).unwrap().default.unwrap();
        assert_eq!(config.token_renewal.as_secs().to_string(), default("token_renewal_seconds"));
        assert_eq!(config.zone.iana_name(), Some(default("time_zone")));
        assert_eq!(config.page_size.to_string(), default("page_size"));
        assert_eq!(config.booking_search_days.to_string(), default("booking_search_days"));
        assert_eq!(config.identification_prefix, default("identification_prefix"));
        assert_eq!(
            (default("free_slot_query"), config.free_slot_query),
            ("bookings", FreeSlotQuery::Bookings)
        );
        assert_eq!((default("take_slot"), config.take_slot), ("post", TakeSlot::Post));
        let shown = (default("timeslot_services"), config.timeslot_services);
        assert_eq!(shown, ("self_service", TimeslotServices::SelfService));
        assert_eq!((config.requests_per_minute, config.scopes), (None, None));
    }

    #[test]
    fn a_sandboxs_credentials_work_as_secrets_and_plain_values_count_first() {
        let secret = Settings::default()
            .with("api_url", "http://127.0.0.1:1")
            .with_secret("token_url", "http://127.0.0.1:1/oauth/token")
            .with_secret("client_id", "test-1")
            .with_secret("client_secret", "TOPSECRET");
        let config = Config::read(&connection(secret)).unwrap();
        assert_eq!(
            (config.token_host.client_id.as_str(), config.token_host.url.path()),
            ("test-1", "/oauth/token")
        );
        let both = good().with_secret("token_url", "nonsense");
        assert_eq!(Config::read(&connection(both)).unwrap().token_host.url.host_str(), Some("auth.example"));
    }

    #[test]
    fn the_secret_shows_nowhere_and_other_settings_make_another_key() {
        let config = Config::read(&connection(good())).unwrap();
        assert!(!format!("{config:?}").contains("TOPSECRET"));
        let same = Config::read(&connection(good())).unwrap();
        let other = Config::read(&connection(good().with_secret("client_secret", "other"))).unwrap();
        assert!(config.key == same.key && config.key != other.key);
    }

    #[test]
    fn settings_that_cannot_work_are_named_without_their_value() {
        for (name, value) in [
            ("api_url", "ftp://x"),
            ("api_url", "https://user:pw@x"),
            ("token_url", "no address"),
            ("client_id", " "),
            ("scopes", "self-service everything"),
            ("token_renewal_seconds", "-1"),
            ("time_zone", "Mars/Base"),
            ("requests_per_minute", "0"),
            ("page_size", "0"),
            ("free_slot_query", "guess"),
            ("take_slot", "put"),
            ("timeslot_services", "none"),
            ("default_patient_type", "Privat"),
            ("default_patient_type_name", "Privat"),
            ("booking_search_days", "9999"),
            ("identification_prefix", "19"),
            ("identification_prefix", "FARTOOLONG"),
        ] {
            let error = Config::read(&connection(good().with(name, value))).unwrap_err();
            assert!(error.detail.contains(name), "{name}: {}", error.detail);
            assert!(!error.detail.contains("pw") && !error.detail.contains("Mars"), "{}", error.detail);
        }
        let without = Settings::default()
            .with("api_url", "https://x")
            .with("token_url", "https://x")
            .with("client_id", "c");
        assert!(Config::read(&connection(without)).unwrap_err().detail.contains("client_secret"));
    }
}
