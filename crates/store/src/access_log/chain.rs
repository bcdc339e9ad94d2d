//! What the database holds of the access log, and how it is authenticated.

use sqlx::FromRow;
use vardbro_vault::{AuditKey, KeyRing};

use super::finding::Fault;

/// The mac before the first row.
pub(crate) const BEGINNING: [u8; 32] = [0; 32];

/// One row: one patient touched by one request.
#[derive(Clone, FromRow)]
pub(crate) struct Row {
    pub(crate) node: String,
    pub(crate) sequence: i64,
    pub(crate) at: i64,
    pub(crate) application: String,
    pub(crate) client_id: String,
    pub(crate) actor: Option<String>,
    pub(crate) ehr: String,
    pub(crate) connection: Option<String>,
    pub(crate) care_unit: Option<String>,
    pub(crate) action: String,
    pub(crate) patient: Option<Vec<u8>>,
    pub(crate) named: Option<Vec<u8>>,
    pub(crate) sealed: Option<Vec<u8>>,
    pub(crate) outcome: String,
    pub(crate) request: String,
    pub(crate) audit_key: String,
    pub(crate) mac: Vec<u8>,
}

impl Row {
    /// What its mac must be if `previous` is the mac of the row before it.
    pub(crate) fn authenticate(&self, previous: &[u8], key: &AuditKey) -> [u8; 32] {
        let Self {
            node,
            sequence,
            at,
            application,
            client_id,
            actor,
            ehr,
            connection,
            care_unit,
            action,
            patient,
            named,
            sealed,
            outcome,
            request,
            audit_key,
            mac: _,
        } = self;
        let encoding = Encoding::of("vardbro access log row v1")
            .bytes(previous)
            .text(audit_key)
            .text(node)
            .number(*sequence)
            .number(*at)
            .text(application)
            .text(client_id)
            .optional(actor.as_deref().map(str::as_bytes))
            .text(ehr)
            .optional(connection.as_deref().map(str::as_bytes))
            .optional(care_unit.as_deref().map(str::as_bytes))
            .text(action)
            .optional(patient.as_deref())
            .optional(named.as_deref())
            .optional(sealed.as_deref())
            .text(outcome)
            .text(request);
        key.authenticate(&encoding.0)
    }
}

/// Which end of a chain a mark stands at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Behind the last row.
    Head,
    /// Behind the last row that was pruned.
    Checkpoint,
}

impl End {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Checkpoint => "checkpoint",
        }
    }
}

/// Where a chain ends or begins: the sequence and the mac of a row.
#[derive(Clone, PartialEq, Eq, FromRow)]
pub(crate) struct Mark {
    pub(crate) node: String,
    pub(crate) sequence: i64,
    pub(crate) mac: Vec<u8>,
    pub(crate) audit_key: String,
    pub(crate) authenticator: Vec<u8>,
}

impl Mark {
    pub(crate) fn new(end: End, node: &str, sequence: i64, mac: &[u8], key: &AuditKey) -> Self {
        let mut mark = Self {
            node: node.to_owned(),
            sequence,
            mac: mac.to_owned(),
            audit_key: key.id().to_owned(),
            authenticator: Vec::new(),
        };
        mark.authenticator = key.authenticate(&mark.encoding(end)).to_vec();
        mark
    }

    /// Whether one of these keys made it.
    pub(crate) fn check(&self, end: End, keys: &KeyRing) -> Result<(), Fault> {
        check(keys, &self.audit_key, &self.authenticator, &self.encoding(end))
    }

    /// The same place, authenticated by another key.
    pub(crate) fn renewed(&self, end: End, key: &AuditKey) -> Self {
        Self::new(end, &self.node, self.sequence, &self.mac, key)
    }

    fn encoding(&self, end: End) -> Vec<u8> {
        Encoding::of("vardbro access log mark v1")
            .text(end.as_str())
            .text(&self.audit_key)
            .text(&self.node)
            .number(self.sequence)
            .bytes(&self.mac)
            .0
    }
}

/// Which nodes have a chain.
#[derive(Clone, PartialEq, Eq, FromRow)]
pub(crate) struct Roster {
    /// A JSON array.
    pub(crate) nodes: String,
    pub(crate) audit_key: String,
    pub(crate) authenticator: Vec<u8>,
}

impl Roster {
    pub(crate) fn new(nodes: &[String], key: &AuditKey) -> Self {
        Self::of_text(serde_json::Value::from(nodes).to_string(), key)
    }

    /// The same nodes, authenticated by another key.
    pub(crate) fn renewed(&self, key: &AuditKey) -> Self {
        Self::of_text(self.nodes.clone(), key)
    }

    fn of_text(nodes: String, key: &AuditKey) -> Self {
        let mut roster = Self { nodes, audit_key: key.id().to_owned(), authenticator: Vec::new() };
        roster.authenticator = key.authenticate(&roster.encoding()).to_vec();
        roster
    }

    /// Whether one of these keys made it.
    pub(crate) fn check(&self, keys: &KeyRing) -> Result<(), Fault> {
        check(keys, &self.audit_key, &self.authenticator, &self.encoding())
    }

    /// The nodes; none if it is not one of ours.
    pub(crate) fn nodes(&self) -> Vec<String> {
        serde_json::from_str(&self.nodes).unwrap_or_default()
    }

    fn encoding(&self) -> Vec<u8> {
        Encoding::of("vardbro access log roster v1").text(&self.audit_key).text(&self.nodes).0
    }
}

fn check(keys: &KeyRing, key: &str, authenticator: &[u8], bytes: &[u8]) -> Result<(), Fault> {
    let key = keys.audit(key).ok_or_else(|| Fault::UnknownKey(key.to_owned()))?;
    if key.authenticate(bytes) == authenticator { Ok(()) } else { Err(Fault::Changed) }
}

/// Values one after another, each after its length, so that no two lists of values have the same bytes.
pub(crate) struct Encoding(pub(crate) Vec<u8>);

impl Encoding {
    /// Of what it is: two kinds of things never have the same bytes.
    pub(crate) fn of(kind: &str) -> Self {
        Self(Vec::with_capacity(1024)).text(kind)
    }

    pub(crate) fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes())
    }

    pub(crate) fn number(self, number: i64) -> Self {
        self.bytes(&number.to_be_bytes())
    }

    pub(crate) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        self.0.extend_from_slice(bytes);
        self
    }

    /// Nothing is not the same as an empty value.
    pub(crate) fn optional(self, bytes: Option<&[u8]>) -> Self {
        match bytes {
            None => self.bytes(&[0]),
            Some(bytes) => self.bytes(&[1]).bytes(bytes),
        }
    }
}
