use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use vardbro_vault::{ClientSecret, SecretHash};

use crate::application::{Application, ApplicationId, Authenticated, ClientId, SecretRecord};
use crate::backend::Contents;
use crate::connection::StoredConnection;

/// Everything about applications and connections, as of one moment: there are few, and every request asks for one.
pub(crate) struct Snapshot {
    pub(crate) revision: i64,
    applications: HashMap<ClientId, Entry>,
}

struct Entry {
    application: Application,
    enabled: bool,
    secrets: Vec<SecretRecord>,
    connections: Arc<[StoredConnection]>,
}

impl Snapshot {
    pub(crate) fn of(contents: Contents) -> Self {
        let Contents { revision, applications, secrets, connections, unreadable: _ } = contents;
        let mut secrets_of = HashMap::<ApplicationId, Vec<SecretRecord>>::new();
        for secret in secrets {
            secrets_of.entry(secret.application).or_default().push(secret);
        }
        let mut connections_of = HashMap::<ApplicationId, Vec<StoredConnection>>::new();
        for (application, connection) in connections {
            connections_of.entry(application).or_default().push(connection);
        }
        let applications = applications.into_iter().map(|record| {
            let application =
                Application { id: record.id, client_id: record.client_id.clone(), name: record.name.into() };
            let entry = Entry {
                application,
                enabled: record.enabled,
                secrets: secrets_of.remove(&record.id).unwrap_or_default(),
                connections: connections_of.remove(&record.id).unwrap_or_default().into(),
            };
            (record.client_id, entry)
        });
        Self { revision, applications: applications.collect() }
    }

    /// Does the same work whether the client id is unknown or the secret is wrong.
    pub(crate) fn authenticate(
        &self,
        client_id: &str,
        secret: &str,
        now: Timestamp,
    ) -> Option<Authenticated> {
        let presented = SecretHash::of(secret);
        let Some(entry) = self.applications.get(client_id) else {
            presented.matches(&SecretHash::OF_NOBODY);
            return None;
        };
        let matching = entry.secrets.iter().rfind(|kept| presented.matches(&kept.hash))?;
        if !entry.enabled || !matching.is_good(now) {
            return None;
        }
        Some(Authenticated {
            application: entry.application.clone(),
            secret: ClientSecret::parse(secret)?,
            wrapped_key: matching.wrapped_key.clone(),
            connections: entry.connections.clone(),
        })
    }
}
