//! What is kept of a connection for a moment, because it changes rarely and the next call needs it again.

use vardbro_ehr::memory::Memo;

use crate::wire::Id;
use crate::wire::offer::{AppointmentType, Business, Practitioner, Service};
use crate::wire::people::PublicSettings;

/// Nothing of a patient is in here.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) businesses: Memo<(), Vec<Business>>,
    pub(super) types: Memo<(), Vec<AppointmentType>>,
    pub(super) settings: Memo<(), Option<PublicSettings>>,
    pub(super) author: Memo<(), Author>,
    pub(super) services: Memo<Id, Vec<Service>>,
    pub(super) practitioners: Memo<Id, Vec<Practitioner>>,
}

/// The user whose key the connection has.
#[derive(Debug)]
pub(super) struct Author {
    pub(super) user: Id,
    pub(super) role: Option<String>,
    /// The active practitioner that the user is, if any.
    pub(super) practitioner: Option<Id>,
}
