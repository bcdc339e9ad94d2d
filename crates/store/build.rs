//! Tells cargo that a new migration means a new build; the macro alone sees changes to the ones it knew.

use std::io::{Result, Write, stdout};

fn main() -> Result<()> {
    writeln!(stdout(), "cargo::rerun-if-changed=migrations")
}
