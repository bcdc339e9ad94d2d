//! Gives an EHR that is down time to recover, and its callers an answer at once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tower::ServiceExt;

use super::retry::is_outage;
use super::stack::{Answer, Concern, Next, Request};
use super::{WireError, WireErrorKind};

/// Failures in a row that open the circuit. So many that an EHR which fails at random, even every third call, does not: that is
/// what repeating is for.
const FAILURES_TO_OPEN: u32 = 20;

/// Then nothing is sent for this long, and one call alone after it.
const OPEN_FOR: Duration = Duration::from_secs(10);

/// What others are told while that one call is under way.
const WHILE_PROBING: Duration = Duration::from_secs(1);

/// Counts failures in a row, and suspends calls.
#[derive(Debug, Clone, Default)]
pub struct Breaker(Arc<Mutex<Circuit>>);

#[derive(Debug, Default)]
struct Circuit {
    failures: u32,
    open_until: Option<Instant>,
    probing: bool,
}

impl Breaker {
    fn circuit(&self) -> MutexGuard<'_, Circuit> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn admit(&self) -> Result<Pass<'_>, Duration> {
        let mut circuit = self.circuit();
        let Some(until) = circuit.open_until else {
            return Ok(Pass { breaker: self, probe: false });
        };
        let left = until.saturating_duration_since(Instant::now());
        if !left.is_zero() {
            return Err(left);
        }
        if circuit.probing {
            return Err(WHILE_PROBING);
        }
        circuit.probing = true;
        Ok(Pass { breaker: self, probe: true })
    }
}

impl Concern for Breaker {
    async fn carry(&self, request: Request, next: impl Next) -> Answer {
        let pass = self.admit().map_err(|left| WireError {
            retry_after: Some(left),
            ..WireError::not_sent(WireErrorKind::CircuitOpen)
        })?;
        let answer = next.oneshot(request).await;
        pass.note(health(&answer));
        answer
    }
}

/// What an outcome says of the EHR.
#[derive(PartialEq, Eq)]
enum Health {
    Up,
    Down,
    /// Nothing: it was not asked, or its answer could mean both.
    Unsaid,
}

fn health(answer: &Answer) -> Health {
    match answer {
        Ok(response) if is_outage(response.status()) => Health::Down,
        Ok(response) if response.status().is_server_error() => Health::Unsaid,
        Ok(_) => Health::Up,
        Err(error) => match error.kind {
            WireErrorKind::Name
            | WireErrorKind::Connect
            | WireErrorKind::NoTls
            | WireErrorKind::Timeout
            | WireErrorKind::Dropped => Health::Down,
            WireErrorKind::TooLarge => Health::Up,
            WireErrorKind::Deadline
            | WireErrorKind::CertificateMissing
            | WireErrorKind::CertificateRefused(_)
            | WireErrorKind::ServerCertificate(_)
            | WireErrorKind::Egress(_)
            | WireErrorKind::Quota
            | WireErrorKind::CircuitOpen
            | WireErrorKind::Malformed => Health::Unsaid,
        },
    }
}

/// Leave to make one call. A probe that is dropped lets another one through.
struct Pass<'a> {
    breaker: &'a Breaker,
    probe: bool,
}

impl Pass<'_> {
    fn note(&self, health: Health) {
        let mut circuit = self.breaker.circuit();
        match (health, circuit.open_until) {
            (Health::Up, _) => *circuit = Circuit::default(),
            (Health::Down, Some(_)) if self.probe => {
                circuit.open_until = Instant::now().checked_add(OPEN_FOR);
            }
            (Health::Down, None) => {
                circuit.failures = circuit.failures.saturating_add(1);
                if circuit.failures >= FAILURES_TO_OPEN {
                    circuit.open_until = Instant::now().checked_add(OPEN_FOR);
                }
            }
            // Sent before the circuit opened: says nothing new.
            (Health::Down, Some(_)) | (Health::Unsaid, _) => {}
        }
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if self.probe {
            self.breaker.circuit().probing = false;
        }
    }
}
