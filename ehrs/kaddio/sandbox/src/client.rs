use async_graphql::{ID, SimpleObject};

use crate::custom_property::CustomFieldValue;
use crate::pnr;
use crate::problem::Problem;
use crate::state::{Session, World};
use crate::time::DateTime;

/// ASSUMED. A patient (klient).
#[derive(Clone, SimpleObject)]
pub struct Client {
    pub id: ID,
    pub firstname: Option<String>,
    pub lastname: Option<String>,
    /// Twelve digits.
    pub pnr: Option<String>,
    pub email: Option<String>,
    pub cellphone: Option<String>,
    pub street_adress: Option<String>,
    pub zip: Option<String>,
    pub city: Option<String>,
    pub archived: bool,
    pub custom_properties: Vec<CustomFieldValue>,
    pub created_at: DateTime,
}

/// What a new client is made of; any part may be missing.
#[derive(Default)]
pub struct NewClient {
    pub firstname: Option<String>,
    pub lastname: Option<String>,
    pub pnr: Option<String>,
    pub email: Option<String>,
    pub cellphone: Option<String>,
    pub street_adress: Option<String>,
    pub zip: Option<String>,
    pub city: Option<String>,
}

impl Session<'_> {
    /// No two clients of the organisation have one number, archived or not.
    pub fn create_client(&mut self, new: NewClient) -> Result<ID, Problem> {
        let pnr = filled(new.pnr);
        if let Some(pnr) = &pnr {
            if !pnr::is_valid(pnr) {
                return Err(Problem::WrongPnr);
            }
            if self.client_numbered(pnr).is_some() {
                return Err(Problem::PnrTaken);
            }
        }
        let client = Client {
            id: self.new_id(),
            firstname: filled(new.firstname),
            lastname: filled(new.lastname),
            pnr,
            email: filled(new.email),
            cellphone: filled(new.cellphone),
            street_adress: filled(new.street_adress),
            zip: filled(new.zip),
            city: filled(new.city),
            archived: false,
            custom_properties: Vec::new(),
            created_at: DateTime::of(self.now),
        };
        let id = client.id.clone();
        self.clients.insert(id.clone(), client);
        Ok(id)
    }
}

fn filled(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// By what clients are looked for; all that is given must hold.
pub struct ClientSearch {
    pub pnr: Option<String>,
    pub firstname: Option<String>,
    pub lastname: Option<String>,
    pub include_archived: bool,
}

impl World {
    pub fn client_numbered(&self, pnr: &str) -> Option<&Client> {
        self.clients.values().find(|client| client.pnr.as_deref() == Some(pnr))
    }

    /// Somebody for whom something new can be written.
    pub fn live_client(&self, id: &ID) -> Result<&Client, Problem> {
        let client = self.clients.get(id).ok_or(Problem::NoSuchClient)?;
        if client.archived { Err(Problem::ClientArchived) } else { Ok(client) }
    }

    /// By last name, then first name.
    pub fn find_clients(&self, search: &ClientSearch) -> Vec<&Client> {
        let found = |client: &&Client| {
            (search.include_archived || !client.archived)
                && search.pnr.as_ref().is_none_or(|pnr| client.pnr.as_ref() == Some(pnr))
                && named(search.firstname.as_deref(), client.firstname.as_deref())
                && named(search.lastname.as_deref(), client.lastname.as_deref())
        };
        let folded = |name: &Option<String>| name.as_deref().unwrap_or_default().to_lowercase();
        let mut clients: Vec<_> = self.clients.values().filter(found).collect();
        clients.sort_by_cached_key(|client| (folded(&client.lastname), folded(&client.firstname)));
        clients
    }
}

/// The whole name, in any case.
fn named(wanted: Option<&str>, name: Option<&str>) -> bool {
    wanted.is_none_or(|wanted| name.is_some_and(|name| name.to_lowercase() == wanted.to_lowercase()))
}
