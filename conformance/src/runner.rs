//! Runs each case over each EHR as a test of its own.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::time::Duration;

use libtest_mimic::{Failed, Trial};
use tracing::dispatcher;

use vardbro_registry::Registered;

use crate::case::{Case, Need};
use crate::clinic::CANARY;
use crate::log::Log;
use crate::report::{Outcome, Report};
use crate::subject::Subject;
use crate::subjects::SUBJECTS;
use crate::{cases, pages, refusal};

/// Nothing here waits for anybody that long.
const LONGEST: Duration = Duration::from_secs(60);

/// Every test: the cases over every EHR, and what does not depend on an EHR.
pub fn trials() -> Vec<Trial> {
    let all: Vec<(&'static str, &'static Case)> =
        cases::ALL.iter().flat_map(|(group, cases)| cases.iter().map(|case| (*group, case))).collect();
    let names = all.iter().map(|(group, case)| format!("{group}: {}", case.name));
    let report = Report::over(SUBJECTS.iter().map(|subject| subject.code).collect(), names);
    let pages = pages::CHECKS.iter().map(|(name, check)| {
        let report = report.clone();
        Trial::test(format!("all::{name}"), move || {
            let checked = guarded(check).map_err(Failed::from);
            drop(report);
            checked
        })
    });
    let mut trials: Vec<Trial> = pages.collect();
    for (ehr, subject) in SUBJECTS.iter().enumerate() {
        for (number, (group, case)) in all.iter().enumerate() {
            let (report, case) = (report.clone(), *case);
            let name = format!("{}::{group}::{}", subject.code, case.name);
            trials.push(Trial::test(name, move || {
                let ended = run(subject, case);
                let outcome = ended.as_ref().map_or(Outcome::Failed, |outcome| *outcome);
                report.note(number, ehr, outcome);
                ended.map(drop)
            }));
        }
    }
    trials
}

fn run(registered: &'static Registered, case: &'static Case) -> Result<Outcome, Failed> {
    let log = Log::default();
    let dispatch = log.dispatch();
    let of_thread = dispatch.clone();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        // Each of the case's threads logs into the case's own log, as long as it lives.
        .on_thread_start(move || std::mem::forget(dispatcher::set_default(&of_thread)))
        .build()?;
    let checked = dispatcher::with_default(&dispatch, || {
        guarded(|| {
            runtime.block_on(async {
                let checking = check(registered, case, log.clone());
                tokio::time::timeout(LONGEST, checking).await.expect("the case ends in time")
            })
        })
    });
    runtime.shutdown_background();
    checked
        .and_then(|outcome| match (leak(&log), panic_in(&log)) {
            (Some(line), _) => Err(format!("a patient stands in the log: {line}")),
            (_, Some(line)) => Err(format!("the gateway panicked: {line}")),
            (None, None) => Ok(outcome),
        })
        .map_err(|words| format!("{words}\n\nthe end of the log:\n{}", log.last(6)).into())
}

async fn check(registered: &'static Registered, case: &'static Case, log: Log) -> Outcome {
    let subject = Subject::start(registered, log).await;
    let lacking = case.needs.iter().find(|need| !Need::is_met_by(**need, &subject.capabilities));
    let outcome = match lacking {
        Some(lacking) => {
            refusal::check(&subject, *lacking).await;
            Outcome::Refused
        }
        None => {
            (case.check)(&subject).await;
            Outcome::Passed
        }
    };
    subject.stop().await;
    outcome
}

/// A line of the log in which one of the suite's own patients stands.
fn leak(log: &Log) -> Option<String> {
    let canary = CANARY.to_lowercase();
    log.text().lines().find(|line| line.to_lowercase().contains(&canary)).map(str::to_owned)
}

/// A line of the log that tells of a panic, which is a defect whatever was asked.
fn panic_in(log: &Log) -> Option<String> {
    log.text().lines().find(|line| line.contains("panicked")).map(str::to_owned)
}

thread_local! {
    /// Where and why the case on this thread failed.
    static FAILURE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Does it, and gives the words of a panic and where it was.
fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    remember_panics();
    let done = catch_unwind(AssertUnwindSafe(work));
    let told = FAILURE.with(|failure| failure.borrow_mut().take());
    done.map_err(|_| told.unwrap_or_else(|| "a panic without words".to_owned()))
}

/// Panics are told with the test's result, not between the lines of others.
fn remember_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|info| {
            let place = info.location().map(ToString::to_string).unwrap_or_default();
            let told = format!("{place}: {}", info.payload_as_str().unwrap_or("a panic without words"));
            FAILURE.with(|failure| failure.borrow_mut().replace(told));
        }));
    });
}
