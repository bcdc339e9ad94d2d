use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;
use vardbro_model::capabilities::Operation;
use vardbro_model::ehr::Mode;
use vardbro_vault::{ClientSecret, DataKey, MasterKey, WrappedKey};

use crate::application::{ApplicationId, ApplicationRecord, ClientId, SecretRecord};
use crate::backend::{Backend, Result};
use crate::connection::StoredConnection;
use crate::error::StoreError;

/// What an operator may do: everything, to every application. No request gets one.
pub struct Operator<'s> {
    pub(crate) backend: &'s dyn Backend,
}

impl Operator<'_> {
    /// All applications, by name.
    pub async fn applications(&self) -> Result<Vec<ApplicationRecord>> {
        Ok(self.backend.contents().await?.applications)
    }

    /// The application that has this client id.
    pub async fn application(&self, client_id: &str) -> Result<Option<ApplicationRecord>> {
        Ok(self.applications().await?.into_iter().find(|record| record.client_id.as_str() == client_id))
    }

    /// All client secrets, expired ones included, the oldest first.
    pub async fn secrets(&self) -> Result<Vec<SecretRecord>> {
        Ok(self.backend.contents().await?.secrets)
    }

    /// Rows that this version cannot read. A connection among them is there, off; anything else is in no list.
    pub async fn unreadable(&self) -> Result<Vec<StoreError>> {
        Ok(self.backend.contents().await?.unreadable)
    }

    /// Makes an application with a data key of its own, wrapped for its first secret. `Refused` when its client id is taken.
    pub async fn enrol(
        &self,
        client_id: ClientId,
        name: &str,
        secret: &ClientSecret,
        master: &MasterKey,
        now: Timestamp,
    ) -> Result<(ApplicationRecord, DataKey)> {
        let id = ApplicationId(Uuid::new_v4());
        let key = DataKey::random();
        let application =
            ApplicationRecord { id, client_id, name: name.to_owned(), enabled: true, created_at: now };
        let secret = SecretRecord::new(id, secret, master.wrap(id.0, secret, &key), now);
        self.backend.insert_application(&application, &secret).await?;
        Ok((application, key))
    }

    /// Turns an application on or off. `false`: there is none.
    pub async fn set_application_enabled(&self, id: ApplicationId, enabled: bool) -> Result<bool> {
        self.backend.set_application_enabled(id, enabled).await
    }

    /// Deletes an application with its secrets and connections. `false`: there is none.
    pub async fn delete_application(&self, id: ApplicationId) -> Result<bool> {
        self.backend.delete_application(id).await
    }

    /// Takes a new secret into use. Those before run out at `others_end`, unless they did earlier.
    pub async fn rotate_secret(
        &self,
        new: &SecretRecord,
        now: Timestamp,
        others_end: Timestamp,
    ) -> Result<()> {
        self.backend.rotate_secret(new, now, others_end).await
    }

    /// Replaces the wrapping of a secret's data key. `false`: it is not `from` any more.
    pub async fn replace_wrapping(&self, secret: Uuid, from: &WrappedKey, to: &WrappedKey) -> Result<bool> {
        self.backend.replace_wrapping(secret, from, to).await
    }

    /// An application's connections, by EHR, the one without a tag first.
    pub async fn connections(&self, application: ApplicationId) -> Result<Vec<StoredConnection>> {
        let all = self.backend.contents().await?.connections;
        Ok(all.into_iter().filter(|(owner, _)| *owner == application).map(|(_, one)| one).collect())
    }

    /// Keeps a new connection. `Refused` when its name or its tag is taken.
    pub async fn add_connection(
        &self,
        application: ApplicationId,
        connection: &StoredConnection,
    ) -> Result<()> {
        self.backend.insert_connection(application, connection).await
    }

    /// Replaces a connection (but for its EHR and its tag, which never change) and counts its version up. `false`: its version is not the
    /// given one any more, or it is gone. `Unchangeable` when this version could not read it.
    pub async fn update_connection(
        &self,
        application: ApplicationId,
        connection: &StoredConnection,
    ) -> Result<bool> {
        if connection.mode == Mode::Off {
            return Err(StoreError::Unchangeable(connection.id));
        }
        self.backend.update_connection(application, connection).await
    }

    /// Keeps what a check found that a connection cannot do. `false`: there is no such connection.
    pub async fn set_unavailable(
        &self,
        application: ApplicationId,
        id: Uuid,
        unavailable: &BTreeMap<Operation, String>,
    ) -> Result<bool> {
        loop {
            let connections = self.connections(application).await?;
            let Some(kept) = connections.into_iter().find(|kept| kept.id == id) else { return Ok(false) };
            let changed = StoredConnection { unavailable: unavailable.clone(), ..kept.clone() };
            if changed == kept || self.update_connection(application, &changed).await? {
                return Ok(true);
            }
        }
    }

    /// Deletes a connection, but not what its care-unit ids began with. `false`: there is none.
    pub async fn remove_connection(&self, application: ApplicationId, id: Uuid) -> Result<bool> {
        self.backend.delete_connection(application, id).await
    }

    /// The tags of an application's removed connections to an EHR, `None` for one that had none: clients may remember ids that begin so.
    pub async fn used_tags(&self, application: ApplicationId, ehr: &str) -> Result<Vec<Option<String>>> {
        self.backend.used_tags(application, ehr).await
    }
}
