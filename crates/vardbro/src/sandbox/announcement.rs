//! What a sandbox says when it is ready.

use std::collections::BTreeMap;
use std::io::{self, Write};

use indexmap::IndexMap;
use serde::Serialize;
use vardbro_registry::Started;

use crate::say::say;

#[derive(Serialize)]
pub struct Announcement<'s> {
    /// Unless the EHRs run alone.
    #[serde(flatten)]
    pub gateway: Option<GatewayAddress<'s>>,
    /// By code, in the order of the registry.
    pub ehrs: IndexMap<&'s str, NativeAddress<'s>>,
}

#[derive(Serialize)]
pub struct GatewayAddress<'s> {
    pub api: String,
    pub docs: String,
    pub client_id: &'s str,
    pub client_secret: &'s str,
}

#[derive(Serialize)]
pub struct NativeAddress<'s> {
    native: &'s str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    credentials: &'s BTreeMap<String, String>,
    /// A care unit to try things on: one that has bookings already. Its id in the API is the EHR's own.
    #[serde(skip)]
    care_unit: Option<String>,
    /// The body of a patient whom nobody knows yet.
    #[serde(skip)]
    patient: &'static str,
}

impl<'s> NativeAddress<'s> {
    pub fn of(started: &'s Started) -> Self {
        let running = &started.running;
        let booked = running.ehr.state().appointments.into_iter().find(|appointment| appointment.live);
        Self {
            native: &running.native,
            credentials: &running.credentials,
            care_unit: booked.map(|appointment| appointment.care_unit_id),
            patient: if started.ehr.capabilities().external_id_types.is_empty() {
                PATIENT
            } else {
                PATIENT_WITH_NUMBER
            },
        }
    }
}

impl Announcement<'_> {
    /// Exactly one line.
    pub fn say_json(&self) -> io::Result<()> {
        let mut line = serde_json::to_vec(self)?;
        line.push(b'\n');
        say(&line)
    }

    pub fn say_text(&self) -> io::Result<()> {
        let mut text = Vec::new();
        self.write_text(&mut text)?;
        say(&text)
    }

    fn write_text(&self, text: &mut impl Write) -> io::Result<()> {
        writeln!(text, "The sandbox is ready. Nobody in it is real, and the EHRs start afresh each time.\n")?;
        if let Some(gateway) = &self.gateway {
            let GatewayAddress { api, docs, client_id, client_secret } = gateway;
            writeln!(text, "  API            {api}")?;
            writeln!(text, "  Docs           {docs}")?;
            writeln!(text, "  Client id      {client_id}")?;
            writeln!(text, "  Client secret  {client_secret}\n")?;
        }
        writeln!(text, "The EHRs themselves, each in its own protocol:\n")?;
        for (code, NativeAddress { native, credentials, .. }) in &self.ehrs {
            write!(text, "  {code:<13}  {native}")?;
            for (name, value) in *credentials {
                write!(text, "  {name} {value}")?;
            }
            writeln!(text)?;
        }
        if let Some(gateway) = &self.gateway {
            self.write_examples(text, gateway)?;
        }
        writeln!(text, "\nCtrl-C stops it.")
    }

    fn write_examples(&self, text: &mut impl Write, gateway: &GatewayAddress<'_>) -> io::Result<()> {
        let GatewayAddress { api, client_id, client_secret, .. } = gateway;
        let example =
            self.ehrs.iter().find_map(|(code, ehr)| Some((code, ehr.care_unit.as_deref()?, ehr.patient)));
        let Some((code, care_unit, patient)) = example else { return Ok(()) };
        let curl = format!("curl -s -u {client_id}:{client_secret}");
        let care_units = format!("{api}/emrs/{code}/care-units");
        writeln!(text, "\nTry it:\n")?;
        writeln!(text, "  {curl} {care_units}\n")?;
        writeln!(text, "  {curl} {care_units}/{care_unit}/timeslots\n")?;
        writeln!(
            text,
            "  {curl} {care_units}/{care_unit}/patients -H 'Content-Type: application/json' -d '{patient}'"
        )
    }
}

/// The number is one of those that are set aside for tests.
const PATIENT_WITH_NUMBER: &str = r#"{"external_id":"19700101-9806","first_name":"Ada","last_name":"Lovelace","emails":["ada@example.com"]}"#;

const PATIENT: &str = r#"{"first_name":"Ada","last_name":"Lovelace","date_of_birth":"1990-12-10","emails":["ada@example.com"]}"#;
