//! What can be wrong with a configuration, and where.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where a value was given. In the order in which faults are told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Nowhere: it is the default.
    Default,
    /// A file, and where in it.
    File(Arc<Path>, Position),
    /// An environment variable.
    Variable(String),
}

impl Origin {
    pub(super) fn in_file(path: &Arc<Path>, text: &str, offset: usize) -> Self {
        Self::File(path.clone(), Position::of(text, offset))
    }

    /// Of the file.
    pub(super) fn line(&self) -> Option<usize> {
        match self {
            Self::File(_, position) => Some(position.line),
            Self::Default | Self::Variable(_) => None,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path, Position { line, column }) => write!(f, "{}:{line}:{column}", path.display()),
            Self::Variable(name) => f.write_str(name),
        }
    }
}

/// A place in a text, as editors count: both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    line: usize,
    column: usize,
}

impl Position {
    fn of(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
        Self { line: before.matches('\n').count() + 1, column }
    }
}

/// One thing that is wrong. It never quotes a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub origin: Origin,
    /// What.
    pub wrong: Wrong,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            Origin::Default => self.wrong.fmt(f),
            origin => write!(f, "{origin}: {}", self.wrong),
        }
    }
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    #[error("this is not TOML: {0}")]
    Syntax(String),
    #[error("{key} is no key{}", meant(.nearest.as_deref()))]
    UnknownKey { key: String, nearest: Option<String> },
    #[error("[{section}] is no section{}", meant(.nearest.as_deref()))]
    UnknownSection { section: String, nearest: Option<String> },
    #[error("{0} is a section: its keys stand below [{0}]")]
    Section(String),
    #[error("this is no variable of Vardbro{}", meant(.nearest.as_deref()))]
    UnknownVariable { nearest: Option<String> },
    #[error("it is not UTF-8")]
    NotText,
    #[error("{key} must be {allowed}")]
    Value { key: &'static str, allowed: String },
    #[error("{key} is missing: {why}")]
    Missing { key: &'static str, why: &'static str },
    #[error("{key}: {what}")]
    Unusable { key: &'static str, what: String },
}

fn meant(nearest: Option<&str>) -> String {
    nearest.map(|nearest| format!("; did you mean {nearest}?")).unwrap_or_default()
}

/// Why there is no configuration. Each fault is a line.
#[derive(Debug)]
pub enum Faults {
    /// The file cannot be read.
    File { path: PathBuf, source: io::Error },
    /// What stands in it, or in the environment, is wrong: at least one.
    Content(Vec<Fault>),
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, source } => write!(f, "cannot read {}: {source}", path.display()),
            Self::Content(faults) => {
                let lines: Vec<_> = faults.iter().map(Fault::to_string).collect();
                f.write_str(&lines.join("\n"))
            }
        }
    }
}

impl std::error::Error for Faults {}
