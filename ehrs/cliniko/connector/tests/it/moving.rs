use jiff::SignedDuration;
use vardbro_ehr::{Ehr, EhrErrorKind, Thing};
use vardbro_model::appointment::{Appointment, AppointmentChange};
use vardbro_model::error::FaultCode;
use vardbro_model::id::{AppointmentId, CareUnitId, ResourceId};
use vardbro_model::time::Window;
use vardbro_model::typed_id::ResourceRef;

use crate::clinic::{Clinic, fault, kind, window_of};

async fn booked(clinic: &Clinic) -> (CareUnitId, Appointment) {
    let unit = clinic.unit().await;
    let slot = clinic.slot(&unit).await;
    let patient = clinic.patient(&unit).await;
    let booked = clinic.book(&unit, &slot, &patient).await.unwrap();
    clinic.forget_calls();
    (unit, booked)
}

fn to(window: Window) -> AppointmentChange {
    AppointmentChange { window: Some(window), ..AppointmentChange::default() }
}

fn times(appointment: &Appointment) -> Window {
    Window { start: appointment.start.timestamp(), end: appointment.end.timestamp() }
}

#[tokio::test]
async fn an_appointment_moves_to_another_free_time() {
    let clinic = Clinic::open().await;
    let (unit, before) = booked(&clinic).await;
    let resource = before.resource_id.clone().map(ResourceRef::Id).unwrap();
    let service = before.healthcare_service_id.clone().unwrap();
    let later = clinic.window(7, 12);
    let slots =
        clinic.cliniko.timeslots(&clinic.ctx(), &unit, later, Some(&resource), Some(&service)).await.unwrap();
    clinic.forget_calls();
    let window = window_of(&slots[0]);
    let moved =
        clinic.cliniko.change_appointment(&clinic.ctx(), &unit, &before.id, to(window)).await.unwrap();
    assert!(clinic.call_count() <= 4, "{:?}", clinic.calls());
    assert_eq!(times(&moved), window);
    assert_eq!((&moved.id, &moved.comment), (&before.id, &before.comment));
    assert_eq!(clinic.cliniko.appointment(&clinic.ctx(), &unit, &before.id).await.unwrap(), moved);
}

#[tokio::test]
async fn the_appointments_own_time_counts_as_free() {
    let clinic = Clinic::open().await;
    let (unit, before) = booked(&clinic).await;
    let present = times(&before);
    // By a quarter of an hour, so that old and new time overlap: to one side at least nobody else is in the way.
    let mut moved = 0;
    for minutes in [5, -5] {
        let by = SignedDuration::from_mins(minutes);
        let window = Window { start: present.start + by, end: present.end + by };
        match clinic.cliniko.change_appointment(&clinic.ctx(), &unit, &before.id, to(window)).await {
            Ok(after) => {
                assert_eq!(times(&after), window);
                moved += 1;
                clinic
                    .cliniko
                    .change_appointment(&clinic.ctx(), &unit, &before.id, to(present))
                    .await
                    .unwrap();
            }
            Err(error) => assert_eq!(fault::<()>(Err(error)).0, FaultCode::NoTimeslotsAvailable),
        }
    }
    assert!(moved > 0);
}

#[tokio::test]
async fn a_taken_time_is_refused_and_nothing_changes() {
    let clinic = Clinic::open().await;
    let (unit, before) = booked(&clinic).await;
    let state = clinic.running.ehr.state();
    let now = clinic.clock.now();
    let other = state
        .appointments
        .iter()
        .find(|other| {
            other.live
                && other.start > now
                && other.id != before.emr_id
                && Some(other.resource_id.as_str()) == before.resource_id.as_ref().map(ResourceId::as_str)
        })
        .unwrap();
    let length = before.end.timestamp().duration_since(before.start.timestamp());
    let window = Window { start: other.start, end: other.start + length };
    let moved = clinic.cliniko.change_appointment(&clinic.ctx(), &unit, &before.id, to(window)).await;
    assert_eq!(fault(moved).0, FaultCode::NoTimeslotsAvailable);
    assert_eq!(clinic.calls_of("PATCH"), 0);
    // At night nobody works; and a time that was is not free.
    for window in [
        Window {
            start: before.start.timestamp() + SignedDuration::from_hours(12),
            end: before.end.timestamp() + SignedDuration::from_hours(12),
        },
        Window { start: now - length, end: now },
        Window {
            start: before.start.timestamp(),
            end: before.end.timestamp() + SignedDuration::from_mins(7),
        },
    ] {
        let moved = clinic.cliniko.change_appointment(&clinic.ctx(), &unit, &before.id, to(window)).await;
        assert_eq!(fault(moved).0, FaultCode::NoTimeslotsAvailable);
    }
    assert_eq!(clinic.cliniko.appointment(&clinic.ctx(), &unit, &before.id).await.unwrap(), before);
}

