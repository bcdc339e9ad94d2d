//! Applications, what they reach, and what an operator does to them.

use std::collections::BTreeMap;

use axum::Router;
use jiff::Timestamp;
use uuid::Uuid;
use vardbro_ehr::Ehr;
use vardbro_ehr::connection::{Connection, NoteMapping, Settings};
use vardbro_model::ehr::Mode;
use vardbro_sandbox_kit::Running;
use vardbro_store::{ApplicationRecord, ClientId, SecretRecord, Store, StoredConnection};
use vardbro_vault::{ClientSecret, DataKey, KeyRing};

use super::{Subject, WRONG_SECRET};
use crate::client::Client;
use crate::subjects::{Started, start};

/// A sealed setting that no connector knows.
const SPOILT: &str = "spoilt";

/// An application that has installations of the EHR for itself.
pub struct Tenant {
    /// How it calls.
    pub client: Client,
    /// Its installations, in the order of the tags that were asked for.
    pub sandboxes: Vec<Running>,
    application: Application,
}

impl Subject {
    /// Another application, with an installation of the EHR for each of the tags; `None` is the plain one.
    pub async fn with_installations(&self, id: &str, tags: &[Option<&str>]) -> Tenant {
        let (application, client) = self.application(id).await;
        let mut sandboxes = Vec::new();
        for tag in tags {
            let started = start(self.registered, self.clock).await;
            sandboxes.push(connect(&self.store, &application, started, *tag).await.0);
        }
        Tenant { client, sandboxes, application }
    }

    /// Another application, with two installations of the EHR: a plain one, and one whose tag is `north`.
    pub async fn with_two_connections(&self) -> (Client, Running, Running) {
        let Tenant { client, sandboxes, .. } = self.with_installations("two", &[None, Some("north")]).await;
        let [first, second] = <[Running; 2]>::try_from(sandboxes).unwrap_or_else(|_| panic!("two of them"));
        (client, first, second)
    }

    /// Another application that reaches this very sandbox, through a connection of its own.
    pub async fn with_another_door(&self) -> Client {
        let (application, client) = self.application("door").await;
        keep(&self.store, &application, &*self.ehr, "door", None, &self.settings, NoteMapping::default())
            .await;
        client
    }

    /// Another application, whose connection has credentials that the EHR does not know.
    pub async fn with_wrong_credentials(&self) -> (Client, Running) {
        let (application, client) = self.application("wrong").await;
        let started = start(self.registered, self.clock).await;
        // An address is no credential.
        let credentials = started.sandbox.credentials.iter().filter(|(_, value)| !value.contains("://"));
        let names: Vec<String> = credentials.map(|(name, _)| name.clone()).collect();
        let settings =
            names.iter().fold(started.settings, |settings, name| settings.with_secret(name, WRONG_SECRET));
        let (sandbox, _) = connect(&self.store, &application, Started { settings, ..started }, None).await;
        (client, sandbox)
    }

    /// Turns the application on or off.
    pub async fn turn(&self, tenant: &Tenant, enabled: bool) {
        let id = tenant.application.record.id;
        let turned = self.store.operator().set_application_enabled(id, enabled).await;
        assert!(turned.expect("the database answers"), "the application is there");
    }

    /// Gives the application a new secret and ends the one before at once.
    pub async fn rotate(&self, tenant: &Tenant) -> Client {
        let Application { record, key } = &tenant.application;
        let (secret, now) = (ClientSecret::random(), self.clock.now());
        let master = self.keys.newest_master().expect("a master key");
        let kept = SecretRecord::new(record.id, &secret, master.wrap(record.id.0, &secret, key), now);
        self.store.operator().rotate_secret(&kept, now, now).await.expect("the secret is kept");
        Client { secret: secret.expose().to_owned(), ..tenant.client.clone() }
    }

    /// Has the connection of that tag hold something that its application's key does not open.
    pub async fn spoil(&self, tenant: &Tenant, tag: Option<&str>) {
        self.change(tenant, tag, |kept| drop(kept.sealed.insert(SPOILT.to_owned(), vec![7; 64]))).await;
    }

