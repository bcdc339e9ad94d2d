//! Everything the account holds, and how a call gets at it.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use vardbro_sandbox_kit::{AppointmentState, AuditState, Auditable};

use crate::id::Id;
use crate::links::Links;
use crate::options::Options;
use crate::resources::appointment::Appointment;
use crate::resources::appointment_type::AppointmentType;
use crate::resources::attachment::{Attachment, process_due};
use crate::resources::attendee::Attendee;
use crate::resources::availability_block::AvailabilityBlock;
use crate::resources::business::Business;
use crate::resources::daily_availability::DailyAvailability;
use crate::resources::patient::Patient;
use crate::resources::practitioner::Practitioner;
use crate::resources::treatment_note::TreatmentNote;
use crate::resources::treatment_note_template::TreatmentNoteTemplate;
use crate::resources::unavailable_block::UnavailableBlock;
use crate::resources::unavailable_block_type::UnavailableBlockType;
use crate::resources::user::User;
use crate::seed;
use crate::storage::Storage;
use crate::time::whole_second;

pub type Table<T> = BTreeMap<Id, T>;

#[derive(Default)]
pub struct World {
    pub businesses: Table<Business>,
    pub practitioners: Table<Practitioner>,
    pub users: Table<User>,
    pub appointment_types: Table<AppointmentType>,
    pub daily_availabilities: Table<DailyAvailability>,
    pub availability_blocks: Table<AvailabilityBlock>,
    pub unavailable_blocks: Table<UnavailableBlock>,
    pub unavailable_block_types: Table<UnavailableBlockType>,
    pub appointments: Table<Appointment>,
    pub attendees: Table<Attendee>,
    pub patients: Table<Patient>,
    pub treatment_notes: Table<TreatmentNote>,
    pub treatment_note_templates: Table<TreatmentNoteTemplate>,
    pub attachments: Table<Attachment>,
    /// The user behind the API key.
    pub key_user: Option<Id>,
    last_id: i64,
}

/// New records are numbered upwards from here, above every seeded one.
const BEFORE_NEW_IDS: i64 = 1_500_000_000_000_000_007;

/// A multiple of the distance between doubles at this size: an id that went through one is not found.
const ID_STEP: i64 = 1_024;

impl World {
    /// Ids grow: of two records the later one has the higher id.
    pub fn new_id(&mut self) -> Id {
        self.last_id = self.last_id.max(BEFORE_NEW_IDS).saturating_add(ID_STEP);
        Id::new(self.last_id)
    }
}

pub type App = Arc<Sandbox>;

pub struct Sandbox {
    pub options: Options,
    pub links: Links,
    pub storage: Storage,
    world: Mutex<World>,
}

impl Sandbox {
    pub fn new(options: Options, origin: &str, storage: Storage) -> Self {
        let world = Mutex::new(seed::world(&options, &storage));
        Self { links: Links::on(origin), options, storage, world }
    }

    /// The account for the length of one call, with what was due by now already done.
    pub fn session(&self) -> Session<'_> {
        let now = self.options.clock.now();
        let mut world = self.lock();
        process_due(&mut world, &self.storage, now);
        Session { world, now: whole_second(now), sandbox: self }
    }

    /// A handler that panicked has written nothing: records are put in place whole.
    fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub struct Session<'s> {
    world: MutexGuard<'s, World>,
    pub now: Timestamp,
    pub sandbox: &'s Sandbox,
}

impl Session<'_> {
    pub fn view(&self) -> View<'_> {
        View { world: &self.world, links: &self.sandbox.links, options: &self.sandbox.options }
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

/// What a record needs to show itself.
#[derive(Clone, Copy)]
pub struct View<'v> {
    pub world: &'v World,
    pub links: &'v Links,
    pub options: &'v Options,
}

impl Auditable for Sandbox {
    fn state(&self) -> AuditState {
        let world = self.session();
        let appointments = world.appointments.values().map(|appointment| AppointmentState {
            id: appointment.stamps.id.to_string(),
            care_unit_id: appointment.business.to_string(),
            resource_id: appointment.practitioner.to_string(),
            service_id: appointment.appointment_type.to_string(),
            patient_id: appointment.patient.to_string(),
            start: appointment.starts_at,
            end: appointment.ends_at,
            live: appointment.live(),
        });
        AuditState {
            appointments: appointments.collect(),
            patients: world.patients.values().filter(|row| row.stamps.archived_at.is_none()).count(),
            notes: world.treatment_notes.values().filter(|row| row.stamps.archived_at.is_none()).count(),
            documents: world.attachments.values().filter(|row| row.stamps.archived_at.is_none()).count(),
        }
    }

    fn reset(&self) {
        let mut world = self.lock();
        self.storage.clear();
        *world = seed::world(&self.options, &self.storage);
    }
}
