#![doc = include_str!("README.md")]

mod chain;
mod ends;
mod entry;
mod error;
mod export;
mod finding;
mod head;
mod name;
mod postgres;
mod prune;
mod records;
mod scribe;
mod sqlite;
mod table;
mod verify;
mod walk;
mod writer;

pub use entry::{Actor, Entry, Outcome};
pub use error::{AccessLogError, NoPlace, Unwritten};
pub use export::{Export, ExportedEntry, Filter, Seal};
pub use finding::{Fault, Finding, Subject};
pub use head::{ChainHead, HeadsFault, NodeName};
pub use name::{PatientName, PatientNameFault};
pub use prune::Pruned;
pub use records::AccessRecords;
pub(crate) use table::Table;
pub use verify::Report;
pub use writer::{AccessLog, Place};
