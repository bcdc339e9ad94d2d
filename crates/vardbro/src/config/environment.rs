//! The environment variables that are ours.

use std::collections::BTreeMap;
use std::env;
use std::ffi::{OsStr, OsString};

/// How all of ours begin.
pub const PREFIX: &str = "VARDBRO_";

/// The path of the configuration file.
pub const CONFIG: &str = "VARDBRO_CONFIG";
/// The content of the key file, instead of a file.
pub const KEYS: &str = "VARDBRO_KEYS";
/// A log filter that wins over the configured one.
pub const LOG: &str = "VARDBRO_LOG";

/// Those that stand for no key.
pub const OTHERS: [&str; 5] = [CONFIG, KEYS, LOG, "VARDBRO_CLIENT_SECRET", "VARDBRO_AUDIT_PRIVATE_KEY"];

/// The variables of ours that are set and not empty.
#[derive(Debug, Default)]
pub struct Environment(BTreeMap<String, OsString>);

impl Environment {
    /// Those of this process.
    pub fn of_process() -> Self {
        Self::of(env::vars_os())
    }

    /// Those among these.
    pub fn of(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let (mut ours, mut kubernetes) = (BTreeMap::new(), false);
        for (name, value) in variables {
            kubernetes |= name == "KUBERNETES_SERVICE_HOST";
            if let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX))
                && !is_blank(&value)
            {
                ours.insert(name.to_owned(), value);
            }
        }
        if kubernetes {
            ours.retain(|name, _| !tells_of_service(name));
        }
        Self(ours)
    }

    /// One of them.
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.0.get(name).map(OsString::as_os_str)
    }

    /// All of them that may stand for a key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &OsStr)> {
        let all = self.0.iter().map(|(name, value)| (name.as_str(), value.as_os_str()));
        all.filter(|(name, _)| !OTHERS.contains(name))
    }
}

/// The variable that stands for a key.
pub fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "_").to_ascii_uppercase())
}

fn is_blank(value: &OsStr) -> bool {
    value.to_str().is_some_and(|value| value.trim().is_empty())
}

/// Whether Kubernetes set it in every container because there is a service whose name begins with `vardbro`.
fn tells_of_service(name: &str) -> bool {
    let port = name.split_once("_PORT_").map(|(_, rest)| rest);
    name.ends_with("_SERVICE_HOST")
        || name.ends_with("_PORT")
        || name.contains("_SERVICE_PORT_")
        || port.is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
}
