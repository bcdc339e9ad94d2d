use async_graphql::{ID, SimpleObject};

use crate::custom_property::CustomFieldValue;
use crate::state::World;

/// ASSUMED. A practitioner.
#[derive(Clone, SimpleObject)]
pub struct Host {
    pub id: ID,
    pub firstname: String,
    pub lastname: String,
    pub title: Option<String>,
    pub slug: String,
    pub place_ids: Vec<ID>,
    pub booking_type_ids: Vec<ID>,
    pub cancellation_margin_hours: Option<i32>,
    #[graphql(skip)]
    pub active: bool,
    /// Minutes between two start times; none: the shortest length that clients can book.
    #[graphql(skip)]
    pub interval: Option<i32>,
    /// Hosts are users as well.
    #[graphql(skip)]
    pub custom_properties: Vec<CustomFieldValue>,
}

impl Host {
    pub fn name(&self) -> String {
        format!("{} {}", self.firstname, self.lastname)
    }
}

impl World {
    pub fn active_host(&self, id: &ID) -> Option<&Host> {
        self.hosts.get(id).filter(|host| host.active)
    }

    /// The active hosts, those of a place if one is given, by name.
    pub fn hosts_at(&self, place: Option<&ID>) -> Vec<Host> {
        let at_place = |host: &&Host| place.is_none_or(|place| host.place_ids.contains(place));
        let mut hosts: Vec<_> =
            self.hosts.values().filter(|host| host.active).filter(at_place).cloned().collect();
        hosts.sort_by_key(|host| (host.lastname.to_lowercase(), host.firstname.to_lowercase()));
        hosts
    }
}
