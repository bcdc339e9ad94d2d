//! A connection's settings, read.

mod identity;
mod services;
mod settings;

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use secrecy::{ExposeSecret, SecretString};
use url::Url;
use vardbro_ehr::connection::{Connection, Settings};
use vardbro_ehr::wire::{ClientIdentity, Tls};
use vardbro_ehr::{EhrError, EhrResult};

pub(crate) use self::services::{Service, Services};
pub use self::settings::SETTINGS;
use crate::wire::case_notes::SignedOrder;
use crate::wire::{Api, InnerXml, UnitKey, xml};

const HSA_ID: &str = "hsaid";
const TAKECARE_ID: &str = "takecareid";

/// What is asked for at most in one go; more days are a mistake.
const MOST_DAYS: i32 = 366;

/// A connection's settings, read.
#[derive(Debug)]
pub(crate) struct Config {
    booking: Url,
    user_name: String,
    password: SecretString,
    external_user: SecretString,
    invoking_system: SecretString,
    inner_xml: InnerXml,
    id_type: Option<String>,
    pub(crate) care_units: Option<Vec<String>>,
    pub(crate) zone: TimeZone,
    pub(crate) signed_order: SignedOrder,
    pub(crate) users: Users,
    pub(crate) horizon_days: i32,
    pub(crate) days_per_call: i32,
    pub(crate) requests_per_minute: Option<u32>,
    pub(crate) attempt_timeout: Duration,
    pub(crate) services: Services,
}

/// Who writes notes and files documents.
#[derive(Debug)]
pub(crate) struct Users {
    by_resource: BTreeMap<u64, String>,
    default: SecretString,
}

impl Users {
    /// The user that a resource is, where that is configured.
    pub(crate) fn mapped(&self, resource: u64) -> Option<&str> {
        self.by_resource.get(&resource).map(String::as_str)
    }

    /// The resource that a user is: configured, or else of the same number.
    pub(crate) fn resource(&self, user: &str) -> Option<u64> {
        let mapped = self.by_resource.iter().find(|(_, known)| *known == user).map(|(resource, _)| *resource);
        mapped.or_else(|| user.parse().ok())
    }

    /// Who it is when nobody is named.
    pub(crate) fn default_user(&self) -> &str {
        self.default.expose_secret()
    }
}

impl Config {
    /// Reads the settings; the error names the one that cannot work, never its value.
    pub(crate) fn read(connection: &Connection) -> EhrResult<Self> {
        let given = Given(&connection.settings);
        let booking = service_url("booking_url", given.required("booking_url")?)?;
        let external_user = given.either("externaluser")?;
        let default = given.either_if_any("default_user_id").unwrap_or_else(|| external_user.clone());
        let zone = given.plain("time_zone").unwrap_or("Europe/Stockholm");
        for name in ["externaluser", "invokingsystem", "tcusername", "tcpassword", "default_user_id"] {
            let value = given.either_if_any(name).unwrap_or_default();
            if !value.expose_secret().chars().all(xml::holds) {
                return Err(wrong(name, "has a character that XML cannot hold"));
            }
        }
        Ok(Self {
            user_name: given.plain("tcusername").unwrap_or_default().to_owned(),
            password: given.either_if_any("tcpassword").unwrap_or_default(),
            invoking_system: given.either("invokingsystem")?,
            inner_xml: given
                .one_of("inner_xml", &[("escaped", InnerXml::Escaped), ("cdata", InnerXml::Cdata)])?,
            id_type: given.plain("care_unit_id_type").map(str::to_owned),
            care_units: given.plain("care_units").map(words).transpose()?,
            zone: TimeZone::get(zone).map_err(|_| wrong("time_zone", "is not an IANA time zone"))?,
            signed_order: given.one_of(
                "signed_order",
                &[("signed_first", SignedOrder::SignedFirst), ("signer_first", SignedOrder::SignerFirst)],
            )?,
            users: Users { by_resource: user_ids(given.plain("user_ids").unwrap_or_default())?, default },
            horizon_days: given.number("resource_horizon_days", 1..=MOST_DAYS)?.unwrap_or(92),
            days_per_call: given.number("availability_days_per_call", 1..=MOST_DAYS)?.unwrap_or(31),
            requests_per_minute: given.number("requests_per_minute", 1..=u32::MAX)?,
            attempt_timeout: Duration::from_secs(
                given.number("attempt_timeout_seconds", 1..=120)?.unwrap_or(8),
            ),
            services: Services::read(given, &booking)?,
            booking,
            external_user,
        })
    }

    /// Who calls, and how, at this moment.
    pub(crate) fn api(&self, now: Timestamp) -> Api {
        Api {
            booking: self.booking.clone(),
            user_name: self.user_name.clone(),
            password: self.password.clone(),
            external_user: self.external_user.clone(),
            invoking_system: self.invoking_system.clone(),
            inner_xml: self.inner_xml,
            now: self.zone.to_datetime(now),
        }
    }

