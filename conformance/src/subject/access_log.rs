//! The access log, as an operator with the private audit key reads it, and what can befall it.

use std::time::Duration;

use http::Method;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Executor};
use vardbro_store::access_log::{ExportedEntry, Filter, NoPlace, Place};

use super::Subject;
use crate::client::{Answer, anonymous};

impl Subject {
    /// What stands in the access log of this request, opened with the operator's key. Entries of reads are written a moment later.
    pub async fn accesses(&self, request: &str) -> Vec<ExportedEntry> {
        for _ in 0..500 {
            let mut all = self.all_accesses().await;
            all.retain(|entry| entry.request == request);
            if !all.is_empty() {
                return all;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Vec::new()
    }

    /// What stands in the access log now.
    pub async fn all_accesses(&self) -> Vec<ExportedEntry> {
        let private = [self.audit_key.clone()];
        let mut export = self.store.access_records().export(&Filter::default(), &self.keys, &private);
        let mut entries = Vec::new();
        loop {
            let page = export.next().await.expect("the log can be read");
            if page.is_empty() {
                return entries;
            }
            entries.extend(page);
        }
    }

    /// The id of the connection through which the case's own application reaches the EHR.
    pub fn connection(&self) -> String {
        self.connection.to_string()
    }

    /// Takes every place in the access log's queue that is free.
    pub fn fill_access_log(&self) -> Vec<Place> {
        let mut places = Vec::new();
        loop {
            match self.access_log.reserve() {
                Ok(place) => places.push(place),
                Err(NoPlace::Full) => return places,
                Err(other) => panic!("the access log is open: {other}"),
            }
        }
    }

    /// Has the database refuse rows of the access log, as a full disk would, while it goes on reading.
    pub async fn break_access_log(&self) {
        let refuse =
            "CREATE TRIGGER refuse BEFORE INSERT ON access_log BEGIN SELECT RAISE(ABORT, 'full'); END";
        self.database().await.execute(refuse).await.expect("a trigger");
    }

    /// Has it take them again.
    pub async fn mend_access_log(&self) {
        self.database().await.execute("DROP TRIGGER refuse").await.expect("no trigger");
    }

    /// What `/readyz` says once it has this status.
    pub async fn readiness(&self, status: u16) -> Answer {
        for _ in 0..1000 {
            let answer = self.client.send(anonymous(Method::GET, "/readyz"), "").await;
            if answer.status == status {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("/readyz answers {status} within twenty seconds")
    }

    async fn database(&self) -> SqliteConnection {
        let file = self.directory.path().join(super::DATABASE);
        SqliteConnectOptions::new().filename(file).connect().await.expect("the database")
    }
}
