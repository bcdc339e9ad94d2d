//! What a connection must be given, and what follows from it.

mod custom_fields;

use std::sync::LazyLock;

use http::HeaderValue;
use jiff::tz::TimeZone;
use secrecy::{ExposeSecret, SecretString};
use url::Url;
use vardbro_ehr::connection::{Connection, Setting};
use vardbro_ehr::{EhrError, EhrResult};

pub(crate) use self::custom_fields::{CustomFields, Kept};
use crate::operations::{Documents, Name};
use crate::wire::{Api, Id};

/// The settings of a connection to Kaddio.
pub static SETTINGS: LazyLock<Vec<Setting>> = LazyLock::new(|| {
    let operations = Name::ALL.iter().map(|name| optional(name.spec().setting, OPERATION));
    OWN_SETTINGS.iter().copied().chain(operations).collect()
});

const OPERATION: &str = "A GraphQL document that replaces the shipped one of this name, or `off`: then what needs it is not supported. \
                         What its variables and its answer must be called stands in ehrs/kaddio/README.md.";

const OWN_SETTINGS: &[Setting] = &[
    Setting {
        name: "url",
        description: "The address of the organisation's GraphQL, such as https://klinik.kaddio.com/graphql. The API add-on module \
                      must be enabled in the organisation's settings.",
        secret: false,
        required: true,
        default: None,
    },
    Setting {
        name: "token",
        description: "A personal token, made on the user's own page /my-profile. What the user may do is what works. Without Bearer.",
        secret: true,
        required: true,
        default: None,
    },
    optional(
        "impersonation_id",
        "The id of the host (practitioner) to act as. Without it, the token's owner acts.",
    ),
    optional(
        "default_author",
        "The id of the host in whose name notes are written that name no author. Without it, whoever acts.",
    ),
    optional(
        "custom_fields",
        "Ids of the organisation's custom fields for what Kaddio has no field for, such as date_of_birth=ID, gender=ID. Also \
         co_address, country, other_phones, other_emails. Without a field's id, patients that need it are refused.",
    ),
    Setting {
        name: "free_times",
        description: "Where free times come from: graphql, or rest: the public list, which needs no token and has only what patients \
                      may book on the web.",
        secret: false,
        required: false,
        default: Some("graphql"),
    },
    optional(
        "time_zone",
        "The organisation's IANA time zone. Without it, what Kaddio says, else Europe/Stockholm.",
    ),
    optional(
        "requests_per_minute",
        "Calls that Kaddio allows in a minute. No number is public: without it, only its refusals are heeded.",
    ),
];

const fn optional(name: &'static str, description: &'static str) -> Setting {
    Setting { name, description, secret: false, required: false, default: None }
}

/// Where free times come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FreeTimesFrom {
    /// The operation `free_times`.
    GraphQl,
    /// The public list.
    Rest,
}

/// A connection's settings, read.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) api: Api,
    pub(crate) documents: Documents,
    pub(crate) default_author: Option<Id>,
    pub(crate) custom_fields: CustomFields,
    pub(crate) free_times: FreeTimesFrom,
    pub(crate) time_zone: Option<TimeZone>,
    pub(crate) requests_per_minute: Option<u32>,
}

impl Config {
    /// Reads the settings; the error names everything that cannot work, never a value.
    pub(crate) fn read(connection: &Connection) -> EhrResult<Self> {
        let mut faults = Vec::new();
        let config = Self::gather(connection, &mut faults);
        match config {
            Some(config) if faults.is_empty() => Ok(config),
            _ => Err(EhrError::failed(format!(
                "The connection cannot work with its settings: {}.",
                faults.join("; ")
            ))),
        }
    }

