//! A snapshot that is never older than the question.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tracing::error;

use crate::backend::{Backend, Result};
use crate::error::StoreError;
use crate::snapshot::Snapshot;

/// How long the database may take to tell whether anything changed.
const PATIENCE: Duration = Duration::from_secs(3);

/// How many may wait for the same answer.
const MOST_WAITING: usize = 4096;

type Waiting = oneshot::Sender<std::result::Result<Arc<Snapshot>, Arc<StoreError>>>;

/// Asks the database whether anything changed, once for all who wait. An answer counts for those only who came before its question,
/// so what an operator did on one node holds on every node for whatever begins afterwards.
pub(crate) struct Fresh {
    questions: mpsc::Sender<Waiting>,
}

impl Fresh {
    pub(crate) async fn start(backend: Arc<dyn Backend>) -> Result<Self> {
        let mut known = read(&*backend).await?;
        let (questions, mut asked) = mpsc::channel::<Waiting>(MOST_WAITING);
        tokio::spawn(async move {
            let mut waiting = Vec::new();
            while asked.recv_many(&mut waiting, MOST_WAITING).await > 0 {
                let answer = timeout(PATIENCE, current(&*backend, &known)).await;
                let answer = answer.unwrap_or(Err(StoreError::Slow)).map_err(Arc::new);
                if let Ok(current) = &answer {
                    known = current.clone();
                }
                for one in waiting.drain(..) {
                    // Whoever went away does not need it.
                    let _ = one.send(answer.clone());
                }
            }
        });
        Ok(Self { questions })
    }

    pub(crate) async fn snapshot(&self) -> Result<Arc<Snapshot>> {
        let (ask, answer) = oneshot::channel();
        self.questions.try_send(ask).map_err(|_| StoreError::Slow)?;
        Ok(answer.await.map_err(|_| StoreError::Slow)??)
    }
}

async fn current(backend: &dyn Backend, known: &Arc<Snapshot>) -> Result<Arc<Snapshot>> {
    if backend.revision().await? == known.revision {
        return Ok(known.clone());
    }
    read(backend).await
}

/// One row that cannot be read stops nobody else.
async fn read(backend: &dyn Backend) -> Result<Arc<Snapshot>> {
    let contents = backend.contents().await?;
    contents.unreadable.iter().for_each(|row| error!("{row}"));
    Ok(Arc::new(Snapshot::of(contents)))
}
