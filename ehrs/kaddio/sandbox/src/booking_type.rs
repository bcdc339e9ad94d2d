use async_graphql::{ID, SimpleObject};

use crate::state::World;

/// ASSUMED. What can be booked (behandlingsform).
#[derive(Clone, SimpleObject)]
pub struct BookingType {
    pub id: ID,
    pub name: String,
    pub slug: String,
    pub description: Option<String>,
    pub category_name: Option<String>,
    /// Minutes that a booking takes in the calendar.
    pub length: i32,
    /// Minutes that the client is told.
    pub client_visible_length: i32,
    pub bookable_by_clients: bool,
    /// Hours before the start within which nobody can book any more.
    pub booking_margin_hours: i32,
    /// Participants of a group session; null: it is for one client.
    pub group_cap: Option<i32>,
    #[graphql(skip)]
    pub archived: bool,
}

impl World {
    pub fn live_booking_type(&self, id: &ID) -> Option<&BookingType> {
        self.booking_types.get(id).filter(|kind| !kind.archived)
    }

    /// Those that are not archived, and that a host offers if one is given, by name.
    pub fn booking_types_of(&self, host: Option<&ID>) -> Vec<BookingType> {
        let offers = |kind: &&BookingType| {
            host.is_none_or(|host| {
                self.active_host(host).is_some_and(|host| host.booking_type_ids.contains(&kind.id))
            })
        };
        let live = self.booking_types.values().filter(|kind| !kind.archived);
        let mut kinds: Vec<_> = live.filter(offers).cloned().collect();
        kinds.sort_by_key(|kind| kind.name.to_lowercase());
        kinds
    }
}
