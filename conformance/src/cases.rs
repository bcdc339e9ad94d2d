//! The cases, by subject.

mod authentication;

use crate::case::Case;

/// Every case, by the name of its file.
pub const ALL: &[(&str, &[Case])] = &[("authentication", authentication::CASES)];
