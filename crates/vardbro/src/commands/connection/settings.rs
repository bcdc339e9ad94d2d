//! `vardbro connection settings`.

use std::io::{self, Write};

use serde::Serialize;
use vardbro_ehr::connection::Setting;

use super::super::Failure;
use super::super::desk::connector;
use super::super::output::{Output, Told};

#[derive(Serialize)]
struct Settings {
    ehr: String,
    settings: Vec<Described>,
}

#[derive(Serialize)]
struct Described {
    name: &'static str,
    description: &'static str,
    secret: bool,
    required: bool,
    default: Option<&'static str>,
}

pub fn settings(output: Output, ehr: &str) -> Result<(), Failure> {
    let connector = connector(ehr).ok_or_else(|| Failure::NoConnector(ehr.to_owned()))?;
    let described = |setting: &Setting| {
        let Setting { name, description, secret, required, default } = *setting;
        Described { name, description, secret, required, default }
    };
    let settings = connector.settings().iter().map(described).collect();
    output.tell(&Settings { ehr: ehr.to_owned(), settings })
}

impl Told for Settings {
    fn words(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.settings.is_empty() {
            return writeln!(out, "A connection to {} needs no settings.", self.ehr);
        }
        for Described { name, description, secret, required, default } in &self.settings {
            let mut marks = Vec::new();
            marks.extend(required.then(|| "required".to_owned()));
            marks.extend(secret.then(|| "secret".to_owned()));
            marks.extend(default.map(|default| format!("default {default}")));
            let marks = if marks.is_empty() { String::new() } else { format!(" ({})", marks.join(", ")) };
            writeln!(out, "{name}{marks}\n  {description}")?;
        }
        Ok(())
    }
}
