use async_graphql::{Context, ID, Object, Result};

use super::limits;
use crate::booking::{Booking, BookingSearch};
use crate::booking_type::BookingType;
use crate::client::{Client, ClientSearch};
use crate::contact::Contact;
use crate::contact_types::{self, ContactType, Heading, HeadingKind};
use crate::free_times::{FreeTime, Wanted};
use crate::host::Host;
use crate::organization::{Organization, Place};
use crate::problem::Problem;
use crate::state::{App, Session};
use crate::time::DateTime;

pub struct Query;

#[Object]
impl Query {
    /// ASSUMED. The organisation whose sub-domain is called.
    async fn organization(&self, ctx: &Context<'_>) -> Result<Organization> {
        Ok(session(ctx)?.organization.clone())
    }

    /// ASSUMED. Its places, by name. An organisation need not have any.
    async fn places(&self, ctx: &Context<'_>) -> Result<Vec<Place>> {
        let mut places: Vec<_> = session(ctx)?.places.values().cloned().collect();
        places.sort_by_key(|place| place.name.to_lowercase());
        Ok(places)
    }

    /// ASSUMED. Its practitioners, by name; those of a place, if one is given. Inactive ones are left out.
    async fn hosts(&self, ctx: &Context<'_>, place_id: Option<ID>) -> Result<Vec<Host>> {
        Ok(session(ctx)?.hosts_at(place_id.as_ref()))
    }

    /// ASSUMED. Booking types that are not archived, by name; those that a host offers, if one is given.
    async fn booking_types(&self, ctx: &Context<'_>, host_id: Option<ID>) -> Result<Vec<BookingType>> {
        Ok(session(ctx)?.booking_types_of(host_id.as_ref()))
    }

    /// ASSUMED. Start times at which a booking type can be booked, from `from` on and before `to`, by start: inside working time, at the interval
    /// of the host, not taken, not reserved by somebody who is just booking, not sooner than the booking margin.
    #[graphql(complexity = "limits::CALENDAR + child_complexity")]
    async fn free_times(
        &self,
        ctx: &Context<'_>,
        from: DateTime,
        to: DateTime,
        place_id: Option<ID>,
        host_id: Option<ID>,
        booking_type_id: Option<ID>,
    ) -> Result<Vec<FreeTime>> {
        let session = session(ctx)?;
        let wanted = Wanted {
            place: place_id.as_ref(),
            host: host_id.as_ref(),
            booking_type: booking_type_id.as_ref(),
            ..Wanted::between(from.instant(), to.instant())
        };
        Ok(session.free_times(&wanted, session.now))
    }

    /// ASSUMED. One client, archived or not.
    async fn client(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Client>> {
        Ok(session(ctx)?.clients.get(&id).cloned())
    }

    /// ASSUMED. Clients for whom all given values hold (names in any case, whole), by last name; archived ones only if asked for. At most 200.
    #[expect(clippy::too_many_arguments, reason = "they are the field's")]
    async fn clients(
        &self,
        ctx: &Context<'_>,
        pnr: Option<String>,
        firstname: Option<String>,
        lastname: Option<String>,
        include_archived: Option<bool>,
        skip: Option<i32>,
        limit: Option<i32>,
    ) -> Result<Vec<Client>> {
        let page = Page::of(skip, limit)?;
        let include_archived = include_archived.unwrap_or_default();
        let search = ClientSearch { pnr, firstname, lastname, include_archived };
        Ok(page.cut(session(ctx)?.find_clients(&search)))
    }

    /// ASSUMED. Bookings that start from `from` on and before `to`, and for whom all given values hold, by start; also cancelled ones. At most 200.
    #[expect(clippy::too_many_arguments, reason = "they are the field's")]
    async fn bookings(
        &self,
        ctx: &Context<'_>,
        place_id: Option<ID>,
        client_id: Option<ID>,
        host_id: Option<ID>,
        booking_type_id: Option<ID>,
        from: Option<DateTime>,
        to: Option<DateTime>,
        skip: Option<i32>,
        limit: Option<i32>,
    ) -> Result<Vec<Booking>> {
        let page = Page::of(skip, limit)?;
        let search = BookingSearch {
            place: place_id,
            client: client_id,
            host: host_id,
            booking_type: booking_type_id,
            from,
            to,
        };
        Ok(page.cut(session(ctx)?.find_bookings(&search)))
    }

    /// ASSUMED.
    async fn booking(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Booking>> {
        Ok(session(ctx)?.bookings.get(&id).cloned())
    }

    /// ASSUMED. The journal entries (kontakter) of a client, newest first. At most 200.
    async fn contacts(
        &self,
        ctx: &Context<'_>,
        client_id: ID,
        skip: Option<i32>,
        limit: Option<i32>,
    ) -> Result<Vec<Contact>> {
        let page = Page::of(skip, limit)?;
        Ok(page.cut(session(ctx)?.contacts_of(&client_id)))
    }

    /// ASSUMED.
    async fn contact(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Contact>> {
        Ok(session(ctx)?.contacts.get(&id).cloned())
    }

    /// ASSUMED. Templates of journal entries (kontakttyper).
    async fn contact_types(&self) -> Vec<ContactType> {
        contact_types::ALL.to_vec()
    }
}

/// ASSUMED. A template of journal entries.
#[Object]
impl ContactType {
    async fn id(&self) -> ID {
        self.id.into()
    }

    async fn name(&self) -> &str {
        self.name
    }

    async fn headings(&self) -> &[Heading] {
        self.headings
    }
}

/// ASSUMED. A heading of a template.
#[Object]
impl Heading {
    async fn id(&self) -> ID {
        self.id.into()
    }

    async fn name(&self) -> &str {
        self.name
    }

    async fn kind(&self) -> HeadingKind {
        self.kind
    }
}

pub fn session<'c>(ctx: &Context<'c>) -> Result<Session<'c>> {
    Ok(ctx.data::<App>()?.session())
}

const LONGEST_PAGE: usize = 200;

struct Page {
    skip: usize,
    limit: usize,
}

impl Page {
    fn of(skip: Option<i32>, limit: Option<i32>) -> Result<Self, Problem> {
        let size = |given: Option<i32>, default| match given {
            Some(given) => usize::try_from(given).map_err(|_| Problem::NegativePaging),
            None => Ok(default),
        };
        Ok(Self { skip: size(skip, 0)?, limit: size(limit, LONGEST_PAGE)?.min(LONGEST_PAGE) })
    }

    fn cut<T: Clone>(&self, rows: Vec<&T>) -> Vec<T> {
        rows.into_iter().skip(self.skip).take(self.limit).cloned().collect()
    }
}