    /// `None` only where there is a fault.
    fn gather(connection: &Connection, faults: &mut Vec<String>) -> Option<Self> {
        let settings = &connection.settings;
        let plain = |name: &str| settings.plain(name).map(str::trim).filter(|text| !text.is_empty());
        let url = read("url", plain("url"), url, faults);
        let token = read("token", settings.secret("token"), token, faults);
        let host = read("impersonation_id", plain("impersonation_id"), id, faults);
        let default_author = read("default_author", plain("default_author"), id, faults);
        let custom_fields = read("custom_fields", plain("custom_fields"), CustomFields::parse, faults);
        let free_times = read("free_times", plain("free_times"), free_times, faults);
        let time_zone = read("time_zone", plain("time_zone"), zone, faults);
        let requests_per_minute = read("requests_per_minute", plain("requests_per_minute"), positive, faults);
        for (name, missing) in
            [("url", plain("url").is_none()), ("token", settings.secret("token").is_none())]
        {
            if missing {
                faults.push(format!("{name} is missing"));
            }
        }
        let documents = match Documents::read(plain) {
            Ok(documents) => documents,
            Err(wrong) => {
                faults.extend(wrong);
                return None;
            }
        };
        let free_times = free_times.unwrap_or(FreeTimesFrom::GraphQl);
        let custom_fields = custom_fields.unwrap_or_default();
        faults.extend(lacking(&documents, free_times, &custom_fields));
        Some(Self {
            api: Api::new(url?, token?, host),
            documents,
            default_author,
            custom_fields,
            free_times,
            time_zone,
            requests_per_minute,
        })
    }
}

fn read<V, T>(
    name: &str,
    value: Option<V>,
    read: impl Fn(V) -> Result<T, String>,
    faults: &mut Vec<String>,
) -> Option<T> {
    match read(value?) {
        Ok(value) => Some(value),
        Err(wrong) => {
            faults.push(format!("{name} {wrong}"));
            None
        }
    }
}

/// What documents must select because of other settings.
fn lacking(documents: &Documents, free_times: FreeTimesFrom, custom_fields: &CustomFields) -> Vec<String> {
    let mut needs = Vec::new();
    if free_times == FreeTimesFrom::Rest {
        needs.extend(
            ["resources.slug", "healthcare_services.slug"]
                .map(|path| (Name::Catalogue, path, "free_times = rest")),
        );
    }
    if !custom_fields.is_empty() {
        needs.push((Name::Client, "patient.custom_fields", "custom_fields"));
        needs.push((Name::Clients, "patients.custom_fields", "custom_fields"));
    }
    if documents.get(Name::Catalogue).is_some_and(|catalogue| catalogue.selects("care_units")) {
        needs.push((Name::Catalogue, "resources.care_unit_ids", "care_units"));
    }
    let lacks = |(name, path, why): (Name, &str, &str)| {
        let document = documents.get(name)?;
        let setting = name.spec().setting;
        (!document.selects(path)).then(|| format!("{setting}: it does not select {path}, which {why} needs"))
    };
    needs.into_iter().filter_map(lacks).collect()
}

fn url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|_| "is not a URL")?;
    let plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    if !matches!(url.scheme(), "https" | "http") || url.host().is_none() || !plain {
        return Err("is not a plain https URL".to_owned());
    }
    Ok(url)
}

fn token(token: &SecretString) -> Result<HeaderValue, String> {
    let token = token.expose_secret().trim();
    if token.is_empty() || !token.bytes().all(|b| b.is_ascii_graphic()) {
        return Err("is not a bare token, without Bearer before it".to_owned());
    }
    let mut value = HeaderValue::from_str(token).map_err(|_| "is not a token")?;
    value.set_sensitive(true);
    Ok(value)
}

fn id(text: &str) -> Result<Id, String> {
    Id::parse(text).ok_or_else(|| "is not an id".to_owned())
}

fn free_times(text: &str) -> Result<FreeTimesFrom, String> {
    match text {
        "graphql" => Ok(FreeTimesFrom::GraphQl),
        "rest" => Ok(FreeTimesFrom::Rest),
        _ => Err("is neither graphql nor rest".to_owned()),
    }
}

fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_| "is not an IANA time zone".to_owned())
}

fn positive(text: &str) -> Result<u32, String> {
    text.parse().ok().filter(|number| *number > 0).ok_or_else(|| "is not a positive number".to_owned())
}

#[cfg(test)]
mod tests;
