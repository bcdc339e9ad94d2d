use async_graphql::{Enum, ID, SimpleObject};
use jiff::Timestamp;

use crate::free_times::Wanted;
use crate::problem::Problem;
use crate::state::{Session, World};
use crate::time::{DateTime, Span};

/// ASSUMED. A client's time with a host.
#[derive(Clone, SimpleObject)]
pub struct Booking {
    pub id: ID,
    pub place_id: ID,
    pub host_id: ID,
    pub client_id: ID,
    pub booking_type_id: ID,
    pub start: DateTime,
    /// The start and the calendar length.
    pub end: DateTime,
    pub comment: Option<String>,
    pub status: BookingStatus,
    pub created_at: DateTime,
    pub updated_at: DateTime,
}

/// ASSUMED. What became of a booking: cancelled is återbud, no-show uteblivet.
#[derive(Clone, Copy, Debug, Enum, Eq, PartialEq)]
pub enum BookingStatus {
    Booked,
    Arrived,
    Cancelled,
    NoShow,
}

impl Booking {
    /// A cancelled booking takes nobody's time.
    pub fn live(&self) -> bool {
        self.status != BookingStatus::Cancelled
    }

    pub fn span(&self) -> Span {
        Span { start: self.start.instant(), end: self.end.instant() }
    }
}

pub struct NewBooking<'a> {
    pub client: &'a ID,
    pub host: &'a ID,
    pub booking_type: &'a ID,
    pub start: Timestamp,
    pub comment: Option<String>,
    /// The reservation under which the client books, if there is one.
    pub reservation: Option<&'a ID>,
}

impl Session<'_> {
    /// Books what is offered and nothing else. The session is nobody else's, so two never get one time.
    pub fn create_booking(&mut self, new: NewBooking<'_>) -> Result<Booking, Problem> {
        self.live_client(new.client)?;
        self.active_host(new.host).ok_or(Problem::NoSuchHost)?;
        self.live_booking_type(new.booking_type).ok_or(Problem::NoSuchBookingType)?;
        let wanted =
            Wanted { reservation: new.reservation, ..Wanted::at(new.start, new.host, new.booking_type) };
        let [free] = self.free_times(&wanted, self.now).try_into().map_err(|_| Problem::TimeNotFree)?;

        let now = DateTime::of(self.now);
        let booking = Booking {
            id: self.new_id(),
            place_id: free.place_id,
            host_id: free.host_id,
            client_id: new.client.clone(),
            booking_type_id: free.booking_type_id,
            start: free.start,
            end: free.end,
            comment: new.comment,
            status: BookingStatus::Booked,
            created_at: now,
            updated_at: now,
        };
        self.bookings.insert(booking.id.clone(), booking.clone());
        Ok(booking)
    }
}

/// By what bookings are looked for; all that is given must hold.
pub struct BookingSearch {
    pub place: Option<ID>,
    pub client: Option<ID>,
    pub host: Option<ID>,
    pub booking_type: Option<ID>,
    pub from: Option<DateTime>,
    pub to: Option<DateTime>,
}

impl World {
    /// By start; also those that are cancelled.
    pub fn find_bookings(&self, search: &BookingSearch) -> Vec<&Booking> {
        let is = |wanted: &Option<ID>, id: &ID| wanted.as_ref().is_none_or(|wanted| wanted == id);
        let found = |booking: &&Booking| {
            is(&search.place, &booking.place_id)
                && is(&search.client, &booking.client_id)
                && is(&search.host, &booking.host_id)
                && is(&search.booking_type, &booking.booking_type_id)
                && search.from.is_none_or(|from| from <= booking.start)
                && search.to.is_none_or(|to| booking.start < to)
        };
        let mut bookings: Vec<_> = self.bookings.values().filter(found).collect();
        bookings.sort_by_key(|booking| (booking.start, &booking.id));
        bookings
    }
}
