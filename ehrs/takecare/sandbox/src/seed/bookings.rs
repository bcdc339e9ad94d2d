use jiff::ToSpan;
use jiff::civil::Date;
use rand::Rng;
use rand::rngs::StdRng;

use super::people::NUMBERS;
use crate::booking::Booking;
use crate::places::{CARE_UNITS, EHN, EXAMINATION_ROOM, LONG_VISIT, Slot};
use crate::state::{Records, guid};
use crate::time::clocks_change;

const DAYS_BACK: i64 = 21;
const DAYS_AHEAD: i64 = 35;

const REASONS: [&str; 5] = ["", "Hosta", "Ont i ryggen", "Återbesök efter röntgen", "Receptförnyelse"];

/// Bookings from three weeks ago to five weeks ahead, most of them with Läkare Ehn, his long visits in the examination
/// room. The nights in which clocks change stay free.
pub fn add(records: &mut Records, today: Date, dice: &mut StdRng) {
    for unit in &CARE_UNITS {
        let first = today.saturating_sub(DAYS_BACK.days());
        let last = today.saturating_add(DAYS_AHEAD.days());
        for slot in unit.diary(first, last) {
            let chance = if slot.resource.id == EHN { 0.2 } else { 0.06 };
            let taken = clocks_change(slot.start.date()) || !records.is_free(&slot, None);
            if dice.random_bool(chance) && !taken {
                book(records, unit.id, slot, dice);
            }
        }
    }
    forbid_some(records, today);
}

fn book(records: &mut Records, unit: u32, slot: Slot, dice: &mut StdRng) {
    let patient = NUMBERS.iter().cycle().nth(dice.random_range(0..NUMBERS.len()));
    let reason = REASONS.iter().cycle().nth(dice.random_range(0..REASONS.len()));
    let (Some(patient), Some(reason)) = (patient, reason) else { return };
    let busy = |booking: &Booking| {
        booking.patient == *patient && booking.start < slot.end && slot.start < booking.end
    };
    if records.bookings.iter().any(busy) {
        return;
    }
    let with_room = slot.resource.id == EHN && slot.time_type.id == LONG_VISIT;
    let room =
        with_room.then(|| CARE_UNITS.iter().find_map(|unit| unit.resource(EXAMINATION_ROOM))).flatten();
    records.bookings.push(Booking {
        id: guid(dice),
        unit,
        start: slot.start,
        end: slot.end,
        time_type: slot.time_type,
        resource: slot.resource,
        room,
        patient: (*patient).to_owned(),
        reason: (*reason).to_owned(),
        cancel_allowed: true,
        reschedule_allowed: true,
        live: true,
    });
}

/// Of the coming bookings three in turn may not be cancelled, not be rescheduled, neither.
fn forbid_some(records: &mut Records, today: Date) {
    let coming = records.bookings.iter_mut().filter(|booking| today < booking.start.date());
    let seldom = coming.step_by(12);
    for (booking, (cancel, reschedule)) in seldom.zip([(false, true), (true, false), (false, false)]) {
        booking.cancel_allowed = cancel;
        booking.reschedule_allowed = reschedule;
    }
}
