use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError, oneshot, watch};
use tokio::task::JoinHandle;
use tracing::error;
use vardbro_ehr::environment::Clock;
use vardbro_vault::KeyRing;

use super::entry::Entry;
use super::error::{AccessLogError, NoPlace, Unwritten};
use super::head::NodeName;
use super::records::AccessRecords;
use super::scribe::Scribe;

/// Writes one node's chain of the access log, many entries at a time.
pub struct AccessLog {
    places: Arc<Semaphore>,
    sender: Mutex<Option<UnboundedSender<Filled>>>,
    failing: Arc<AtomicBool>,
    keys: watch::Sender<Arc<KeyRing>>,
    clock: Arc<dyn Clock>,
    task: Mutex<Option<JoinHandle<()>>>,
}

/// A place in the queue, taken before anything happens that will have to be logged. Dropped without an entry it is free again.
pub struct Place {
    sender: UnboundedSender<Filled>,
    permit: OwnedSemaphorePermit,
    clock: Arc<dyn Clock>,
}

/// What waits to be written. Its place is taken until it is.
pub(crate) struct Filled {
    pub(crate) entry: Entry,
    pub(crate) at: Timestamp,
    pub(crate) written: Option<oneshot::Sender<()>>,
    _permit: OwnedSemaphorePermit,
}

impl AccessLog {
    /// Goes on with the node's chain, or begins it, and writes until it is closed. `places`: how many entries may wait.
    pub async fn open(
        records: &AccessRecords,
        node: NodeName,
        keys: Arc<KeyRing>,
        clock: Arc<dyn Clock>,
        places: usize,
    ) -> Result<Self, AccessLogError> {
        let failing = Arc::new(AtomicBool::new(false));
        let (keys, in_use) = watch::channel(keys);
        let scribe = Scribe::begin(records.table.clone(), node, in_use, failing.clone()).await?;
        let (sender, queue) = mpsc::unbounded_channel();
        let task = tokio::spawn(scribe.write_all(queue));
        Ok(Self {
            places: Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS))),
            sender: Mutex::new(Some(sender)),
            failing,
            keys,
            clock,
            task: Mutex::new(Some(task)),
        })
    }

    /// A place for one entry. Without one nothing may happen.
    pub fn reserve(&self) -> Result<Place, NoPlace> {
        let sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let sender = sender.filter(|sender| !sender.is_closed()).ok_or(NoPlace::Closed)?;
        if self.failing.load(Ordering::Relaxed) {
            return Err(NoPlace::Failing);
        }
        let permit = self.places.clone().try_acquire_owned().map_err(|error| match error {
            TryAcquireError::Closed => NoPlace::Closed,
            TryAcquireError::NoPermits => NoPlace::Full,
        })?;
        Ok(Place { sender, permit, clock: self.clock.clone() })
    }

    /// Takes the newest audit key of this ring into use, from the next entries on. The ring must hold the older ones, too.
    pub fn replace_keys(&self, keys: Arc<KeyRing>) -> Result<(), AccessLogError> {
        keys.newest_audit().ok_or(AccessLogError::NoKey)?;
        self.keys.send_replace(keys);
        Ok(())
    }

    /// Gives no more places, waits for those that are taken, and writes what they were given. For as long as that takes.
    pub async fn close(&self) {
        self.places.close();
        self.sender.lock().unwrap_or_else(PoisonError::into_inner).take();
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task
            && task.await.is_err()
        {
            error!("the access log ended early");
        }
    }
}

impl Place {
    /// Queues the entry, whether or not the answer is awaited; the answer comes when the entry is durable.
    pub fn record(self, entry: Entry) -> impl Future<Output = Result<(), Unwritten>> + Send + use<> {
        let (written, durable) = oneshot::channel();
        self.fill(entry, Some(written));
        async { durable.await.map_err(|_| Unwritten) }
    }

    /// Queues the entry, to be written soon.
    pub fn record_later(self, entry: Entry) {
        self.fill(entry, None);
    }

    fn fill(self, entry: Entry, written: Option<oneshot::Sender<()>>) {
        let filled = Filled { entry, at: self.clock.now(), written, _permit: self.permit };
        if self.sender.send(filled).is_err() {
            error!("the access log ended early: an entry is lost");
        }
    }
}

impl fmt::Debug for AccessLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessLog").finish_non_exhaustive()
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Place")
    }
}
