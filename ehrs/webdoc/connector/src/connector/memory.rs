//! What is kept of a connection for a moment, because it changes rarely and the next call needs it again.

use vardbro_ehr::memory::Memo;

use crate::config::Key;
use crate::wire::Code;
use crate::wire::clinics::Clinic;
use crate::wire::types::{BookingType, DocumentType, PatientType, RecordTemplate};
use crate::wire::users::User;

/// Nothing of a patient is in here, and no free time.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) clinics: Memo<Key, Vec<Clinic>>,
    pub(super) users: Memo<Key, Vec<User>>,
    pub(super) caregivers: Memo<(Key, String), Vec<User>>,
    pub(super) booking_types: Memo<Key, Vec<BookingType>>,
    pub(super) patient_types: Memo<Key, Vec<PatientType>>,
    pub(super) document_types: Memo<Key, Vec<DocumentType>>,
    pub(super) record_templates: Memo<(Key, Code), Option<RecordTemplate>>,
}
