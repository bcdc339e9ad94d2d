use std::fmt;

/// Why the organisation's rules refuse what was asked. The texts are invented and name nobody.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Problem {
    WrongPnr,
    PnrTaken,
    NoSuchUser,
    NoSuchClient,
    ClientArchived,
    NoSuchHost,
    NoSuchBookingType,
    NoSuchBooking,
    NotThatClientsBooking,
    TimeNotFree,
    NoSuchCustomField,
    NoSuchContact,
    NoSuchContactType,
    NoSuchHeading,
    HeadingTwice,
    PictureHeading,
    SomebodyElsesContact,
    ContactSigned,
    ContactNotSigned,
    NegativePaging,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WrongPnr => "The personal identity number is not valid: twelve digits are needed",
            Self::PnrTaken => "There is already a client with this personal identity number",
            Self::NoSuchUser => "User not found",
            Self::NoSuchClient => "Client not found",
            Self::ClientArchived => "The client is archived",
            Self::NoSuchHost => "Host not found",
            Self::NoSuchBookingType => "Booking type not found",
            Self::NoSuchBooking => "Booking not found",
            Self::NotThatClientsBooking => "The booking is another client's",
            Self::TimeNotFree => "The time is not available",
            Self::NoSuchCustomField => "Custom field not found",
            Self::NoSuchContact => "Contact not found",
            Self::NoSuchContactType => "Contact type not found",
            Self::NoSuchHeading => "The contact type has no such heading",
            Self::HeadingTwice => "A heading is given twice",
            Self::PictureHeading => "A picture heading takes no text",
            Self::SomebodyElsesContact => "The contact is another host's",
            Self::ContactSigned => "The contact is signed: it can only be corrected",
            Self::ContactNotSigned => "The contact is not signed: it can be changed",
            Self::NegativePaging => "skip and limit cannot be negative",
        })
    }
}
