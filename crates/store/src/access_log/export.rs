use jiff::Timestamp;
use serde::Serialize;
use vardbro_vault::{AuditPrivateKey, KeyRing};

use super::chain::Row;
use super::entry::Sealed;
use super::name::PatientName;
use super::records::AccessRecords;
use super::table::{Position, Wanted};
use crate::application::ClientId;
use crate::backend::Result;

/// How many rows are in memory at once.
const PAGE: i64 = 500;

/// Which rows to export; an empty filter wants all.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// About any of these patients, or where the request named them so. An EHR's id finds every row of that patient in that EHR; a number only
    /// the requests that used it.
    pub patients: Vec<PatientName>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// Of this application.
    pub client_id: Option<ClientId>,
    /// Through this connection. Two clinics may use one id for two patients where their EHR counts for each clinic by itself.
    pub connection: Option<uuid::Uuid>,
}

/// A row of the access log, opened: one line of an export. Holds who was touched.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct ExportedEntry {
    /// When.
    pub at: Timestamp,
    /// Which node wrote it.
    pub node: String,
    /// Its place in that node's chain.
    pub sequence: i64,
    /// The application's own id.
    pub application: String,
    /// What the application presents.
    pub client_id: String,
    /// For whom it asked, if it said so.
    pub actor: Option<String>,
    /// Which EHR was asked.
    pub ehr: String,
    /// Through which connection.
    pub connection: Option<String>,
    /// At which care unit.
    pub care_unit: Option<String>,
    /// What was asked.
    pub action: String,
    /// The patient's id in the EHR.
    pub patient: Option<String>,
    /// How the request named the patient: a typed id.
    pub named: Option<String>,
    /// Whether the two were there, and could be opened.
    pub seal: Seal,
    /// The HTTP status and codes, or `abandoned`.
    pub outcome: String,
    /// The id of the request.
    pub request: String,
}

/// What became of the sealed part of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Seal {
    /// The row is about no patient that was known.
    Absent,
    /// One of the private keys opened it.
    Opened,
    /// None of the private keys opens it.
    Unopened,
}

/// Rows by time, page after page.
pub struct Export<'a> {
    records: &'a AccessRecords,
    private: &'a [AuditPrivateKey],
    wanted: Wanted,
    after: Option<Position>,
    done: bool,
}

impl AccessRecords {
    /// Begins to export. Rows are found by the audit keys of the ring and opened by the private keys, newer or older ones.
    pub fn export<'a>(
        &'a self,
        filter: &Filter,
        keys: &KeyRing,
        private: &'a [AuditPrivateKey],
    ) -> Export<'a> {
        let Filter { patients, from, until, client_id, connection } = filter;
        let under_all =
            |name: &PatientName| keys.audit_keys().iter().map(|key| name.under(key)).collect::<Vec<_>>();
        let names = (!patients.is_empty()).then(|| patients.iter().flat_map(under_all).collect::<Vec<_>>());
        // Without a key nobody can be found.
        let done = names.as_ref().is_some_and(Vec::is_empty);
        let wanted = Wanted {
            names,
            from: from.map(Timestamp::as_millisecond),
            until: until.map(Timestamp::as_millisecond),
            client_id: client_id.as_ref().map(ClientId::to_string),
            connection: connection.map(|connection| connection.to_string()),
        };
        Export { records: self, private, wanted, after: None, done }
    }
}

impl Export<'_> {
    /// The next rows; none when there are no more.
    pub async fn next(&mut self) -> Result<Vec<ExportedEntry>> {
        if self.done {
            return Ok(Vec::new());
        }
        let rows = self.records.table.select(&self.wanted, self.after.as_ref(), PAGE).await?;
        self.after =
            rows.last().map(|row| Position { at: row.at, node: row.node.clone(), sequence: row.sequence });
        self.done = i64::try_from(rows.len()) != Ok(PAGE);
        Ok(rows.into_iter().map(|row| self.opened(row)).collect())
    }

    fn opened(&self, row: Row) -> ExportedEntry {
        let opened = row.sealed.as_ref().map(|sealed| {
            let plain = self.private.iter().find_map(|key| key.open(sealed).ok())?;
            serde_json::from_slice::<Sealed>(&plain).ok()
        });
        let seal = match &opened {
            None => Seal::Absent,
            Some(None) => Seal::Unopened,
            Some(Some(_)) => Seal::Opened,
        };
        let (patient, named) = opened.flatten().map_or((None, None), |sealed| (sealed.patient, sealed.named));
        ExportedEntry {
            // Beyond the year 9999 there are no rows of ours.
            at: Timestamp::from_millisecond(row.at).unwrap_or_default(),
            node: row.node,
            sequence: row.sequence,
            application: row.application,
            client_id: row.client_id,
            actor: row.actor,
            ehr: row.ehr,
            connection: row.connection,
            care_unit: row.care_unit,
            action: row.action,
            patient,
            named,
            seal,
            outcome: row.outcome,
            request: row.request,
        }
    }
}
