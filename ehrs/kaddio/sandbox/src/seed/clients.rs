use super::{founded, ids, some};
use crate::client::Client;
use crate::custom_fields;
use crate::custom_property::CustomFieldValue;
use crate::state::Table;

/// First name, last name, number, mobile. Nobody is real: the numbers are official test numbers, or from the range of
/// telephone numbers kept free for fiction.
const CLIENTS: [(&str, &str, Option<&str>, &str); 8] = [
    ("Agda", "Provström", Some("195003042222"), "070-174 06 05"),
    ("Bertil", "Testfors", Some("194010126672"), "070-174 06 06"),
    ("Cecilia", "Exempelgren", Some("194912062306"), "070-174 06 07"),
    ("David", "Ångström", None, "070-174 06 08"),
    ("Elin", "Ängsö", None, "070-174 06 09"),
    ("Filip", "Öman", None, "070-174 06 10"),
    ("Greta", "Sandlund", None, "070-174 06 11"),
    ("Hassan", "Amiri", None, "070-174 06 12"),
];

pub fn clients() -> Table<Client> {
    let further = ids::CLIENTS.into_iter().zip(CLIENTS);
    let mut clients: Table<_> = further
        .map(|(id, (firstname, lastname, pnr, mobile))| {
            (id.into(), client(id, firstname, lastname, pnr, mobile))
        })
        .collect();

    let tolvan = Client {
        street_adress: some("Tolvgatan 12"),
        zip: some("12121"),
        city: some("Johanneshov"),
        custom_properties: vec![CustomFieldValue {
            field: custom_fields::COUNTRY.id.into(),
            value_string: some("SE"),
        }],
        ..client(ids::TOLVAN, "Tolvan", "Tolvansson", Some("191212121212"), "070-174 06 13")
    };
    let archived = Client {
        archived: true,
        ..client(ids::ARCHIVED_CLIENT, "Ivar", "Arkivsson", Some("195008121856"), "070-174 06 14")
    };
    clients.extend([tolvan, archived].map(|client| (client.id.clone(), client)));
    clients
}

fn client(id: &str, firstname: &str, lastname: &str, pnr: Option<&str>, mobile: &str) -> Client {
    Client {
        id: id.into(),
        firstname: some(firstname),
        lastname: some(lastname),
        pnr: pnr.map(str::to_owned),
        email: Some(format!("{}@example.com", id.to_lowercase())),
        cellphone: some(mobile),
        street_adress: None,
        zip: None,
        city: None,
        archived: false,
        custom_properties: Vec::new(),
        created_at: founded(),
    }
}
