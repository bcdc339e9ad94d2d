mod access_log;
mod gateway;

use std::io::{Write, stdout};

pub use access_log::access_log;
pub use gateway::gateway;

use crate::error::Result;

/// A line of the report, at once: a measurement takes long.
fn say(line: &str) -> Result<()> {
    let mut out = stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}
