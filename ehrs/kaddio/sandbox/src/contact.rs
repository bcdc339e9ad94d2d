//! Journal entries (kontakter): written unsigned, signed, then only corrected.

use async_graphql::{ID, InputObject, SimpleObject};

use crate::contact_types::{self, ContactType, HeadingKind};
use crate::problem::Problem;
use crate::state::{Session, World};
use crate::time::DateTime;

/// ASSUMED. A journal entry.
#[derive(Clone, SimpleObject)]
pub struct Contact {
    pub id: ID,
    pub client_id: ID,
    pub host_id: ID,
    pub host_name: String,
    pub booking_id: Option<ID>,
    pub contact_type_id: ID,
    pub contact_type_name: String,
    pub headings: Vec<HeadingValue>,
    pub signed: bool,
    pub created_at: DateTime,
    pub updated_at: DateTime,
}

/// ASSUMED. What was written under a heading.
#[derive(Clone, SimpleObject)]
pub struct HeadingValue {
    pub heading_id: ID,
    pub name: String,
    pub text: Option<String>,
}

/// ASSUMED. What shall stand under a heading.
#[derive(InputObject)]
pub struct HeadingValueInput {
    pub heading_id: ID,
    pub text: Option<String>,
}

pub struct NewContact {
    pub client: ID,
    pub contact_type: ID,
    pub booking: Option<ID>,
    pub headings: Vec<HeadingValueInput>,
}

impl Session<'_> {
    /// An unsigned entry in the name of the host who calls. It has all headings of its type, in their order.
    pub fn create_contact(&mut self, caller: &ID, new: NewContact) -> Result<Contact, Problem> {
        self.live_client(&new.client)?;
        let host_name = self.active_host(caller).ok_or(Problem::NoSuchHost)?.name();
        let template = template(&new.contact_type).ok_or(Problem::NoSuchContactType)?;
        if let Some(booking) = &new.booking {
            let booking = self.bookings.get(booking).ok_or(Problem::NoSuchBooking)?;
            if booking.client_id != new.client {
                return Err(Problem::NotThatClientsBooking);
            }
        }
        check(&template, &new.headings)?;
        let mut headings = empty(&template);
        for (heading, text) in matched(&mut headings, new.headings) {
            heading.text = text;
        }
        let now = DateTime::of(self.now);
        let contact = Contact {
            id: self.new_id(),
            client_id: new.client,
            host_id: caller.clone(),
            host_name,
            booking_id: new.booking,
            contact_type_id: new.contact_type,
            contact_type_name: template.name.to_owned(),
            headings,
            signed: false,
            created_at: now,
            updated_at: now,
        };
        self.contacts.insert(contact.id.clone(), contact.clone());
        Ok(contact)
    }

    /// Headings that are not given stay as they are.
    pub fn update_contact(
        &mut self,
        caller: &ID,
        id: &ID,
        headings: Vec<HeadingValueInput>,
    ) -> Result<Contact, Problem> {
        self.change_contact(caller, id, |contact| {
            if contact.signed {
                return Err(Problem::ContactSigned);
            }
            rewrite(contact, headings, |_, new| new)
        })
    }

    pub fn sign_contact(&mut self, caller: &ID, id: &ID) -> Result<Contact, Problem> {
        self.change_contact(caller, id, |contact| {
            if contact.signed {
                return Err(Problem::ContactSigned);
            }
            contact.signed = true;
            Ok(())
        })
    }

    pub fn correct_contact(
        &mut self,
        caller: &ID,
        id: &ID,
        headings: Vec<HeadingValueInput>,
    ) -> Result<Contact, Problem> {
        self.change_contact(caller, id, |contact| {
            if !contact.signed {
                return Err(Problem::ContactNotSigned);
            }
            rewrite(contact, headings, corrected)
        })
    }

    /// A change is made whole or not at all, by the host whose entry it is.
    fn change_contact(
        &mut self,
        caller: &ID,
        id: &ID,
        change: impl FnOnce(&mut Contact) -> Result<(), Problem>,
    ) -> Result<Contact, Problem> {
        let mut changed = self.contacts.get(id).cloned().ok_or(Problem::NoSuchContact)?;
        if changed.host_id != *caller {
            return Err(Problem::SomebodyElsesContact);
        }
        change(&mut changed)?;
        changed.updated_at = DateTime::of(self.now);
        self.contacts.insert(changed.id.clone(), changed.clone());
        Ok(changed)
    }
}

fn template(id: &ID) -> Option<ContactType> {
    contact_types::ALL.into_iter().find(|template| template.id == id.as_str())
}

pub fn empty(template: &ContactType) -> Vec<HeadingValue> {
    let headings = template.headings.iter();
    headings
        .map(|heading| HeadingValue {
            heading_id: heading.id.into(),
            name: heading.name.to_owned(),
            text: None,
        })
        .collect()
}

fn check(template: &ContactType, values: &[HeadingValueInput]) -> Result<(), Problem> {
    for (n, value) in values.iter().enumerate() {
        let heading = template.headings.iter().find(|heading| heading.id == value.heading_id.as_str());
        match heading {
            None => return Err(Problem::NoSuchHeading),
            Some(heading) if heading.kind == HeadingKind::Picture => return Err(Problem::PictureHeading),
            Some(_) if values.iter().take(n).any(|other| other.heading_id == value.heading_id) => {
                return Err(Problem::HeadingTwice);
            }
            Some(_) => {}
        }
    }
    Ok(())
}

fn rewrite(
    contact: &mut Contact,
    values: Vec<HeadingValueInput>,
    text: fn(Option<String>, Option<String>) -> Option<String>,
) -> Result<(), Problem> {
    let template = template(&contact.contact_type_id).ok_or(Problem::NoSuchContactType)?;
    check(&template, &values)?;
    for (heading, new) in matched(&mut contact.headings, values) {
        heading.text = text(heading.text.take(), new);
    }
    Ok(())
}

/// Each heading that is given, with its text.
fn matched(
    headings: &mut [HeadingValue],
    mut values: Vec<HeadingValueInput>,
) -> impl Iterator<Item = (&mut HeadingValue, Option<String>)> {
    headings.iter_mut().filter_map(move |heading| {
        let given = values.iter().position(|value| value.heading_id == heading.heading_id)?;
        Some((heading, values.swap_remove(given).text))
    })
}

/// The old text stays, struck through, before the new one.
fn corrected(old: Option<String>, new: Option<String>) -> Option<String> {
    match (old, new) {
        (Some(old), Some(new)) if old == new => Some(old),
        (Some(old), new) => Some(format!("<s>{old}</s>\n{}", new.unwrap_or_default()).trim_end().to_owned()),
        (None, new) => new,
    }
}

impl World {
    /// Newest first.
    pub fn contacts_of(&self, client: &ID) -> Vec<&Contact> {
        let mut contacts: Vec<_> =
            self.contacts.values().filter(|contact| contact.client_id == *client).collect();
        contacts.sort_by(|a, b| (b.created_at, &b.id).cmp(&(a.created_at, &a.id)));
        contacts
    }
}
