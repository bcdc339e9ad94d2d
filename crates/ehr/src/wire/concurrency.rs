//! Calls under way at once.

use tower::limit::GlobalConcurrencyLimitLayer;

/// Lets so many calls through at once, first come, first served.
pub fn concurrency(permits: usize) -> GlobalConcurrencyLimitLayer {
    // With none, every call would wait for ever.
    GlobalConcurrencyLimitLayer::new(permits.max(1))
}
