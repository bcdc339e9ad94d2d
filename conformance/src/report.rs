//! The table EHR × case.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

/// How a case ended for one EHR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The EHR behaves so.
    Passed,
    /// The EHR cannot do it, and it is refused as it should be.
    Refused,
    /// Neither.
    Failed,
}

/// What became of one run. Printed when the last test lets go of it.
#[derive(Debug)]
pub struct Report {
    ehrs: Vec<&'static str>,
    rows: Mutex<Vec<Row>>,
}

#[derive(Debug)]
struct Row {
    name: String,
    outcomes: Vec<Option<Outcome>>,
}

impl Report {
    pub fn over(ehrs: Vec<&'static str>, cases: impl Iterator<Item = String>) -> Arc<Self> {
        let none = vec![None; ehrs.len()];
        let rows = cases.map(|name| Row { name, outcomes: none.clone() }).collect();
        Arc::new(Self { ehrs, rows: Mutex::new(rows) })
    }

    pub fn note(&self, case: usize, ehr: usize, outcome: Outcome) {
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        rows[case].outcomes[ehr] = Some(outcome);
    }

    fn table(&self) -> String {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        let run: Vec<&Row> = rows.iter().filter(|row| row.outcomes.iter().any(Option::is_some)).collect();
        if run.len() < 2 {
            return String::new();
        }
        let line = |words: Vec<String>, name: &str| {
            let columns: String = words.iter().map(|word| format!("{word:<9}")).collect();
            format!("{columns}{name}\n")
        };
        let mut table = line(self.ehrs.iter().map(|ehr| (*ehr).to_owned()).collect(), "case");
        for row in &run {
            table += &line(row.outcomes.iter().map(|outcome| word(*outcome).to_owned()).collect(), &row.name);
        }
        for outcome in [Outcome::Passed, Outcome::Refused, Outcome::Failed] {
            let count = |ehr: usize| run.iter().filter(|row| row.outcomes[ehr] == Some(outcome)).count();
            let counts = (0..self.ehrs.len()).map(|ehr| count(ehr).to_string()).collect();
            let name = match outcome {
                Outcome::Passed => "passed",
                Outcome::Refused => "refused as it should be",
                Outcome::Failed => "failed",
            };
            table += &line(counts, name);
        }
        table
    }
}

fn word(outcome: Option<Outcome>) -> &'static str {
    match outcome {
        Some(Outcome::Passed) => "passed",
        Some(Outcome::Refused) => "refused",
        Some(Outcome::Failed) => "FAILED",
        None => "-",
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        let table = self.table();
        if !table.is_empty() {
            // Nobody is left to tell if nobody reads.
            let _ = writeln!(std::io::stdout().lock(), "\n{table}");
        }
    }
}
