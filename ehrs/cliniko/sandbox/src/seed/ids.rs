//! Ids that stay the same on any day. Each one that goes through a double comes out as another.

use crate::id::Id;

const BASE: i64 = 1_390_700_000_000_000_000;

/// The n-th id of a kind; kinds are a thousand numbers apart.
const fn id(kind: i64, n: i64) -> Id {
    Id::new(BASE + (kind * 1_000 + n) * 1_024 + 7)
}

pub const MELBOURNE: Id = id(1, 1);
pub const PERTH: Id = id(1, 2);

pub const fn practitioner(n: i64) -> Id {
    id(2, n)
}

pub const fn user(n: i64) -> Id {
    id(3, n)
}

pub const fn appointment_type(n: i64) -> Id {
    id(4, n)
}

pub const fn template(n: i64) -> Id {
    id(5, n)
}

pub const fn patient(n: i64) -> Id {
    id(6, n)
}

pub const fn daily_availability(n: i64) -> Id {
    id(7, n)
}

pub const fn unavailable_block_type(n: i64) -> Id {
    id(8, n)
}

/// Blocks, notes, attachments: not part of the catalogue, numbered per start.
pub const fn unavailable_block(n: i64) -> Id {
    id(20, n)
}

pub const fn availability_block(n: i64) -> Id {
    id(21, n)
}

pub const fn note(n: i64) -> Id {
    id(22, n)
}

pub const fn attachment(n: i64) -> Id {
    id(23, n)
}

pub const fn appointment(n: i64) -> Id {
    id(100, n)
}

pub const fn attendee(n: i64) -> Id {
    id(200, n)
}
