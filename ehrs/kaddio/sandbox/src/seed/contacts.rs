use async_graphql::ID;

use super::{founded, ids, some};
use crate::contact::{Contact, HeadingValue, empty};
use crate::contact_types::{ACUTE_VISIT, CARE_STATUS, ContactType, UNSTRUCTURED};
use crate::state::World;
use crate::time::{DateTime, after};

/// Two entries of Tolvan's, the older one signed, and one of another client's.
pub fn add(world: &mut World) {
    let signed = Contact { signed: true, ..contact(world, 1, ids::SIGNED_CONTACT, &ACUTE_VISIT) };
    let unsigned = contact(world, 2, ids::UNSIGNED_CONTACT, &UNSTRUCTURED);
    let other = Contact {
        client_id: ids::CLIENTS.first().unwrap_or(&ids::TOLVAN).into(),
        ..contact(world, 3, ids::OTHER_CONTACT, &CARE_STATUS)
    };
    world.contacts.extend([signed, unsigned, other].map(|contact| (contact.id.clone(), contact)));
}

/// The n-th day's entry of Anna's.
fn contact(world: &World, n: i32, id: &str, template: &ContactType) -> Contact {
    let host = ID::from(ids::ANNA);
    let written = DateTime::of(after(founded().instant(), n * 24 * 60));
    let headings = empty(template).into_iter();
    Contact {
        id: id.into(),
        client_id: ids::TOLVAN.into(),
        host_name: world.hosts.get(&host).map(|host| host.name()).unwrap_or_default(),
        host_id: host,
        booking_id: None,
        contact_type_id: template.id.into(),
        contact_type_name: template.name.to_owned(),
        headings: headings
            .map(|heading| HeadingValue { text: some("Utan anmärkning."), ..heading })
            .collect(),
        signed: false,
        created_at: written,
        updated_at: written,
    }
}
