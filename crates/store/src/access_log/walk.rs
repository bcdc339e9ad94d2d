//! Along one chain, from row to row.

use vardbro_vault::KeyRing;

use super::chain::{BEGINNING, Mark, Row};
use super::finding::{Fault, Finding, Subject};
use super::table::ReadRow;

/// How many macs are remembered of a row of which they disagree.
const CANDIDATES: usize = 4;

/// Checks rows in the order of their sequence.
pub(crate) struct Walk<'k> {
    keys: &'k KeyRing,
    node: String,
    /// The sequence of the last row.
    pub(crate) last: i64,
    /// Its mac. A changed row has several that it may have had; a row behind a gap has none that is known.
    previous: Vec<Vec<u8>>,
    /// Whether the last row was as it should be.
    sound: bool,
    pub(crate) rows: u64,
    pub(crate) findings: Vec<Finding>,
}

impl<'k> Walk<'k> {
    /// From a checkpoint, or from the beginning.
    pub(crate) fn new(keys: &'k KeyRing, node: &str, checkpoint: Option<&Mark>) -> Self {
        let mut walk = Self {
            keys,
            node: node.to_owned(),
            last: 0,
            previous: vec![BEGINNING.to_vec()],
            sound: true,
            rows: 0,
            findings: Vec::new(),
        };
        checkpoint.inspect(|checkpoint| walk.skip(checkpoint));
        walk
    }

    /// Rows up to this checkpoint need not be there.
    pub(crate) fn skip(&mut self, checkpoint: &Mark) {
        if checkpoint.sequence > self.last || self.rows == 0 {
            (self.last, self.previous, self.sound) =
                (checkpoint.sequence, vec![checkpoint.mac.clone()], true);
        }
    }

    /// The next row. `end`: where the chain ends, if that is known.
    pub(crate) fn step(&mut self, row: &ReadRow, end: Option<i64>) {
        self.rows += 1;
        let sequence = row.sequence();
        let here = Subject::Rows { from: sequence, to: sequence };
        if sequence <= self.last {
            return self.find(here, Fault::Unexpected);
        }
        if sequence - 1 > self.last {
            self.find(Subject::Rows { from: self.last + 1, to: sequence - 1 }, Fault::Missing);
            self.previous.clear();
        }
        self.last = sequence;
        self.sound = true;
        self.previous = match row {
            ReadRow::Whole(row) => self.check(row, end),
            ReadRow::Broken { mac, .. } => {
                self.find(here, Fault::Changed);
                vec![mac.clone()]
            }
        };
    }

    /// Checks a row and tells the macs that it may have had.
    fn check(&mut self, row: &Row, end: Option<i64>) -> Vec<Vec<u8>> {
        let here = Subject::Rows { from: row.sequence, to: row.sequence };
        let mut candidates = vec![row.mac.clone()];
        match self.keys.audit(&row.audit_key) {
            None => self.find(here, Fault::UnknownKey(row.audit_key.clone())),
            Some(_) if end.is_some_and(|end| row.sequence > end) => self.find(here, Fault::Unexpected),
            Some(key) => {
                let macs = self.previous.iter().map(|previous| row.authenticate(previous, key).to_vec());
                let macs: Vec<_> = macs.collect();
                if !macs.is_empty() && !macs.contains(&row.mac) {
                    candidates.extend(macs);
                    candidates.truncate(CANDIDATES);
                    self.find(here, Fault::Changed);
                }
            }
        }
        candidates
    }

    /// No row is left. Whether the chain ends where its head says.
    pub(crate) fn end(&mut self, head: &Mark) {
        if head.sequence > self.last {
            self.find(Subject::Rows { from: self.last + 1, to: head.sequence }, Fault::Missing);
        } else if head.sequence == self.last && self.sound && !self.previous.contains(&head.mac) {
            self.find(Subject::Head, Fault::Changed);
        }
    }

    /// Notes a fault; rows that stand together and have the same are one finding.
    pub(crate) fn find(&mut self, subject: Subject, fault: Fault) {
        self.sound = false;
        if let (Some(last), Subject::Rows { from, to }) = (self.findings.last_mut(), &subject)
            && last.fault == fault
            && let Subject::Rows { to: end, .. } = &mut last.subject
            && end.checked_add(1) == Some(*from)
        {
            *end = *to;
            return;
        }
        self.findings.push(Finding { node: Some(self.node.clone()), subject, fault });
    }
}
