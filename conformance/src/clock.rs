//! The time in which the cases happen: the same Monday whenever they run, going on as real time does.

use std::time::Instant;

use jiff::{SignedDuration, Timestamp};

/// Begins at [`begins`] when it is made.
#[derive(Debug, Clone, Copy)]
pub struct CaseClock {
    base: Timestamp,
    made: Instant,
}

/// A working day in Europe and Australia. Within the 30 days after it clocks change in both: 29 March and 5 April 2026.
/// Between the times at which anything begins.
const MONDAY_MORNING: &str = "2026-03-23T08:02:00Z";

/// Another beginning for a run that looks for what depends on the day, such as `2026-12-31T22:30:00Z`.
const VARIABLE: &str = "VARDBRO_CONFORMANCE_NOW";

fn begins() -> Timestamp {
    let text = std::env::var(VARIABLE).unwrap_or_else(|_| MONDAY_MORNING.to_owned());
    text.parse().unwrap_or_else(|_| panic!("{VARIABLE} is an instant such as {MONDAY_MORNING}"))
}

impl CaseClock {
    pub fn start() -> Self {
        Self { base: begins(), made: Instant::now() }
    }

    pub fn now(&self) -> Timestamp {
        let gone = SignedDuration::try_from(self.made.elapsed()).unwrap_or_default();
        self.base.saturating_add(gone).unwrap_or(self.base)
    }
}

impl vardbro_ehr::environment::Clock for CaseClock {
    fn now(&self) -> Timestamp {
        self.now()
    }
}

impl vardbro_sandbox_kit::Clock for CaseClock {
    fn now(&self) -> Timestamp {
        self.now()
    }
}
