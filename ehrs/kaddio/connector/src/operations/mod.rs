//! The GraphQL operations. They are documents, not code: Kaddio's schema is not public, so an operator can replace each one by what
//! holds in his organisation's playground.
//!
//! A document speaks our language on the outside: its variables bear our names, and aliases give its fields our names. What it must
//! take and what it must answer is one table, [`Name::spec`].

mod document;
mod set;
mod table;

pub use document::Document;
pub(crate) use document::{fields_of, input_type_of};
pub use set::Documents;
use vardbro_ehr::wire::Safety;

pub use self::table::Name;

/// What a document must be so that the connector can use it.
#[derive(Debug)]
pub struct Spec {
    /// As it stands in errors and reports.
    pub name: &'static str,
    /// The setting that replaces it.
    pub setting: &'static str,
    /// As it stands in spans and metrics.
    pub endpoint: &'static str,
    /// What it does, in a few words.
    pub what: &'static str,
    /// The document when the setting names none.
    pub shipped: &'static str,
    /// Whether it may be sent twice. A query is `Read`, a mutation `Once`.
    pub safety: Safety,
    /// What the connector gives it.
    pub variables: &'static [Variable],
    /// What the connector reads of its answer.
    pub answers: &'static [Answer],
}

/// Something that the connector gives to a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// Its name, without the dollar sign.
    pub name: &'static str,
    /// Whether the document must take it.
    pub needed: bool,
    /// Whether it has a value in every call. One that has not must be nullable.
    pub always: bool,
}

/// Something that the connector reads of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// The aliases from the root on, such as `timeslots.start`.
    pub path: &'static str,
    /// Whether the document must select it, if it selects what it is a part of.
    pub needed: bool,
}

impl Spec {
    /// Whether it changes nothing.
    pub fn is_query(&self) -> bool {
        self.safety == Safety::Read
    }

    /// Whether the connector has such a variable to give.
    pub fn offers(&self, variable: &str) -> Option<&Variable> {
        self.variables.iter().find(|offered| offered.name == variable)
    }
}
