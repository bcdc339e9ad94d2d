//! The store over a real file.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod applications;
mod connections;
mod file;

use std::collections::BTreeMap;
use std::path::Path;

use uuid::Uuid;
use vardbro_ehr::connection::{MappedField, MappedTemplate, NoteMapping};
use vardbro_model::ehr::Mode;
use vardbro_model::medical_note::TemplateId;
use vardbro_store::{ApplicationId, ClientId, ClientSecret, NewApplication, Store, StoredConnection};

async fn open(directory: &Path) -> Store {
    Store::open(&directory.join("vardbro.sqlite")).await.unwrap()
}

fn secret(byte: u8) -> ClientSecret {
    ClientSecret::from_random([byte; 32])
}

fn application(client_id: &str, secret: ClientSecret) -> NewApplication {
    NewApplication {
        id: ApplicationId(Uuid::new_v4()),
        client_id: ClientId::parse(client_id).unwrap(),
        secret,
        name: format!("{client_id}, Inc."),
    }
}

fn connection(ehr: &str, tag: Option<&str>) -> StoredConnection {
    let field = MappedField { emr_id: "q1".to_owned(), max_length: Some(500) };
    let template = MappedTemplate {
        emr_id: "77".to_owned(),
        fields: BTreeMap::from([("unstructured".to_owned(), field)]),
    };
    StoredConnection {
        id: Uuid::new_v4(),
        ehr: ehr.to_owned(),
        name: "Harbour clinic".to_owned(),
        tag: tag.map(str::to_owned),
        mode: Mode::Sandbox,
        enabled: true,
        settings: BTreeMap::from([("base_url".to_owned(), "http://127.0.0.1:4000/v1".to_owned())]),
        note_mapping: NoteMapping(BTreeMap::from([(TemplateId::LeyrUnstructured, template)])),
    }
}
