//! Calls under way at once.

use tokio::sync::Semaphore;
use tower::limit::GlobalConcurrencyLimitLayer;

/// Lets so many calls through at once, first come, first served.
pub fn concurrency(permits: usize) -> GlobalConcurrencyLimitLayer {
    // With none, every call would wait for ever.
    GlobalConcurrencyLimitLayer::new(permits.clamp(1, Semaphore::MAX_PERMITS))
}
