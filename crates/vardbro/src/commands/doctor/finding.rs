//! What the doctor found.

use std::fmt::Display;
use std::io::{self, Write};

use serde::Serialize;

use super::super::output::{Table, Told};

/// In the order in which it was found.
#[derive(Debug, Default, Serialize)]
pub struct Findings {
    findings: Vec<Finding>,
}

#[derive(Debug, Serialize)]
struct Finding {
    state: State,
    subject: String,
    what: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Ok,
    Warning,
    Fault,
}

impl Findings {
    /// As it should be.
    pub fn ok(&mut self, subject: &str, what: impl Display) {
        self.find(State::Ok, subject, &what);
    }

    /// To be looked at before it becomes a fault.
    pub fn warning(&mut self, subject: &str, what: impl Display) {
        self.find(State::Warning, subject, &what);
    }

    /// Something does not work.
    pub fn fault(&mut self, subject: &str, what: impl Display) {
        self.find(State::Fault, subject, &what);
    }

    fn find(&mut self, state: State, subject: &str, what: &dyn Display) {
        self.findings.push(Finding { state, subject: subject.to_owned(), what: what.to_string() });
    }

    /// How much does not work.
    pub fn faults(&self) -> usize {
        self.findings.iter().filter(|finding| finding.state == State::Fault).count()
    }
}

impl Told for Findings {
    fn words(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut table = Table::default();
        for Finding { state, subject, what } in &self.findings {
            let state = match state {
                State::Ok => "ok",
                State::Warning => "warning",
                State::Fault => "FAULT",
            };
            table.row([state.to_owned(), subject.clone(), what.clone()]);
        }
        table.write(out)
    }
}
