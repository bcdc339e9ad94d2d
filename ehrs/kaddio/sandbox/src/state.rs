//! Everything the organisation holds, and how a call gets at it.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_graphql::ID;
use jiff::Timestamp;
use rand::rngs::StdRng;
use vardbro_sandbox_kit::{AppointmentState, AuditState, Auditable};

use crate::booking::Booking;
use crate::booking_type::BookingType;
use crate::client::Client;
use crate::contact::Contact;
use crate::host::Host;
use crate::id;
use crate::options::Options;
use crate::organization::{Organization, Place};
use crate::reservation::Reservation;
use crate::seed;
use crate::working_time::WorkingTime;

pub type Table<T> = BTreeMap<ID, T>;

pub struct World {
    pub organization: Organization,
    pub places: Table<Place>,
    pub hosts: Table<Host>,
    pub booking_types: Table<BookingType>,
    pub working_times: Vec<WorkingTime>,
    pub clients: Table<Client>,
    pub bookings: Table<Booking>,
    pub reservations: Vec<Reservation>,
    pub contacts: Table<Contact>,
    /// The host behind the token.
    pub token_owner: ID,
    pub dice: StdRng,
}

impl World {
    pub fn new_id(&mut self) -> ID {
        id::random(&mut self.dice)
    }
}

pub type App = Arc<Sandbox>;

pub struct Sandbox {
    pub options: Options,
    pub origin: String,
    world: Mutex<World>,
}

impl Sandbox {
    pub fn new(options: Options, origin: &str) -> Self {
        let world = Mutex::new(seed::world(&options, origin));
        Self { options, origin: origin.to_owned(), world }
    }

    /// The organisation for the length of one question or change, without what has run out by now.
    pub fn session(&self) -> Session<'_> {
        let now = self.options.clock.now();
        let mut world = self.lock();
        world.reservations.retain(|reservation| now < reservation.until);
        Session { world, now }
    }

    /// A handler that panicked has written nothing: records are put in place whole.
    fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub struct Session<'s> {
    world: MutexGuard<'s, World>,
    pub now: Timestamp,
}

impl Deref for Session<'_> {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl DerefMut for Session<'_> {
    fn deref_mut(&mut self) -> &mut World {
        &mut self.world
    }
}

impl Auditable for Sandbox {
    fn state(&self) -> AuditState {
        let world = self.session();
        let appointments = world.bookings.values().map(|booking| AppointmentState {
            id: booking.id.to_string(),
            care_unit_id: booking.place_id.to_string(),
            resource_id: booking.host_id.to_string(),
            service_id: booking.booking_type_id.to_string(),
            patient_id: booking.client_id.to_string(),
            start: booking.start.instant(),
            end: booking.end.instant(),
            live: booking.live(),
        });
        AuditState {
            appointments: appointments.collect(),
            patients: world.clients.values().filter(|client| !client.archived).count(),
            notes: world.contacts.len(),
            documents: 0,
        }
    }

    fn reset(&self) {
        let mut world = self.lock();
        *world = seed::world(&self.options, &self.origin);
    }
}
