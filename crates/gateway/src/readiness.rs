//! Whether calls can be served, as a balancer asks: often, and without credentials.

use std::future::Future;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

/// How long an answer is good, so that nobody burdens the database by asking.
const TIME_TO_LIVE: Duration = Duration::from_secs(1);

/// What the database said last, and when. Whoever asks meanwhile waits for the same answer.
#[derive(Default)]
pub(crate) struct Readiness(Mutex<Option<(Instant, bool)>>);

impl Readiness {
    /// What `question` answers, or answered a moment ago.
    pub(crate) async fn ask(&self, question: impl Future<Output = bool>) -> bool {
        let mut known = self.0.lock().await;
        if let Some((_, ready)) = known.filter(|(at, _)| at.elapsed() < TIME_TO_LIVE) {
            return ready;
        }
        let ready = question.await;
        *known = Some((Instant::now(), ready));
        ready
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_database_is_asked_once_a_second_however_many_ask() {
        let (readiness, asked) = (Readiness::default(), &AtomicUsize::new(0));
        let ask = |ready| {
            readiness.ask(async move {
                asked.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
                ready
            })
        };

        assert_eq!(tokio::join!(ask(true), ask(false), ask(false)), (true, true, true));
        advance(Duration::from_millis(999)).await;
        assert!(ask(false).await);
        assert_eq!(asked.load(Ordering::Relaxed), 1);

        advance(Duration::from_millis(1)).await;
        assert!(!ask(false).await);
        assert!(!ask(true).await, "bad news are kept as long as good ones");
        assert_eq!(asked.load(Ordering::Relaxed), 2);
    }
}
