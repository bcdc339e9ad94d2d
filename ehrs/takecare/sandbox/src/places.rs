//! Care units, who and what can be booked there, and when. The same at every start.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time, Weekday, time};

use crate::time::{after, clocks_change};

pub struct CareUnit {
    /// TakeCare's own id.
    pub id: u32,
    pub hsa_id: &'static str,
    pub name: &'static str,
    pub telephone: &'static str,
    pub email: &'static str,
    pub street: &'static str,
    pub postal_code: &'static str,
    pub city: &'static str,
}

pub struct TimeType {
    pub id: u16,
    pub name: &'static str,
    pub minutes: i64,
}

pub struct Resource {
    pub unit: u32,
    pub kind: u8,
    pub id: u64,
    pub name: &'static str,
}

/// Recurring hours of a resource in which times of one type are offered.
struct Opening {
    resource: u64,
    time_type: u16,
    days: Days,
    from: Time,
    to: Time,
}

#[derive(Clone, Copy)]
enum Days {
    Working,
    ClockChanges,
}

/// One time of the diary, free or not.
#[derive(Clone, Copy)]
pub struct Slot {
    pub start: DateTime,
    pub end: DateTime,
    pub time_type: &'static TimeType,
    pub resource: &'static Resource,
}

pub const MAIN_UNIT: u32 = 10;
const OTHER_UNIT: u32 = 11;

/// Named people.
const NAMED: u8 = 1;
/// Whoever holds a position.
const POSITION: u8 = 2;
const ROOM: u8 = 4;

/// The time type "Nybesök Web".
pub const LONG_VISIT: u16 = 4;

/// Läkare Ehn.
pub const EHN: u64 = 991890000019;
pub const LIND: u64 = 991890000027;
const ALM: u64 = 991890000035;
const NURSE: u64 = 2;
const EMERGENCY: u64 = 3;
const TELEPHONE_NURSE: u64 = 21;
pub const EXAMINATION_ROOM: u64 = 43;

pub static CARE_UNITS: [CareUnit; 2] = [
    CareUnit {
        id: MAIN_UNIT,
        hsa_id: "SE2321000016-1HZ4",
        name: "Ekhagens vårdcentral",
        telephone: "0846500410",
        email: "ekhagen@example.com",
        street: "Ekhagsgatan 10",
        postal_code: "113 21",
        city: "Stockholm",
    },
    CareUnit {
        id: OTHER_UNIT,
        hsa_id: "SE2321000016-1HZ3",
        name: "Testenhet 1",
        telephone: "0846500411",
        email: "testenhet.1@example.com",
        street: "Provgatan 1",
        postal_code: "113 22",
        city: "Stockholm",
    },
];

static TIME_TYPES: [TimeType; 6] = [
    TimeType { id: LONG_VISIT, name: "Nybesök Web", minutes: 60 },
    TimeType { id: 6, name: "Webbtid 1", minutes: 30 },
    TimeType { id: 7, name: "Webbtid 2", minutes: 20 },
    TimeType { id: 8, name: "Telefontid", minutes: 15 },
    TimeType { id: 9, name: "Jourtid", minutes: 30 },
    TimeType { id: 14, name: "Används ej", minutes: 30 },
];

static RESOURCES: [Resource; 7] = [
    Resource { unit: MAIN_UNIT, kind: NAMED, id: EHN, name: "Läkare Ehn (läk)" },
    Resource { unit: MAIN_UNIT, kind: NAMED, id: LIND, name: "Läkare Lind (läk)" },
    Resource { unit: MAIN_UNIT, kind: POSITION, id: NURSE, name: "Distriktssköterska" },
    Resource { unit: MAIN_UNIT, kind: POSITION, id: EMERGENCY, name: "Jourläkare" },
    Resource { unit: MAIN_UNIT, kind: ROOM, id: EXAMINATION_ROOM, name: "Undersökningsrum 3" },
    Resource { unit: OTHER_UNIT, kind: NAMED, id: ALM, name: "Läkare Alm (läk)" },
    Resource { unit: OTHER_UNIT, kind: POSITION, id: TELEPHONE_NURSE, name: "Telefonsköterska" },
];

static OPENINGS: [Opening; 12] = [
    on_working_days(EHN, 6, 8, 12),
    on_working_days(EHN, LONG_VISIT, 9, 11),
    on_working_days(EHN, 7, 13, 15),
    on_working_days(EHN, LONG_VISIT, 15, 17),
    on_working_days(LIND, 6, 8, 11),
    on_working_days(LIND, 7, 13, 16),
    on_working_days(NURSE, 7, 8, 11),
    on_working_days(EMERGENCY, 9, 17, 20),
    Opening { days: Days::ClockChanges, ..on_working_days(EMERGENCY, 9, 1, 4) },
    on_working_days(EXAMINATION_ROOM, LONG_VISIT, 13, 15),
    on_working_days(ALM, 6, 9, 12),
    on_working_days(TELEPHONE_NURSE, 8, 8, 10),
];

const fn on_working_days(resource: u64, time_type: u16, from: i8, to: i8) -> Opening {
    Opening { resource, time_type, days: Days::Working, from: time(from, 0, 0, 0), to: time(to, 0, 0, 0) }
}

impl CareUnit {
    /// The time types that can be booked over the web, those without any times among them.
    pub fn time_types(&self) -> impl Iterator<Item = &'static TimeType> {
        let here: &[u16] = if self.id == MAIN_UNIT { &[LONG_VISIT, 6, 7, 9, 14] } else { &[6, 8] };
        TIME_TYPES.iter().filter(|time_type| here.contains(&time_type.id))
    }

    pub fn time_type(&self, id: u16) -> Option<&'static TimeType> {
        self.time_types().find(|time_type| time_type.id == id)
    }

    pub fn resource(&self, id: u64) -> Option<&'static Resource> {
        self.resources().find(|resource| resource.id == id)
    }

    fn resources(&self) -> impl Iterator<Item = &'static Resource> {
        RESOURCES.iter().filter(|resource| resource.unit == self.id)
    }

    /// Every time of the diary on these days, by start, then resource.
    pub fn diary(&self, first: Date, last: Date) -> Vec<Slot> {
        let days = first.series(1.day()).take_while(|day| *day <= last);
        let mut slots: Vec<Slot> = days.flat_map(|day| self.times_of(day)).collect();
        slots.sort_by_key(|slot| (slot.start, slot.resource.id, slot.time_type.id));
        slots
    }

    fn times_of(&self, day: Date) -> Vec<Slot> {
        let mut slots = Vec::new();
        for opening in OPENINGS.iter().filter(|opening| opening.days.include(day)) {
            let (resource, time_type) = (self.resource(opening.resource), self.time_type(opening.time_type));
            let (Some(resource), Some(time_type)) = (resource, time_type) else { continue };
            let mut start = day.to_datetime(opening.from);
            let mut end = after(start, time_type.minutes);
            while end <= day.to_datetime(opening.to) {
                slots.push(Slot { start, end, time_type, resource });
                (start, end) = (end, after(end, time_type.minutes));
            }
        }
        slots
    }
}

/// The ids of users are those of resources (assumed).
pub fn is_user(id: &str) -> bool {
    RESOURCES.iter().any(|resource| resource.id.to_string() == id)
}

impl Days {
    fn include(self, day: Date) -> bool {
        match self {
            Self::Working => !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday),
            Self::ClockChanges => clocks_change(day),
        }
    }
}
