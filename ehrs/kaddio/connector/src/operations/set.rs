//! All documents of a connection.

use std::collections::BTreeMap;

use super::{Document, Name};

/// What turns an operation off.
const OFF: &str = "off";

/// The documents that a connection works with: the shipped ones, but for those that it replaces or turns off.
#[derive(Debug, Clone)]
pub struct Documents(BTreeMap<Name, Document>);

impl Documents {
    /// Reads what the settings say; the error is everything that is wrong with all of them.
    pub fn read<'s>(setting: impl Fn(&'static str) -> Option<&'s str>) -> Result<Self, Vec<String>> {
        let mut documents = BTreeMap::new();
        let mut faults = Vec::new();
        for name in Name::ALL.iter().copied() {
            let spec = name.spec();
            let text = setting(spec.setting).map(str::trim).filter(|text| !text.is_empty());
            if text.is_some_and(|text| text.eq_ignore_ascii_case(OFF)) {
                continue;
            }
            match Document::read(name, text.unwrap_or(spec.shipped)) {
                Ok(document) => {
                    documents.insert(name, document);
                }
                Err(wrong) => faults.extend(wrong.iter().map(|wrong| format!("{}: {wrong}", spec.setting))),
            }
        }
        if faults.is_empty() { Ok(Self(documents)) } else { Err(faults) }
    }

    /// The document, unless it is turned off.
    pub fn get(&self, name: Name) -> Option<&Document> {
        self.0.get(&name)
    }

    /// Every document that is not turned off.
    pub fn iter(&self) -> impl Iterator<Item = &Document> {
        self.0.values()
    }

    /// Whether the operation's document takes the variable.
    pub fn take(&self, name: Name, variable: &str) -> bool {
        self.get(name).is_some_and(|document| document.takes(variable))
    }
}
