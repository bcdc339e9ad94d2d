//! Who wants to write to the same thing takes turns, within this process.

use crate::wire::Id;

/// What one writer at a time may touch. Whoever holds several takes them in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Turn {
    Appointment(Id),
    Practitioner(Id),
    /// The hash of what an upsert goes by.
    Person(u64),
}

pub(super) type Turns = vardbro_ehr::turns::Turns<Turn>;
