//! The calendar: rows that caregivers offer, and bookings that take them.
//!
//! That a free time is a row without a patient, and how it is taken, is assumed: Webdoc does not publish it.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::{Date, DateTime, Time};

use crate::id::Id;
use crate::money::Money;

/// A caregiver's time on one day, in local digits.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Period {
    pub date: Date,
    pub start: Time,
    pub end: Time,
    pub user: Id,
}

impl Period {
    pub fn starts(&self) -> DateTime {
        self.date.to_datetime(self.start)
    }

    /// Touching periods do not overlap.
    fn overlaps(&self, other: &Self) -> bool {
        self.user == other.user && self.date == other.date && self.start < other.end && other.start < self.end
    }
}

/// A time that a caregiver offers for one booking type. It is free while no booking overlaps it.
#[derive(Clone)]
pub struct Slot {
    pub id: Id,
    pub clinic: Id,
    pub period: Period,
    pub booking_type: i64,
}

#[derive(Clone)]
pub struct Booking {
    pub id: Id,
    pub clinic: Id,
    pub period: Period,
    pub booking_type: i64,
    pub patient: Id,
    pub patient_type: i64,
    pub note: String,
    pub injury_number: String,
    pub sms_reminder: bool,
    /// Sent as 0 it is 0; left out it is the booking type's price.
    pub fee: Option<Money>,
    pub action_codes: Vec<i64>,
    pub reserved_organization: Option<i64>,
    pub reserved_department: Option<i64>,
    pub arrived: bool,
    /// What the numbers mean is not public; new bookings have 1.
    pub phase: i64,
}

/// A row of a list: a booking, or a free slot.
pub struct Row<'d> {
    pub id: Id,
    pub clinic: Id,
    pub period: Period,
    pub booking_type: i64,
    pub booking: Option<&'d Booking>,
}

impl<'d> From<&'d Slot> for Row<'d> {
    fn from(slot: &'d Slot) -> Self {
        let Slot { id, clinic, period, booking_type } = *slot;
        Self { id, clinic, period, booking_type, booking: None }
    }
}

impl<'d> From<&'d Booking> for Row<'d> {
    fn from(booking: &'d Booking) -> Self {
        let Booking { id, clinic, period, booking_type, .. } = *booking;
        Self { id, clinic, period, booking_type, booking: Some(booking) }
    }
}

#[derive(Default)]
pub struct Diary {
    slots: BTreeMap<Id, Slot>,
    bookings: BTreeMap<Id, Booking>,
    removed: Vec<Booking>,
    /// The last day for which there are slots.
    pub planned_until: Option<Date>,
}

impl Diary {
    pub fn offer(&mut self, slot: Slot) {
        self.slots.insert(slot.id, slot);
    }

    pub fn bookings(&self) -> impl Iterator<Item = &Booking> {
        self.bookings.values()
    }

    /// Bookings that were cancelled; Webdoc shows them nowhere.
    pub fn removed(&self) -> impl Iterator<Item = &Booking> {
        self.removed.iter()
    }

    pub fn booking(&self, id: Id) -> Option<&Booking> {
        self.bookings.get(&id)
    }

    /// Puts a booking there, or in place of what it was before.
    pub fn put(&mut self, booking: Booking) {
        self.bookings.insert(booking.id, booking);
    }

    /// Removes a booking; the slot beneath it is free again.
    pub fn remove(&mut self, id: Id) {
        self.removed.extend(self.bookings.remove(&id));
    }

    /// The free slot with this id.
    pub fn free(&self, id: Id) -> Option<&Slot> {
        self.slots.get(&id).filter(|slot| self.is_open(&slot.period, None))
    }

    /// Whether there is a free slot of exactly this kind; the booking that is `moving` takes nobody's time.
    pub fn offers(&self, clinic: Id, period: &Period, booking_type: i64, moving: Option<Id>) -> bool {
        let offered = self
            .slots
            .values()
            .any(|slot| slot.clinic == clinic && slot.period == *period && slot.booking_type == booking_type);
        offered && self.is_open(period, moving)
    }

    /// Gives a free slot's id away to the booking that takes it.
    pub fn rename_slot(&mut self, id: Id, new: Id) {
        if let Some(slot) = self.slots.remove(&id) {
            self.slots.insert(new, Slot { id: new, ..slot });
        }
    }

    fn is_open(&self, period: &Period, moving: Option<Id>) -> bool {
        let mut others = self.bookings.values().filter(|booking| Some(booking.id) != moving);
        !others.any(|booking| booking.period.overlaps(period))
    }

    /// Bookings and free slots that `wanted` lets in, by time, then caregiver.
    pub fn rows(&self, wanted: impl Fn(&Row<'_>) -> bool) -> Vec<Row<'_>> {
        let mut taken: HashMap<(Id, Date), Vec<&Period>> = HashMap::new();
        for booking in self.bookings.values() {
            let period = &booking.period;
            taken.entry((period.user, period.date)).or_default().push(period);
        }
        let free = |slot: &&Slot| {
            let taken = taken.get(&(slot.period.user, slot.period.date));
            !taken.is_some_and(|taken| taken.iter().any(|period| period.overlaps(&slot.period)))
        };
        let slots = self.slots.values().filter(|slot| wanted(&Row::from(*slot))).filter(free).map(Row::from);
        let bookings = self.bookings.values().map(Row::from).filter(|row| wanted(row));
        let mut rows: Vec<Row<'_>> = slots.chain(bookings).collect();
        rows.sort_by_key(|row| (row.period, row.id));
        rows
    }
}
