use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use uuid::Uuid;

use crate::application::{Application, ApplicationId, ClientId};
use crate::connection::StoredConnection;
use crate::error::StoreError;
use crate::secret::SecretHash;

/// Everything that the file holds, as of one moment: there are few applications, and every request asks for one.
pub(crate) struct Snapshot {
    applications: HashMap<ClientId, Entry>,
    connections: HashMap<ApplicationId, Arc<[StoredConnection]>>,
}

struct Entry {
    application: Application,
    secret: SecretHash,
}

impl Snapshot {
    /// Reads the file; in a transaction, the two queries see the same moment.
    pub(crate) async fn read(database: &mut SqliteConnection) -> Result<Self, StoreError> {
        let mut applications = HashMap::new();
        for row in sqlx::query("SELECT id, client_id, secret_hash, name FROM applications")
            .fetch_all(&mut *database)
            .await?
        {
            let entry = entry(&row)?;
            applications.insert(entry.application.client_id.clone(), entry);
        }

        let mut connections = HashMap::<ApplicationId, Vec<StoredConnection>>::new();
        for row in sqlx::query(
            "SELECT id, application_id, ehr, name, tag, mode, enabled, settings, note_mapping FROM connections \
             ORDER BY ehr, tag IS NOT NULL, tag",
        )
        .fetch_all(&mut *database)
        .await?
        {
            let (application, connection) = connection(&row)?;
            connections.entry(application).or_default().push(connection);
        }
        let connections = connections.into_iter().map(|(id, list)| (id, list.into())).collect();
        Ok(Self { applications, connections })
    }

    /// Does the same work whether the client id is unknown or the secret is wrong.
    pub(crate) fn authenticate(&self, client_id: &str, secret: &str) -> Option<Application> {
        let presented = SecretHash::of(secret);
        let entry = self.applications.get(client_id);
        let kept = entry.map_or(SecretHash::OF_NOBODY, |entry| entry.secret);
        if presented.matches(&kept) { entry.map(|entry| entry.application.clone()) } else { None }
    }

    pub(crate) fn connections(&self, application: &Application) -> Arc<[StoredConnection]> {
        self.connections.get(&application.id).cloned().unwrap_or_default()
    }
}

fn entry(row: &SqliteRow) -> Result<Entry, StoreError> {
    let id: String = row.try_get("id")?;
    let unreadable = |column| StoreError::Unreadable { table: "applications", id: id.clone(), column };
    let application = Application {
        id: ApplicationId(id.parse().map_err(|_| unreadable("id"))?),
        client_id: ClientId::parse(row.try_get("client_id")?).ok_or_else(|| unreadable("client_id"))?,
        name: row.try_get::<&str, _>("name")?.into(),
    };
    let secret: &[u8] = row.try_get("secret_hash")?;
    let secret = <[u8; 32]>::try_from(secret).map_err(|_| unreadable("secret_hash"))?.into();
    Ok(Entry { application, secret })
}

fn connection(row: &SqliteRow) -> Result<(ApplicationId, StoredConnection), StoreError> {
    let id: String = row.try_get("id")?;
    let unreadable = |column| StoreError::Unreadable { table: "connections", id: id.clone(), column };
    let application: Uuid =
        row.try_get::<&str, _>("application_id")?.parse().map_err(|_| unreadable("application_id"))?;
    let mode = Value::from(row.try_get::<&str, _>("mode")?);
    let connection = StoredConnection {
        id: id.parse().map_err(|_| unreadable("id"))?,
        ehr: row.try_get("ehr")?,
        name: row.try_get("name")?,
        tag: row.try_get("tag")?,
        mode: serde_json::from_value(mode).map_err(|_| unreadable("mode"))?,
        enabled: row.try_get("enabled")?,
        settings: serde_json::from_str(row.try_get("settings")?).map_err(|_| unreadable("settings"))?,
        note_mapping: serde_json::from_str(row.try_get("note_mapping")?)
            .map_err(|_| unreadable("note_mapping"))?,
    };
    Ok((ApplicationId(application), connection))
}
