//! Everything the installation holds, and how a call gets at it.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::civil::DateTime;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use uuid::Builder;
use vardbro_sandbox_kit::{AppointmentState, AuditState, Auditable};

use crate::booking::Booking;
use crate::case_notes::CaseNote;
use crate::documents::Document;
use crate::options::Options;
use crate::patients::Patient;
use crate::seed;
use crate::time::{instant, local};

pub type App = Arc<Sandbox>;

/// What changes.
#[derive(Default)]
pub struct Records {
    /// By start, those no longer live among them.
    pub bookings: Vec<Booking>,
    /// By number.
    pub patients: BTreeMap<String, Patient>,
    pub case_notes: Vec<CaseNote>,
    pub documents: Vec<Document>,
}

pub struct Sandbox {
    pub options: Options,
    world: Mutex<World>,
}

struct World {
    records: Records,
    /// New ids come from here, and from the counter. A reset touches neither: no id is ever given twice.
    dice: StdRng,
    last_document_id: u64,
}

/// New case notes and documents are numbered upwards from here, above every seeded one.
const BEFORE_NEW_DOCUMENTS: u64 = 70_000;

impl Sandbox {
    pub fn new(options: Options) -> Self {
        let records = seed::records(options.seed, local(options.clock.now()));
        let dice = StdRng::seed_from_u64(options.seed.wrapping_add(1));
        let world = Mutex::new(World { records, dice, last_document_id: BEFORE_NEW_DOCUMENTS });
        Self { options, world }
    }

    /// The records for the length of one call: calls take turns.
    pub fn session(&self) -> Session<'_> {
        let now = local(self.options.clock.now());
        Session { world: self.lock(), now, options: &self.options }
    }

    /// A call that panicked has written nothing: records are put in place whole.
    fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub struct Session<'s> {
    world: MutexGuard<'s, World>,
    /// Swedish local time.
    pub now: DateTime,
    pub options: &'s Options,
}

impl Session<'_> {
    pub fn new_booking_id(&mut self) -> String {
        guid(&mut self.world.dice)
    }

    pub fn new_document_id(&mut self) -> u64 {
        self.world.last_document_id = self.world.last_document_id.saturating_add(1);
        self.world.last_document_id
    }
}

pub fn guid(dice: &mut StdRng) -> String {
    Builder::from_random_bytes(dice.random()).into_uuid().to_string()
}

impl Deref for Session<'_> {
    type Target = Records;

    fn deref(&self) -> &Records {
        &self.world.records
    }
}

impl DerefMut for Session<'_> {
    fn deref_mut(&mut self) -> &mut Records {
        &mut self.world.records
    }
}

impl Auditable for Sandbox {
    fn state(&self) -> AuditState {
        let world = self.session();
        let appointments = world.bookings.iter().map(|booking| AppointmentState {
            id: booking.id.clone(),
            care_unit_id: booking.unit.to_string(),
            resource_id: format!("{}-{}", booking.unit, booking.resource.id),
            service_id: booking.time_type.id.to_string(),
            patient_id: booking.patient.clone(),
            start: instant(booking.start),
            end: instant(booking.end),
            live: booking.live,
        });
        AuditState {
            appointments: appointments.collect(),
            patients: world.patients.len(),
            notes: world.case_notes.len(),
            documents: world.documents.len(),
        }
    }

    fn reset(&self) {
        let records = seed::records(self.options.seed, local(self.options.clock.now()));
        self.lock().records = records;
    }
}
