//! What is asked of a database about applications and connections, in SQL that both understand.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sqlx::Row;
use uuid::Uuid;
use vardbro_ehr::connection::NoteMapping;
use vardbro_model::ehr::Mode;
use vardbro_vault::{SecretHash, WrappedKey};

use super::super::{Backend, Contents, Result};
use super::{BEGIN_READ, BEGIN_WRITE, Database};
use crate::application::{ApplicationId, ApplicationRecord, ClientId, SecretRecord};
use crate::connection::StoredConnection;
use crate::error::StoreError;

type Connection = <Database as sqlx::Database>::Connection;
type DatabaseRow = <Database as sqlx::Database>::Row;

#[async_trait]
impl Backend for super::This {
    async fn check_writable(&self) -> Result<()> {
        let mut transaction = self.pool.begin_with(BEGIN_WRITE).await?;
        changed(&mut transaction).await?;
        Ok(transaction.rollback().await?)
    }

    async fn clock(&self) -> Result<Option<Timestamp>> {
        super::clock(&self.pool).await
    }

    async fn undurable(&self) -> Result<Vec<String>> {
        super::undurable(&self.pool).await
    }

    async fn backup(&self, file: &Path) -> Result<()> {
        super::backup(&self.pool, file).await
    }

    async fn close(&self) {
        self.pool.close().await;
    }

    async fn revision(&self) -> Result<i64> {
        Ok(sqlx::query("SELECT number FROM revision").fetch_one(&self.pool).await?.try_get(0)?)
    }

    async fn contents(&self) -> Result<Contents> {
        let mut transaction = self.pool.begin_with(BEGIN_READ).await?;
        let revision = sqlx::query("SELECT number FROM revision").fetch_one(&mut *transaction).await?;
        let mut unreadable = Vec::new();
        let contents = Contents {
            revision: revision.try_get(0)?,
            applications: applications(&mut transaction, &mut unreadable).await?,
            secrets: secrets(&mut transaction, &mut unreadable).await?,
            connections: connections(&mut transaction, &mut unreadable).await?,
            unreadable,
        };
        transaction.rollback().await?;
        Ok(contents)
    }

