use std::fmt;

/// Something in the access log is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// In whose chain; `None`: in what belongs to all.
    pub node: Option<String>,
    /// Where.
    pub subject: Subject,
    /// What.
    pub fault: Fault,
}

/// A part of the access log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The list of nodes.
    Roster,
    /// A node with its whole chain.
    Node,
    /// The place where a chain ends.
    Head,
    /// The place up to where a chain was pruned.
    Checkpoint,
    /// Rows that stand together.
    Rows {
        /// The first one's sequence.
        from: i64,
        /// The last one's sequence.
        to: i64,
    },
    /// A head that was printed earlier, by its sequence.
    EarlierHead(i64),
}

/// What is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It is not there.
    Missing,
    /// It is not what was written, or not where it was written.
    Changed,
    /// It is there and should not be.
    Unexpected,
    /// It cannot be checked: the key ring has no such audit key.
    UnknownKey(String),
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(node) = &self.node {
            write!(f, "node {node}")?;
            if self.subject != Subject::Node {
                f.write_str(", ")?;
            }
        }
        match self.subject {
            Subject::Node => {}
            Subject::Roster => f.write_str("the roster of nodes")?,
            Subject::Head => f.write_str("the head")?,
            Subject::Checkpoint => f.write_str("the checkpoint")?,
            Subject::Rows { from, to } if from == to => write!(f, "row {from}")?,
            Subject::Rows { from, to } => write!(f, "rows {from} to {to}")?,
            Subject::EarlierHead(sequence) => write!(f, "the earlier head at row {sequence}")?,
        }
        match (&self.fault, &self.subject) {
            (Fault::UnknownKey(key), _) => {
                write!(f, ": cannot be checked, because the key ring has no audit key {key}")
            }
            (Fault::Missing, Subject::Rows { .. }) => {
                f.write_str(": missing, so that a row right behind cannot be checked")
            }
            (Fault::Missing, Subject::Node) => f.write_str(": on the roster, but its chain is missing"),
            (Fault::Unexpected, Subject::Node) => f.write_str(": not on the roster"),
            (Fault::Missing, _) => f.write_str(": missing"),
            (Fault::Changed, Subject::Rows { .. }) => f.write_str(": changed, moved or inserted"),
            (Fault::Changed, Subject::EarlierHead(_)) => f.write_str(": another row stands there now"),
            (Fault::Changed, _) => f.write_str(": changed"),
            (Fault::Unexpected, _) => {
                f.write_str(": outside of the chain, before its checkpoint or behind its head")
            }
        }
    }
}
