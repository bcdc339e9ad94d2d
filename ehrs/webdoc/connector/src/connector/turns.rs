//! Who wants to write to the same thing takes turns, within this process.

/// What one writer at a time may touch. Whoever holds several takes them in this order.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Turn {
    /// A booking, by its native id.
    Booking(String),
    /// A caregiver's calendar.
    Caregiver(String),
    /// A patient, by the number that they are to have.
    Person(String),
}

pub(super) type Turns = vardbro_ehr::turns::Turns<Turn>;
