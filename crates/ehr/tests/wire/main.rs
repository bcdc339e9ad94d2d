//! The wire stack: each layer over a scripted EHR in paused time, the transport over real sockets.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that panics fails"
)]

mod attempt;
mod breaker;
mod concurrency;
mod deadline;
mod egress;
mod observe;
mod quota;
mod resolve;
mod retry;
mod stack;
mod support;
mod tls;
mod transport;
