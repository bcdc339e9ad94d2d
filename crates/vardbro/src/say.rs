//! What is said on standard output.

use std::io::{self, Write, stdout};

/// Not `print!`, which panics when nobody reads.
pub fn say(words: &[u8]) -> io::Result<()> {
    let mut out = stdout().lock();
    out.write_all(words)?;
    out.flush()
}
