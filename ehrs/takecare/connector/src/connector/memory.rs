//! What is kept of a connection for a moment, because it changes rarely and the next call needs it again.

use vardbro_ehr::memory::Memo;

use super::units::Offered;
use crate::wire::UnitKey;
use crate::wire::care_units::CareUnit;
use crate::wire::time_types::TimeTypes;

/// Nothing of a patient is in here, and no free time.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) care_units: Memo<(), Vec<CareUnit>>,
    pub(super) time_types: Memo<UnitKey, TimeTypes>,
    pub(super) resources: Memo<UnitKey, Vec<Offered>>,
}
