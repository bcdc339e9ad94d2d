//! The store over both databases: every test of the suite runs on SQLite, and on PostgreSQL where its programs are.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod access_log;
mod applications;
mod connections;
mod databases;
mod file;
mod freshness;
mod migrations;
mod newer;
mod upkeep;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use uuid::Uuid;
use vardbro_ehr::connection::{MappedField, MappedTemplate, NoteMapping};
use vardbro_model::capabilities::Operation;
use vardbro_model::ehr::Mode;
use vardbro_model::medical_note::TemplateId;
use vardbro_store::{ApplicationId, ClientId, Store, StoredConnection};
use vardbro_vault::{ClientSecret, DataKey, MasterKey};

fn secret(byte: u8) -> ClientSecret {
    ClientSecret::from_random([byte; 32])
}

fn client_id(text: &str) -> ClientId {
    ClientId::parse(text).unwrap()
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
}

fn master() -> MasterKey {
    MasterKey::random(at(0))
}

/// Enrols an application of that client id, whose secret is made of the byte.
async fn enrol(store: &Store, id: &str, byte: u8) -> (ApplicationId, DataKey) {
    let operator = store.operator();
    let name = format!("{id}, Inc.");
    let enrolled = operator.enrol(client_id(id), &name, &secret(byte), &master(), at(0)).await;
    let (record, key) = enrolled.unwrap();
    (record.id, key)
}

/// What the application of that client id sees of its connections.
async fn seen(store: &Store, id: &str, byte: u8) -> Vec<StoredConnection> {
    let who = store.authenticate(id, secret(byte).expose(), at(1)).await.unwrap().unwrap();
    who.connections.to_vec()
}

fn connection(ehr: &str, tag: Option<&str>) -> StoredConnection {
    let field = MappedField { emr_id: "q1".to_owned(), max_length: Some(500) };
    let template = MappedTemplate {
        emr_id: "77".to_owned(),
        fields: BTreeMap::from([("unstructured".to_owned(), field)]),
    };
    StoredConnection {
        id: Uuid::new_v4(),
        version: 1,
        ehr: ehr.to_owned(),
        name: format!("Harbour clinic {}", tag.unwrap_or("one")),
        tag: tag.map(str::to_owned),
        mode: Mode::Sandbox,
        enabled: true,
        settings: BTreeMap::from([("base_url".to_owned(), "http://127.0.0.1:4000/v1".to_owned())]),
        sealed: BTreeMap::new(),
        note_mapping: NoteMapping(BTreeMap::from([(TemplateId::LeyrUnstructured, template)])),
        unavailable: BTreeMap::from([(Operation::CreateNote, "The scope is missing.".to_owned())]),
    }
}

fn password() -> SecretString {
    SecretString::from("Swordfish-1")
}

/// Closes the connection with its own settings, and the password under these names.
fn close(connection: &mut StoredConnection, application: ApplicationId, key: &DataKey, names: &[&str]) {
    let secrets = names.iter().map(|name| ((*name).to_owned(), password())).collect();
    connection.close(application, key, connection.settings.clone(), &secrets);
}
