//! The free times that clients are offered on the web.

use std::collections::BTreeSet;

use async_graphql::ID;
use jiff::Timestamp;

use crate::booking_type::BookingType;
use crate::free_times::{FreeTime, Wanted};
use crate::host::Host;
use crate::id;
use crate::state::{Session, World};

/// For whom and what the web asks; none is anybody and anything.
#[derive(Default)]
pub struct WebQuery {
    host: Option<ID>,
    booking_type: Option<ID>,
}

impl WebQuery {
    /// `bookingtype-slug` or `host_name`.
    pub fn one(world: &World, query: &str) -> Option<Self> {
        if let Some(kind) = kind(world, query) {
            return Some(Self { booking_type: Some(kind.id.clone()), host: None });
        }
        let host = host(world, query)?;
        Some(Self { host: Some(host.id.clone()), booking_type: None })
    }

    /// `host_name/bookingtype`.
    pub fn both(world: &World, host_slug: &str, kind_slug: &str) -> Option<Self> {
        let (host, kind) = (host(world, host_slug)?, kind(world, kind_slug)?);
        Some(Self { host: Some(host.id.clone()), booking_type: Some(kind.id.clone()) })
    }
}

fn kind<'w>(world: &'w World, slug: &str) -> Option<&'w BookingType> {
    let mut kinds = world.booking_types.values();
    kinds.find(|kind| kind.slug == slug && !kind.archived && kind.bookable_by_clients)
}

fn host<'w>(world: &'w World, slug: &str) -> Option<&'w Host> {
    world.hosts.values().find(|host| host.slug == slug && host.active)
}

/// A start of one booking type, with whichever host.
pub struct WebTime {
    pub free: FreeTime,
    pub slug: String,
}

impl WebTime {
    pub fn id(&self) -> ID {
        bookable_time_id(&self.free)
    }

    /// Opening it reserves the time.
    pub fn reserve_link(&self, origin: &str) -> String {
        format!("{origin}/booking/{}/{}", self.free.booking_type_id.as_str(), self.id().as_str())
    }
}

fn bookable_time_id(free: &FreeTime) -> ID {
    id::derived(&format!("{} {}", free.host_id.as_str(), free.start))
}

impl Session<'_> {
    /// By start; a start that several hosts have is offered once for each booking type.
    pub fn web_times(&self, query: &WebQuery) -> Vec<WebTime> {
        let wanted = Wanted {
            host: query.host.as_ref(),
            booking_type: query.booking_type.as_ref(),
            ..Wanted::between(self.now, Timestamp::MAX)
        };
        let mut offered = BTreeSet::new();
        let free = self.free_times(&wanted, self.now).into_iter();
        free.filter(|free| offered.insert((free.start, free.booking_type_id.clone())))
            .filter_map(|free| {
                Some(WebTime { slug: self.web_kind(&free.booking_type_id)?.slug.clone(), free })
            })
            .collect()
    }

    /// The free time of this id, if clients may book it; one's own reservation does not stand in the way.
    pub fn web_time(&self, booking_type: &ID, id: &ID, reservation: Option<&ID>) -> Option<FreeTime> {
        self.web_kind(booking_type)?;
        let wanted = Wanted {
            booking_type: Some(booking_type),
            reservation,
            ..Wanted::between(self.now, Timestamp::MAX)
        };
        self.free_times(&wanted, self.now).into_iter().find(|free| bookable_time_id(free) == *id)
    }

    fn web_kind(&self, id: &ID) -> Option<&BookingType> {
        self.live_booking_type(id).filter(|kind| kind.bookable_by_clients)
    }
}