#[tokio::test]
async fn unchanged_values_send_nothing_and_a_comment_alone_is_one_patch() {
    let clinic = Clinic::open().await;
    let (unit, before) = booked(&clinic).await;
    let same = AppointmentChange {
        window: Some(times(&before)),
        resource: before.resource_id.clone().map(ResourceRef::Id),
        comment: Some(before.comment.clone()),
    };
    let after = clinic.cliniko.change_appointment(&clinic.ctx(), &unit, &before.id, same).await.unwrap();
    assert_eq!(after, before);
    assert_eq!((clinic.calls_of("PATCH"), clinic.call_count()), (0, 1), "{:?}", clinic.calls());

    for comment in [Some("Bring the X-rays".to_owned()), None] {
        let change = AppointmentChange { comment: Some(comment.clone()), ..AppointmentChange::default() };
        let after =
            clinic.cliniko.change_appointment(&clinic.ctx(), &unit, &before.id, change).await.unwrap();
        assert_eq!((after.comment, after.start), (comment, before.start));
    }
    assert_eq!(clinic.calls_of("conflicts"), 0);
}

#[tokio::test]
async fn another_resource_takes_over_at_the_same_time_if_free() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let patient = clinic.patient(&unit).await;
    let slots = clinic.slots(&unit, clinic.window(3, 10)).await;
    let pair = slots.iter().find_map(|slot| {
        let other = slots.iter().find(|other| {
            other.start == slot.start
                && other.healthcare_service_id == slot.healthcare_service_id
                && other.resource_id != slot.resource_id
        })?;
        Some((slot, other))
    });
    let (slot, other) = pair.unwrap();
    let booked = clinic.book(&unit, slot, &patient).await.unwrap();
    let resource = |id: &ResourceId| AppointmentChange {
        resource: Some(ResourceRef::Id(id.clone())),
        ..AppointmentChange::default()
    };
    let moved = clinic
        .cliniko
        .change_appointment(&clinic.ctx(), &unit, &booked.id, resource(&other.resource_id))
        .await
        .unwrap();
    assert_eq!((moved.resource_id, moved.start), (Some(other.resource_id.clone()), booked.start));

    let nobody = ResourceId::parse("4242").unwrap();
    let moved = clinic.cliniko.change_appointment(&clinic.ctx(), &unit, &booked.id, resource(&nobody)).await;
    assert_eq!(kind(moved), EhrErrorKind::NotFound(Thing::Resource));
}

#[tokio::test]
async fn a_cancelled_appointment_stays_and_cannot_be_moved() {
    let clinic = Clinic::open().await;
    let (unit, before) = booked(&clinic).await;
    let cancelled = clinic.cliniko.cancel(&clinic.ctx(), &unit, &before.id, Some("Ill")).await.unwrap();
    assert_eq!(cancelled.status, vardbro_model::appointment::AppointmentStatus::Cancelled);
    assert!(cancelled.emr_status.as_deref().unwrap().starts_with("cancelled"), "{:?}", cancelled.emr_status);
    assert_eq!(cancelled.comment.as_deref(), Some("Ill"));
    let raw = clinic
        .native("GET", &format!("/individual_appointments/{}?q[]=cancelled_at:*", before.emr_id), None)
        .await;
    assert_eq!((&raw["cancellation_reason"], &raw["cancellation_note"]), (&50.into(), &"Ill".into()));

    clinic.forget_calls();
    let again = clinic.cliniko.cancel(&clinic.ctx(), &unit, &before.id, Some("Twice")).await.unwrap();
    assert_eq!(again, cancelled);
    assert_eq!(clinic.calls_of("PATCH"), 0);
    assert_eq!(clinic.cliniko.appointment(&clinic.ctx(), &unit, &before.id).await.unwrap(), cancelled);
    let moved =
        clinic.cliniko.change_appointment(&clinic.ctx(), &unit, &before.id, to(clinic.window(5, 6))).await;
    assert_eq!(kind(moved), EhrErrorKind::Conflict);
}

#[tokio::test]
async fn an_appointment_is_of_its_own_care_unit_only() {
    let clinic = Clinic::open().await;
    let (unit, before) = booked(&clinic).await;
    let other = clinic.units().await.into_iter().find(|other| other.id != unit).unwrap().id;
    let missing = EhrErrorKind::NotFound(Thing::Appointment);
    let ctx = clinic.ctx();
    assert_eq!(kind(clinic.cliniko.appointment(&ctx, &other, &before.id).await), missing);
    assert_eq!(kind(clinic.cliniko.cancel(&ctx, &other, &before.id, None).await), missing);
    let change = to(clinic.window(5, 6));
    assert_eq!(kind(clinic.cliniko.change_appointment(&ctx, &other, &before.id, change).await), missing);
    for id in ["4242", "abc"] {
        let id = AppointmentId::parse(id).unwrap();
        assert_eq!(kind(clinic.cliniko.appointment(&ctx, &unit, &id).await), missing);
    }
}
