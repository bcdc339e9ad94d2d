//! Times that somebody is just booking on the web: nobody else can take them for some minutes.

use async_graphql::ID;
use jiff::{SignedDuration, Timestamp};

use crate::free_times::FreeTime;
use crate::state::Session;
use crate::time::Span;

const LASTS: SignedDuration = SignedDuration::from_mins(5);

pub struct Reservation {
    pub id: ID,
    pub host: ID,
    pub booking_type: ID,
    pub span: Span,
    pub until: Timestamp,
}

impl Session<'_> {
    /// Keeps a free time for who presents the reservation's id.
    pub fn reserve(&mut self, free: &FreeTime) -> ID {
        let reservation = Reservation {
            id: self.new_id(),
            host: free.host_id.clone(),
            booking_type: free.booking_type_id.clone(),
            span: Span { start: free.start.instant(), end: free.end.instant() },
            until: self.now.checked_add(LASTS).unwrap_or(Timestamp::MAX),
        };
        let id = reservation.id.clone();
        self.reservations.push(reservation);
        id
    }

    pub fn release(&mut self, reservation: &ID) {
        self.reservations.retain(|row| row.id != *reservation);
    }
}