    async fn insert_application(&self, application: &ApplicationRecord, secret: &SecretRecord) -> Result<()> {
        let ApplicationRecord { id, client_id, name, enabled, created_at } = application;
        let mut transaction = self.pool.begin_with(BEGIN_WRITE).await?;
        sqlx::query(
            "INSERT INTO applications (id, client_id, name, enabled, created_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(id.to_string())
        .bind(client_id.as_str())
        .bind(name)
        .bind(*enabled)
        .bind(created_at.as_millisecond())
        .execute(&mut *transaction)
        .await?;
        insert_secret(&mut transaction, secret).await?;
        changed(&mut transaction).await?;
        Ok(transaction.commit().await?)
    }

    async fn set_application_enabled(&self, id: ApplicationId, enabled: bool) -> Result<bool> {
        let mut transaction = self.pool.begin_with(BEGIN_WRITE).await?;
        let done = sqlx::query("UPDATE applications SET enabled = $2 WHERE id = $1")
            .bind(id.to_string())
            .bind(enabled)
            .execute(&mut *transaction)
            .await?;
        changed(&mut transaction).await?;
        transaction.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    async fn delete_application(&self, id: ApplicationId) -> Result<bool> {
        let mut transaction = self.pool.begin_with(BEGIN_WRITE).await?;
        let done = sqlx::query("DELETE FROM applications WHERE id = $1")
            .bind(id.to_string())
            .execute(&mut *transaction)
            .await?;
        changed(&mut transaction).await?;
        transaction.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    async fn rotate_secret(&self, new: &SecretRecord, now: Timestamp, others_end: Timestamp) -> Result<()> {
        let application = new.application.to_string();
        let mut transaction = self.pool.begin_with(BEGIN_WRITE).await?;
        sqlx::query("DELETE FROM client_secrets WHERE application_id = $1 AND expires_at <= $2")
            .bind(&application)
            .bind(now.as_millisecond())
            .execute(&mut *transaction)
            .await?;
        sqlx::query(
            "UPDATE client_secrets SET expires_at = $2 \
             WHERE application_id = $1 AND (expires_at IS NULL OR expires_at > $2)",
        )
        .bind(&application)
        .bind(others_end.as_millisecond())
        .execute(&mut *transaction)
        .await?;
        insert_secret(&mut transaction, new).await?;
        changed(&mut transaction).await?;
        Ok(transaction.commit().await?)
    }

    async fn replace_wrapping(&self, secret: Uuid, from: &WrappedKey, to: &WrappedKey) -> Result<bool> {
        let mut transaction = self.pool.begin_with(BEGIN_WRITE).await?;
        let done = sqlx::query(
            "UPDATE client_secrets SET master_key = $4, wrapped_key = $5 \
             WHERE id = $1 AND master_key = $2 AND wrapped_key = $3",
        )
        .bind(secret.to_string())
        .bind(&from.master_key)
        .bind(&from.bytes)
        .bind(&to.master_key)
        .bind(&to.bytes)
        .execute(&mut *transaction)
        .await?;
        changed(&mut transaction).await?;
        transaction.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    async fn insert_connection(
        &self,
        application: ApplicationId,
        connection: &StoredConnection,
    ) -> Result<()> {
        let StoredConnection {
            id,
            version,
            ehr,
            name,
            tag,
            mode,
            enabled,
            settings,
            sealed,
            note_mapping,
            unavailable,
        } = connection;
        let mut transaction = self.pool.begin_with(BEGIN_WRITE).await?;
        sqlx::query(
            "INSERT INTO connections \
             (id, application_id, version, ehr, name, tag, mode, enabled, settings, note_mapping, unavailable) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(id.to_string())
        .bind(application.to_string())
        .bind(version)
        .bind(ehr)
        .bind(name)
        .bind(tag)
        .bind(word(*mode))
        .bind(*enabled)
        .bind(json(settings)?)
        .bind(json(note_mapping)?)
        .bind(json(unavailable)?)
        .execute(&mut *transaction)
        .await?;
        insert_sealed(&mut transaction, *id, sealed).await?;
        changed(&mut transaction).await?;
        Ok(transaction.commit().await?)
    }

    async fn update_connection(
        &self,
        application: ApplicationId,
        connection: &StoredConnection,
    ) -> Result<bool> {
        let StoredConnection {
            id,
            version,
            ehr: _,
            name,
            tag: _,
            mode,
            enabled,
            settings,
            sealed,
            note_mapping,
            unavailable,
        } = connection;
        let mut transaction = self.pool.begin_with(BEGIN_WRITE).await?;
        let done = sqlx::query(
            "UPDATE connections SET version = version + 1, name = $4, mode = $5, enabled = $6, settings = $7, \
             note_mapping = $8, unavailable = $9 WHERE id = $1 AND application_id = $2 AND version = $3",
        )
        .bind(id.to_string())
        .bind(application.to_string())
        .bind(version)
        .bind(name)
        .bind(word(*mode))
        .bind(*enabled)
        .bind(json(settings)?)
        .bind(json(note_mapping)?)
        .bind(json(unavailable)?)
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query("DELETE FROM connection_secrets WHERE connection_id = $1")
            .bind(id.to_string())
            .execute(&mut *transaction)
            .await?;
        insert_sealed(&mut transaction, *id, sealed).await?;
        changed(&mut transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }

    async fn delete_connection(&self, application: ApplicationId, id: Uuid) -> Result<bool> {
        let mut transaction = self.pool.begin_with(BEGIN_WRITE).await?;
        sqlx::query(
            "INSERT INTO used_tags (application_id, ehr, tag) SELECT application_id, ehr, coalesce(tag, '') \
             FROM connections WHERE id = $1 AND application_id = $2 ON CONFLICT DO NOTHING",
        )
        .bind(id.to_string())
        .bind(application.to_string())
        .execute(&mut *transaction)
        .await?;
        let done = sqlx::query("DELETE FROM connections WHERE id = $1 AND application_id = $2")
            .bind(id.to_string())
            .bind(application.to_string())
            .execute(&mut *transaction)
            .await?;
        changed(&mut transaction).await?;
        transaction.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    async fn used_tags(&self, application: ApplicationId, ehr: &str) -> Result<Vec<Option<String>>> {
        let rows =
            sqlx::query("SELECT tag FROM used_tags WHERE application_id = $1 AND ehr = $2 ORDER BY tag")
                .bind(application.to_string())
                .bind(ehr)
                .fetch_all(&self.pool)
                .await?;
        let tag = |row: &DatabaseRow| {
            let tag: String = row.try_get("tag")?;
            Ok((!tag.is_empty()).then_some(tag))
        };
        rows.iter().map(tag).collect()
    }
}

async fn changed(database: &mut Connection) -> Result<()> {
    sqlx::query("UPDATE revision SET number = number + 1").execute(database).await?;
    Ok(())
}

async fn insert_secret(database: &mut Connection, secret: &SecretRecord) -> Result<()> {
    let SecretRecord { id, application, hash, wrapped_key, created_at, expires_at } = secret;
    sqlx::query(
        "INSERT INTO client_secrets (id, application_id, hash, master_key, wrapped_key, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(id.to_string())
    .bind(application.to_string())
    .bind(hash.as_bytes())
    .bind(&wrapped_key.master_key)
    .bind(&wrapped_key.bytes)
    .bind(created_at.as_millisecond())
    .bind(expires_at.map(Timestamp::as_millisecond))
    .execute(database)
    .await?;
    Ok(())
}

async fn insert_sealed(
    database: &mut Connection,
    connection: Uuid,
    sealed: &BTreeMap<String, Vec<u8>>,
) -> Result<()> {
    for (name, sealed) in sealed {
        sqlx::query("INSERT INTO connection_secrets (connection_id, name, sealed) VALUES ($1, $2, $3)")
            .bind(connection.to_string())
            .bind(name)
            .bind(sealed)
            .execute(&mut *database)
            .await?;
    }
    Ok(())
}

async fn applications(
    database: &mut Connection,
    unreadable: &mut Vec<StoreError>,
) -> Result<Vec<ApplicationRecord>> {
    let rows = sqlx::query(
        "SELECT id, client_id, name, enabled, created_at FROM applications ORDER BY name, client_id",
    )
    .fetch_all(database)
    .await?;
    let application = |row: &DatabaseRow| {
        let row = Stored::of("applications", row)?;
        Ok(ApplicationRecord {
            id: ApplicationId(row.parsed("id")?),
            client_id: row.read("client_id", |text: &str| ClientId::parse(text))?,
            name: row.get("name")?,
            enabled: row.get("enabled")?,
            created_at: row.moment("created_at")?,
        })
    };
    Ok(readable(rows.iter().map(application), unreadable))
}

async fn secrets(database: &mut Connection, unreadable: &mut Vec<StoreError>) -> Result<Vec<SecretRecord>> {
    let rows = sqlx::query(
        "SELECT id, application_id, hash, master_key, wrapped_key, created_at, expires_at FROM client_secrets \
         ORDER BY created_at",
    )
    .fetch_all(database)
    .await?;
    let secret = |row: &DatabaseRow| {
        let row = Stored::of("client_secrets", row)?;
        let ends: Option<i64> = row.get("expires_at")?;
        Ok(SecretRecord {
            id: row.parsed("id")?,
            application: ApplicationId(row.parsed("application_id")?),
            hash: row
                .read("hash", |bytes: &[u8]| Some(SecretHash::from(<[u8; 32]>::try_from(bytes).ok()?)))?,
            wrapped_key: WrappedKey { master_key: row.get("master_key")?, bytes: row.get("wrapped_key")? },
            created_at: row.moment("created_at")?,
            expires_at: ends.map(|_| row.moment("expires_at")).transpose()?,
        })
    };
    Ok(readable(rows.iter().map(secret), unreadable))
}

async fn connections(
    database: &mut Connection,
    unreadable: &mut Vec<StoreError>,
) -> Result<Vec<(ApplicationId, StoredConnection)>> {
    let mut sealed = HashMap::<String, BTreeMap<String, Vec<u8>>>::new();
    for row in sqlx::query("SELECT connection_id, name, sealed FROM connection_secrets")
        .fetch_all(&mut *database)
        .await?
    {
        let of_connection = sealed.entry(row.try_get("connection_id")?).or_default();
        of_connection.insert(row.try_get("name")?, row.try_get("sealed")?);
    }
    let rows = sqlx::query(
        "SELECT id, application_id, version, ehr, name, tag, mode, enabled, settings, note_mapping, unavailable \
         FROM connections ORDER BY ehr, coalesce(tag, '')",
    )
    .fetch_all(&mut *database)
    .await?;
    let mut in_part = Vec::new();
    let connection = |row: &DatabaseRow| {
        let row = Stored::of("connections", row)?;
        let mut connection = StoredConnection {
            id: row.parsed("id")?,
            version: row.get("version")?,
            ehr: row.get("ehr")?,
            name: row.get("name")?,
            tag: row.get("tag")?,
            mode: Mode::Off,
            enabled: row.get("enabled")?,
            settings: BTreeMap::new(),
            sealed: sealed.remove(&row.id).unwrap_or_default(),
            note_mapping: NoteMapping::default(),
            unavailable: BTreeMap::new(),
        };
        let application = ApplicationId(row.parsed("application_id")?);
        in_part.extend(row.complete(&mut connection).err());
        Ok((application, connection))
    };
    let connections = readable(rows.iter().map(connection), unreadable);
    unreadable.append(&mut in_part);
    Ok(connections)
}

/// Leaves out what this version cannot read, and tells it.
fn readable<T>(rows: impl Iterator<Item = Result<T>>, unreadable: &mut Vec<StoreError>) -> Vec<T> {
    rows.filter_map(|row| row.map_err(|error| unreadable.push(error)).ok()).collect()
}

/// A row that can say which one it is.
struct Stored<'r> {
    table: &'static str,
    id: String,
    row: &'r DatabaseRow,
}

impl<'r> Stored<'r> {
    fn of(table: &'static str, row: &'r DatabaseRow) -> Result<Self> {
        Ok(Self { table, id: row.try_get("id")?, row })
    }

    fn get<V>(&self, column: &'static str) -> Result<V>
    where
        V: sqlx::Decode<'r, Database> + sqlx::Type<Database>,
    {
        self.read(column, Some)
    }

    fn read<V, T>(&self, column: &'static str, read: impl FnOnce(V) -> Option<T>) -> Result<T>
    where
        V: sqlx::Decode<'r, Database> + sqlx::Type<Database>,
    {
        let value = self.row.try_get(column).ok().and_then(read);
        value.ok_or_else(|| StoreError::Unreadable { table: self.table, id: self.id.clone(), column })
    }

    fn parsed(&self, column: &'static str) -> Result<Uuid> {
        self.read(column, |text: &str| text.parse().ok())
    }

    fn moment(&self, column: &'static str) -> Result<Timestamp> {
        self.read(column, |at: i64| Timestamp::from_millisecond(at).ok())
    }

    /// What a newer version may write in another way. The mode comes last: until everything is read, it is off.
    fn complete(&self, connection: &mut StoredConnection) -> Result<()> {
        connection.settings = self.read("settings", |text: &str| serde_json::from_str(text).ok())?;
        connection.note_mapping = NoteMapping(self.read("note_mapping", known)?);
        connection.unavailable = self.read("unavailable", known)?;
        connection.mode = self.read("mode", |mode: &str| serde_json::from_value(Value::from(mode)).ok())?;
        Ok(())
    }
}

/// An object without the names that this version does not know.
fn known<K: DeserializeOwned + Ord, V: DeserializeOwned>(text: &str) -> Option<BTreeMap<K, V>> {
    let all: BTreeMap<String, Value> = serde_json::from_str(text).ok()?;
    let known = all.into_iter().filter_map(|(name, value)| {
        let name = serde_json::from_value(Value::from(name)).ok()?;
        Some(serde_json::from_value(value).map(|value| (name, value)))
    });
    known.collect::<serde_json::Result<_>>().ok()
}

fn word(mode: Mode) -> &'static str {
    match mode {
        Mode::Sandbox => "sandbox",
        Mode::Live => "live",
        // The table has no such mode and says so.
        Mode::Off => "off",
    }
}

fn json(value: &impl serde::Serialize) -> Result<String> {
    Ok(serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()))?)
}
