//! What stands in the calendars: blocked time, an evening clinic, past and coming appointments.

use jiff::civil::{Time, Weekday, time};
use jiff::{SignedDuration, Timestamp};
use rand::Rng;
use vardbro_model::id::{
    AppointmentId, CareUnitId, HealthcareServiceId, PatientId, ResourceId, ScheduleBlockId,
};
use vardbro_model::schedule::BlockKind;
use vardbro_model::time::{Window, local_to_instant};
use vardbro_model::timeslot::Timeslot;
use vardbro_model::typed_id::ResourceRef;

use crate::appointments::{Held, Standing};
use crate::availability::Block;
use crate::calendar::overlap;
use crate::state::{State, certain};

/// How much of the coming three weeks is booked.
const BOOKED_SHARE: f64 = 0.05;
const BOOKED_DAYS: i64 = 21;

pub(super) fn fill(state: &mut State, now: Timestamp) {
    add_blocks(state, now);
    add_named_appointments(state, now);
    add_crowd(state, now);
}

fn add_blocks(state: &mut State, now: Timestamp) {
    use BlockKind::{Available, Blocked};
    let meeting = (time(13, 0, 0, 0), time(15, 0, 0, 0));
    let evening = (time(17, 0, 0, 0), time(19, 0, 0, 0));
    for (id, resource, day, hours, kind, comment) in [
        ("blk-1", "res-1", Weekday::Wednesday, meeting, Blocked, "Staff meeting"),
        ("blk-2", "res-2", Weekday::Wednesday, meeting, Blocked, "Staff meeting"),
        ("blk-3", "res-3", Weekday::Thursday, evening, Available, "Evening clinic"),
        ("blk-4", "res-7", Weekday::Friday, (time(14, 0, 0, 0), time(17, 0, 0, 0)), Blocked, "Teaching"),
    ] {
        let resource = certain(ResourceId::parse(resource));
        if let Some(window) = next(state, &resource, day, hours, now) {
            let id = certain(ScheduleBlockId::parse(id));
            state.blocks.push(Block { id, resource, window, kind, comment: Some(comment.to_owned()) });
        }
    }
}

/// These hours on the next such day of the week, today not included.
fn next(
    state: &State,
    resource: &ResourceId,
    day: Weekday,
    (from, to): (Time, Time),
    now: Timestamp,
) -> Option<Window> {
    let care_unit = &state.bookable(resource).ok()?.resource.care_unit_id;
    let zone = &state.unit(care_unit).ok()?.zone;
    let day = zone.to_datetime(now).date().nth_weekday(1, day).ok()?;
    let start = local_to_instant(day.to_datetime(from), zone)?;
    Some(Window { start, end: local_to_instant(day.to_datetime(to), zone)? })
}

/// Appointments of every standing, the same at every start but for the day.
fn add_named_appointments(state: &mut State, now: Timestamp) {
    let last_week = days_from(now, -7)..now;
    let next_week = days_from(now, 7)..days_from(now, 14);
    let mut add = |id: &str, patient: &str, place: (&str, &str, &str), days: &std::ops::Range<Timestamp>| {
        let slot = slots(state, place.0, Some(place.1), days)
            .into_iter()
            .find(|slot| slot.healthcare_service_id.as_str() == place.2 && slot.end.timestamp() <= days.end);
        let id = certain(AppointmentId::parse(id));
        if let Some(slot) = slot {
            insert(state, id.clone(), patient, slot, now);
        }
        id
    };
    let arrived = add("apt-1", "pat-1", ("cu-1", "res-1", "svc-1"), &last_week);
    let missed = add("apt-2", "pat-1", ("cu-1", "res-2", "svc-2"), &last_week);
    let withdrawn = add("apt-3", "pat-1", ("cu-1", "res-3", "svc-3"), &next_week);
    add("apt-4", "pat-1", ("cu-1", "res-1", "svc-1"), &next_week);
    let arrived_too = add("apt-5", "pat-7", ("cu-2", "res-7", "svc-8"), &last_week);
    add("apt-6", "pat-7", ("cu-2", "res-7", "svc-8"), &next_week);
    let unconfirmed = add("apt-7", "pat-8", ("cu-2", "res-8", "svc-9"), &next_week);

    for (id, standing) in [
        (arrived, Standing::Arrived),
        (missed, Standing::NoShow),
        (withdrawn, Standing::Withdrawn),
        (arrived_too, Standing::Arrived),
    ] {
        if let Some(held) = state.appointments.get_mut(&id) {
            held.standing = standing;
        }
    }
    let patient = state.appointments.get(&unconfirmed).map(|held| held.patient.clone());
    if let Some(patient) = patient {
        let challenge = state.ask_for_code_of_booking(&patient, &unconfirmed, now);
        if let Some(held) = state.appointments.get_mut(&unconfirmed) {
            held.standing = Standing::Unconfirmed(challenge);
        }
    }
}

/// Everybody else's bookings, as the dice have it.
fn add_crowd(state: &mut State, now: Timestamp) {
    let patients: Vec<String> = (2..=12).map(|number| format!("pat-{number}")).collect();
    let mut patients = patients.iter().cycle();
    let mut numbers = 101_u64..;
    for care_unit in ["cu-1", "cu-2"] {
        let mut taken: Vec<(ResourceId, Window)> = Vec::new();
        for slot in slots(state, care_unit, None, &(now..days_from(now, BOOKED_DAYS))) {
            let window = Window { start: slot.start.timestamp(), end: slot.end.timestamp() };
            let clashes = taken
                .iter()
                .any(|(resource, other)| *resource == slot.resource_id && overlap(*other, window));
            if clashes || !state.dice.random_bool(BOOKED_SHARE) {
                continue;
            }
            if let (Some(patient), Some(number)) = (patients.next(), numbers.next()) {
                taken.push((slot.resource_id.clone(), window));
                insert(state, certain(AppointmentId::parse(&format!("apt-{number}"))), patient, slot, now);
            }
        }
    }
}

/// The free times that start in these days, as they were on the first of them.
fn slots(
    state: &State,
    care_unit: &str,
    resource: Option<&str>,
    days: &std::ops::Range<Timestamp>,
) -> Vec<Timeslot> {
    let care_unit = certain(CareUnitId::parse(care_unit));
    let resource = resource.map(|id| ResourceRef::Id(certain(ResourceId::parse(id))));
    let service: Option<&HealthcareServiceId> = None;
    let window = Window { start: days.start, end: days.end };
    state.timeslots(&care_unit, window, resource.as_ref(), service, days.start).unwrap_or_default()
}

fn insert(state: &mut State, id: AppointmentId, patient: &str, slot: Timeslot, now: Timestamp) {
    let window = Window { start: slot.start.timestamp(), end: slot.end.timestamp() };
    let made = days_from(window.start.min(now), -3);
    let held = Held {
        id: id.clone(),
        care_unit: slot.care_unit_id,
        patient: certain(PatientId::parse(patient)),
        resource: slot.resource_id,
        service: slot.healthcare_service_id,
        window,
        comment: None,
        standing: Standing::Scheduled,
        created_at: made,
        updated_at: made,
    };
    state.appointments.insert(id, held);
}

fn days_from(at: Timestamp, days: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_hours(24 * days)).unwrap_or(at)
}
