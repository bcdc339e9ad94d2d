//! Bookings that are there already: three weeks back with visits and invoices, thinner and thinner ahead.

use jiff::civil::{Date, DateTime, Weekday};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::users;
use crate::diary::{Booking, Row};
use crate::id::Id;
use crate::register::DECEASED;
use crate::resources::invoice::Invoice;
use crate::resources::record::Written;
use crate::state::World;

pub fn add(world: &mut World, seed: u64, today: Date) {
    let day = u64::from(today.day_of_year().unsigned_abs());
    let mut dice = StdRng::seed_from_u64(seed.wrapping_mul(1_000_003).wrapping_add(day));
    let staff = |number: &str| users::ALL.iter().any(|user| user.personal_number == number);
    let patients = world.patients.values();
    let patients = patients.filter(|patient| !staff(&patient.number) && patient.number != DECEASED);
    let patients: Vec<(Id, i64)> = patients.map(|patient| (patient.id, patient.patient_type)).collect();
    let rows = world.diary.rows(|_| true);
    let taken: Vec<Booking> = rows.iter().filter_map(|row| take(row, &patients, today, &mut dice)).collect();
    for booking in taken {
        let at = booking.period.starts();
        let came = booking.arrived;
        let id = Id::named(&format!("visit {}", booking.id));
        world.diary.put(booking.clone());
        if came && dice.random_bool(0.3) {
            world.visit(id, &booking, at);
            write(world, id, at, &mut dice);
        }
    }
}

/// The booking on a row, if there is one. The rows of today and of the nights in which clocks change stay free.
fn take(row: &Row<'_>, patients: &[(Id, i64)], today: Date, dice: &mut StdRng) -> Option<Booking> {
    let days = today.until(row.period.date).ok()?.get_days();
    let chance = match days {
        ..0 => 0.5,
        0 => 0.0,
        1..14 => 0.2,
        14..60 => 0.05,
        60.. => 0.0,
    };
    let chance = if row.period.date.weekday() == Weekday::Sunday { 0.0 } else { chance };
    if !dice.random_bool(chance) {
        return None;
    }
    let (patient, patient_type) = *patients.get(dice.random_range(0..patients.len().max(1)))?;
    let arrived = days < 0 && dice.random_bool(0.85);
    Some(Booking {
        id: Id::named(&format!("booking {}", row.id)),
        clinic: row.clinic,
        period: row.period,
        booking_type: row.booking_type,
        patient,
        patient_type,
        note: if dice.random_bool(0.2) { "Ringde och bokade.".to_owned() } else { String::new() },
        injury_number: String::new(),
        sms_reminder: dice.random_bool(0.5),
        fee: None,
        action_codes: Vec::new(),
        reserved_organization: None,
        reserved_department: None,
        arrived,
        phase: 1,
    })
}

/// Half of the visits are written and signed; most are invoiced, some of those paid or credited.
fn write(world: &mut World, visit: Id, at: DateTime, dice: &mut StdRng) {
    if let Some(visit) = world.visits.get_mut(&visit).filter(|_| dice.random_bool(0.5)) {
        let first = visit.record.template.keywords.iter().find(|keyword| keyword.max_length.is_some());
        let text = first.map(|keyword| Written { id: keyword.id, value: "Hosta sedan en vecka.".to_owned() });
        let written = visit.record.write(text.as_slice(), Vec::new(), Vec::new());
        visit.record.signed_by = written.is_ok().then_some(visit.user);
    }
    if dice.random_bool(0.2) {
        return;
    }
    let Some(mut invoice) = Invoice::of_visit(world, visit, at) else { return };
    invoice.exported = dice.random_bool(0.4);
    if dice.random_bool(0.6) {
        invoice.pay(invoice.payment.fee, at.date());
    }
    let credited = dice.random_bool(0.15);
    world.invoices.push(invoice);
    if credited && let Some(credit) = Invoice::of_visit(world, visit, at) {
        world.invoices.push(Invoice { credit: true, ..credit });
    }
}