    /// Where the Booking service is, on whose node the others are.
    pub(crate) fn booking_url(&self) -> &Url {
        &self.booking
    }

    /// A care unit in TakeCare's words.
    pub(crate) fn unit_key(&self, id: &str) -> UnitKey {
        let by_look = if is_hsa_id(id) { HSA_ID } else { TAKECARE_ID };
        UnitKey { id_type: self.id_type.as_deref().unwrap_or(by_look).to_owned(), id: id.to_owned() }
    }

    /// The kind of id by which care units are listed.
    pub(crate) fn listed_id_type(&self) -> &str {
        self.id_type.as_deref().unwrap_or(TAKECARE_ID)
    }

    /// The client certificate, if there is one.
    pub(crate) fn identity(connection: &Connection) -> EhrResult<Option<ClientIdentity>> {
        identity::read(Given(&connection.settings))
    }

    /// Who the connection is, and whom it trusts.
    pub(crate) fn tls(connection: &Connection) -> EhrResult<Tls> {
        identity::tls(Given(&connection.settings), Self::identity(connection)?)
    }
}

/// TakeCare's own ids are numbers.
pub(crate) fn is_hsa_id(id: &str) -> bool {
    id.contains(|c: char| c.is_ascii_alphabetic())
}

fn wrong(setting: &str, what: &str) -> EhrError {
    EhrError::failed(format!("The connection's setting {setting} {what}."))
}

/// What was given. What is empty is not given; whoever gives a plain value where a secret one belongs is understood.
#[derive(Clone, Copy)]
struct Given<'a>(&'a Settings);

impl<'a> Given<'a> {
    fn plain(self, name: &str) -> Option<&'a str> {
        self.0.plain(name).map(str::trim).filter(|value| !value.is_empty())
    }

    fn required(self, name: &str) -> EhrResult<&'a str> {
        self.plain(name).ok_or_else(|| wrong(name, "is missing"))
    }

    fn secret(self, name: &str) -> Option<&'a SecretString> {
        self.0.secret(name).filter(|value| !value.expose_secret().is_empty())
    }

    fn either_if_any(self, name: &str) -> Option<SecretString> {
        self.secret(name).cloned().or_else(|| Some(self.plain(name)?.into()))
    }

    fn either(self, name: &str) -> EhrResult<SecretString> {
        self.either_if_any(name).ok_or_else(|| wrong(name, "is missing"))
    }

    /// The first choice is the default.
    fn one_of<T: Copy>(self, name: &str, choices: &[(&str, T); 2]) -> EhrResult<T> {
        let [(first_name, first), (second_name, second)] = choices;
        match self.plain(name) {
            None => Ok(*first),
            Some(value) if value == *first_name => Ok(*first),
            Some(value) if value == *second_name => Ok(*second),
            Some(_) => Err(wrong(name, &format!("is neither {first_name} nor {second_name}"))),
        }
    }

    fn number<T: FromStr + PartialOrd + std::fmt::Display>(
        self,
        name: &str,
        range: std::ops::RangeInclusive<T>,
    ) -> EhrResult<Option<T>> {
        let Some(text) = self.plain(name) else { return Ok(None) };
        let number = text.parse().ok().filter(|number| range.contains(number));
        let detail = || format!("is not a number from {} to {}", range.start(), range.end());
        number.map(Some).ok_or_else(|| wrong(name, &detail()))
    }
}

fn service_url(setting: &str, text: &str) -> EhrResult<Url> {
    let url = Url::parse(text).map_err(|_| wrong(setting, "is not a URL"))?;
    let plain = url.username().is_empty() && url.password().is_none();
    let whole = url.query().is_none() && url.fragment().is_none();
    if !matches!(url.scheme(), "https" | "http") || url.host().is_none() || !plain || !whole {
        return Err(wrong(setting, "is not a plain https URL"));
    }
    Ok(url)
}

fn words(list: &str) -> EhrResult<Vec<String>> {
    let mut ids: Vec<String> = Vec::new();
    for id in list.split([',', ';', ' ', '\n', '\t', '\r']).filter(|id| !id.is_empty()) {
        if vardbro_model::id::CareUnitId::parse(id).is_err() {
            return Err(wrong("care_units", "has an id that no care unit can have"));
        }
        if !ids.iter().any(|known| known == id) {
            ids.push(id.to_owned());
        }
    }
    if ids.is_empty() { Err(wrong("care_units", "names no care unit")) } else { Ok(ids) }
}

fn user_ids(list: &str) -> EhrResult<BTreeMap<u64, String>> {
    let pairs = list.split([',', ';', '\n']).map(str::trim).filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (resource, user) = pair.split_once('=')?;
            let user = user.trim();
            let usable = !user.is_empty() && user.chars().all(xml::holds);
            Some((resource.trim().parse().ok()?, user.to_owned())).filter(|_| usable)
        })
        .collect::<Option<_>>()
        .ok_or_else(|| wrong("user_ids", "is not a list such as 991890000019=U1, 991890000027=U2"))
}

#[cfg(test)]
mod tests;
