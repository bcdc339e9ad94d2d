//! Everything the clinics' Webdoc holds, and how a call gets at it.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::ToSpan;
use jiff::civil::DateTime;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use vardbro_sandbox_kit::{AppointmentState, AuditState, Auditable};

use crate::access::Tokens;
use crate::diary::{Booking, Diary};
use crate::id::Id;
use crate::local;
use crate::options::Options;
use crate::resources::invoice::Invoice;
use crate::resources::note::Note;
use crate::resources::organization::Organization;
use crate::resources::patient::Patient;
use crate::resources::visit::Visit;
use crate::seed;

#[derive(Default)]
pub struct World {
    pub patients: BTreeMap<Id, Patient>,
    pub diary: Diary,
    pub visits: BTreeMap<Id, Visit>,
    pub notes: BTreeMap<Id, Note>,
    /// How many results of forms came in; nothing reads them back.
    pub external_records: usize,
    /// How many were uploaded; nothing reads them back.
    pub documents: usize,
    pub organizations: Vec<Organization>,
    pub invoices: Vec<Invoice>,
}

pub type App = Arc<Sandbox>;

pub struct Sandbox {
    pub options: Options,
    pub tokens: Tokens,
    world: Mutex<World>,
    /// Not thrown anew by a reset: no id comes twice.
    dice: Mutex<StdRng>,
}

impl Sandbox {
    pub fn new(options: Options) -> Self {
        let now = options.clock.now();
        let started = u64::try_from(now.as_microsecond()).unwrap_or_default();
        let seed = options.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ started;
        let world = Mutex::new(seed::world(options.seed, local::now(now)));
        let dice = Mutex::new(StdRng::seed_from_u64(seed));
        Self { options, tokens: Tokens::new(!seed), world, dice }
    }

    /// The clinics for the length of one call, with free rows as far ahead as there should be.
    pub fn session(&self) -> Session<'_> {
        let now = local::now(self.options.clock.now());
        let mut world = self.lock();
        let horizon = now.date().saturating_add(seed::DAYS_AHEAD.days());
        seed::plan(&mut world.diary, self.options.seed, horizon);
        Session { world, now, sandbox: self }
    }

    /// A handler that panicked has written nothing: records are put in place whole.
    fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub struct Session<'s> {
    world: MutexGuard<'s, World>,
    /// What the clinics' clocks show.
    pub now: DateTime,
    sandbox: &'s Sandbox,
}

impl Session<'_> {
    pub fn new_id(&self) -> Id {
        Id::random(self.sandbox.dice.lock().unwrap_or_else(PoisonError::into_inner).random())
    }
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
        let shown = |live: bool| {
            let world = &world;
            move |booking: &Booking| AppointmentState {
                id: booking.id.to_string(),
                care_unit_id: booking.clinic.to_string(),
                resource_id: booking.period.user.to_string(),
                service_id: booking.booking_type.to_string(),
                patient_id: world
                    .patients
                    .get(&booking.patient)
                    .map(|patient| patient.number.clone())
                    .unwrap_or_default(),
                start: local::instant(booking.period.date.to_datetime(booking.period.start)),
                end: local::instant(booking.period.date.to_datetime(booking.period.end)),
                live,
            }
        };
        let live = world.diary.bookings().map(shown(true));
        let removed = world.diary.removed().map(shown(false));
        let written = world.visits.values().filter(|visit| !visit.record.is_empty()).count();
        AuditState {
            appointments: live.chain(removed).collect(),
            patients: world.patients.len(),
            notes: world.notes.len().saturating_add(written).saturating_add(world.external_records),
            documents: world.documents,
        }
    }

    fn reset(&self) {
        *self.lock() = seed::world(self.options.seed, local::now(self.options.clock.now()));
    }
}