    /// Takes that away again.
    pub async fn put_right(&self, tenant: &Tenant, tag: Option<&str>) {
        self.change(tenant, tag, |kept| drop(kept.sealed.remove(SPOILT))).await;
    }

    async fn change(&self, tenant: &Tenant, tag: Option<&str>, change: impl FnOnce(&mut StoredConnection)) {
        let (operator, id) = (self.store.operator(), tenant.application.record.id);
        let connections = operator.connections(id).await.expect("the database answers");
        let kept = connections.into_iter().find(|kept| kept.tag.as_deref() == tag);
        let mut kept = kept.expect("a connection of that tag");
        change(&mut kept);
        assert!(operator.update_connection(id, &kept).await.expect("the database answers"));
    }

    async fn application(&self, id: &str) -> (Application, Client) {
        application(&self.store, &self.keys, &self.client.router, id).await
    }
}

/// An application, and the key to what is kept for it.
pub(super) struct Application {
    record: ApplicationRecord,
    key: DataKey,
}

pub(super) async fn application(
    store: &Store,
    keys: &KeyRing,
    router: &Router,
    id: &str,
) -> (Application, Client) {
    let secret = ClientSecret::random();
    let client_id = ClientId::parse(id).expect("a client id");
    let master = keys.newest_master().expect("a master key");
    let enrolled = store.operator().enrol(client_id, id, &secret, master, Timestamp::UNIX_EPOCH).await;
    let (record, key) = enrolled.expect("the application is kept");
    let client = Client { router: router.clone(), id: id.to_owned(), secret: secret.expose().to_owned() };
    (Application { record, key }, client)
}

/// The same settings once more.
pub(super) fn copy(ehr: &dyn Ehr, settings: &Settings) -> Settings {
    ehr.settings().iter().fold(Settings::default(), |copy, setting| {
        match (settings.plain(setting.name), settings.secret(setting.name)) {
            (Some(value), _) => copy.with(setting.name, value),
            (None, Some(value)) => copy.with_secret(setting.name, value.clone()),
            (None, None) => copy,
        }
    })
}

/// A connection that was made.
pub(super) struct Connected {
    pub(super) id: Uuid,
    pub(super) knows_quota: bool,
}

pub(super) async fn connect(
    store: &Store,
    application: &Application,
    started: Started,
    tag: Option<&str>,
) -> (Running, Connected) {
    let Started { ehr, sandbox, settings, note_mapping } = started;
    let name = tag.unwrap_or("first");
    let connected = keep(store, application, &*ehr, name, tag, &settings, note_mapping).await;
    (sandbox, connected)
}

async fn keep(
    store: &Store,
    application: &Application,
    ehr: &dyn Ehr,
    name: &str,
    tag: Option<&str>,
    settings: &Settings,
    note_mapping: NoteMapping,
) -> Connected {
    let mut connection = StoredConnection {
        id: Uuid::new_v4(),
        version: 1,
        ehr: ehr.about().code.to_string(),
        name: name.to_owned(),
        tag: tag.map(str::to_owned),
        mode: Mode::Sandbox,
        enabled: true,
        settings: BTreeMap::new(),
        sealed: BTreeMap::new(),
        note_mapping: note_mapping.clone(),
        unavailable: BTreeMap::new(),
    };
    let Application { record, key } = application;
    let (mut plain, mut secret) = (BTreeMap::new(), BTreeMap::new());
    for setting in ehr.settings() {
        let name = setting.name.to_owned();
        if let Some(value) = settings.plain(setting.name) {
            plain.insert(name.clone(), value.to_owned());
        }
        if let Some(value) = settings.secret(setting.name) {
            secret.insert(name, value.clone());
        }
    }
    connection.close(record.id, key, plain, &secret);
    store.operator().add_connection(record.id, &connection).await.expect("the connection is kept");
    let ready = Connection {
        id: connection.id,
        ehr: ehr.about().code,
        name: name.to_owned(),
        tag: tag.map(str::to_owned),
        mode: Mode::Sandbox,
        settings: copy(ehr, settings),
        note_mapping,
    };
    let knows_quota = ehr.wire_profile(&ready).expect("the settings work").calls_per_minute.is_some();
    Connected { id: connection.id, knows_quota }
}
