//! What commands say on standard output.

use std::io::{self, Write};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use zeroize::Zeroizing;

use super::Failure;
use crate::say::say;

/// What a command has to say: as it stands for programs, in words for people.
pub trait Told: Serialize {
    fn words(&self, out: &mut dyn Write) -> io::Result<()>;
}

/// Says it to whoever listens.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    pub json: bool,
}

impl Output {
    /// Once in a command: one JSON document, or words.
    pub fn tell(self, told: &impl Told) -> Result<(), Failure> {
        let mut said = Zeroizing::new(Vec::new());
        if self.json {
            serde_json::to_writer(&mut *said, told).map_err(|error| Failure::Output(error.into()))?;
            said.push(b'\n');
        } else {
            told.words(&mut *said).map_err(Failure::Output)?;
        }
        write(&said)
    }
}

/// As it stands.
pub fn write(bytes: &[u8]) -> Result<(), Failure> {
    say(bytes).map_err(Failure::Output)
}

/// Lines whose columns stand below each other.
#[derive(Default)]
pub struct Table(Vec<Vec<String>>);

impl Table {
    pub fn headed<const N: usize>(heads: [&str; N]) -> Self {
        Self(vec![heads.map(str::to_owned).to_vec()])
    }

    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.0.push(cells.to_vec());
    }

    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let columns = self.0.iter().map(Vec::len).max().unwrap_or_default();
        let width = |column| {
            let cells = self.0.iter().filter_map(|row| row.get(column));
            cells.map(|cell: &String| cell.chars().count()).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for row in &self.0 {
            let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
            writeln!(out, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        Ok(())
    }
}

/// A moment to the second, in UTC.
pub fn moment(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

pub fn yes_or_no(yes: bool) -> String {
    if yes { "yes" } else { "no" }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other_whatever_the_letters() {
        let mut table = Table::headed(["NAME", "EHR"]);
        table.row(["Södra".to_owned(), "webdoc".to_owned()]);
        table.row(["North clinic".to_owned(), "cliniko".to_owned()]);

        let mut text = Vec::new();
        table.write(&mut text).unwrap();

        let text = String::from_utf8(text).unwrap();
        assert_eq!(text, "NAME          EHR\nSödra         webdoc\nNorth clinic  cliniko\n");
    }
}
