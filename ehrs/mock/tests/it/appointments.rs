use jiff::SignedDuration;
use vardbro_ehr::{Ehr, EhrErrorKind, Thing};
use vardbro_model::appointment::{
    AppointmentChange, AppointmentQuery, AppointmentStatus, Booking, SlotChoice,
};
use vardbro_model::error::FaultCode;
use vardbro_model::page::PageRequest;
use vardbro_model::time::Window;
use vardbro_sandbox_kit::Auditable;

use crate::clinic::*;

fn to(window: Window) -> AppointmentChange {
    AppointmentChange { window: Some(window), ..AppointmentChange::default() }
}

fn with(resource_id: &str) -> AppointmentChange {
    AppointmentChange { resource: Some(resource(resource_id)), ..AppointmentChange::default() }
}

#[tokio::test]
async fn a_booked_slot_is_booked_and_no_longer_free() {
    let clinic = Clinic::new();
    let slot = clinic.slots(&stockholm(), "res-1", "svc-1").await.remove(0);
    let wanted = Booking { comment: Some("First visit".into()), ..booking_of(&slot) };

    let booked = clinic.ehr.book(&clinic.ctx, &stockholm(), wanted).await.unwrap();

    assert_eq!(booked.status, AppointmentStatus::Booked);
    assert_eq!((booked.start, booked.end), (slot.start, slot.end));
    assert_eq!(booked.comment.as_deref(), Some("First visit"));
    assert_eq!(clinic.ehr.appointment(&clinic.ctx, &stockholm(), &booked.id).await.unwrap(), booked);
    assert!(!clinic.slots(&stockholm(), "res-1", "svc-1").await.contains(&slot));
    let again = clinic.ehr.book(&clinic.ctx, &stockholm(), booking_of(&slot)).await.unwrap_err();
    assert_eq!(only_fault(again), (FaultCode::NoTimeslotsAvailable, Some("start".into())));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_clients_who_want_one_slot_make_one_booking() {
    let clinic = Clinic::new();
    let slot = clinic.slots(&stockholm(), "res-1", "svc-1").await.remove(0);
    let clients: Vec<_> = (0..8)
        .map(|_| {
            let (ehr, ctx, wanted) = (clinic.ehr.clone(), clinic.ctx.clone(), booking_of(&slot));
            tokio::spawn(async move { ehr.book(&ctx, &stockholm(), wanted).await })
        })
        .collect();

    let mut booked = 0;
    for client in clients {
        booked += usize::from(client.await.unwrap().is_ok());
    }

    assert_eq!(booked, 1);
    let at_the_slot = |row: &&vardbro_sandbox_kit::AppointmentState| {
        row.live && row.resource_id == "res-1" && row.start == slot.start.timestamp()
    };
    assert_eq!(clinic.ehr.state().appointments.iter().filter(at_the_slot).count(), 1);
}

#[tokio::test]
async fn what_is_left_out_is_taken_if_only_one_slot_matches() {
    let clinic = Clinic::new();
    let slot = clinic.slots(&stockholm(), "res-6", "svc-5").await.remove(0);
    let window = window_of(&slot);
    let choice = SlotChoice { window, resource: None, healthcare_service: Some(service("svc-5")) };
    let booked = clinic
        .ehr
        .book(&clinic.ctx, &stockholm(), Booking { slot: choice, ..booking_of(&slot) })
        .await
        .unwrap();
    assert_eq!(booked.resource_id.unwrap().as_str(), "res-6");
}

#[tokio::test]
async fn several_matching_slots_are_listed_and_none_is_taken() {
    let clinic = Clinic::new();
    let annas = clinic.slots(&stockholm(), "res-1", "svc-1").await;
    let björns = clinic.slots(&stockholm(), "res-2", "svc-1").await;
    let shared = annas.iter().find(|slot| björns.iter().any(|other| other.start == slot.start)).unwrap();
    let choice =
        SlotChoice { window: window_of(shared), resource: None, healthcare_service: Some(service("svc-1")) };

    let error = clinic
        .ehr
        .book(&clinic.ctx, &stockholm(), Booking { slot: choice, ..booking_of(shared) })
        .await
        .unwrap_err();

    let EhrErrorKind::Invalid(faults) = &error.kind else { panic!("{error:?}") };
    for listed in ["res-1", "res-2", "svc-1", &shared.start.to_string()] {
        assert!(faults[0].detail.contains(listed), "{}", faults[0].detail);
    }
    assert_eq!(only_fault(error), (FaultCode::AmbiguousTimeslots, Some("resource_id".into())));
}

#[tokio::test]
async fn one_unknown_id_is_not_found_and_several_are_all_told() {
    let clinic = Clinic::new();
    let slot = clinic.slots(&stockholm(), "res-1", "svc-1").await.remove(0);
    let nobody = Booking { patient: patient("pat-999"), ..booking_of(&slot) };
    let mut nothing = nobody.clone();
    nothing.slot.resource = Some(resource("res-7"));

    let one = clinic.ehr.book(&clinic.ctx, &stockholm(), nobody).await.unwrap_err();
    let two = clinic.ehr.book(&clinic.ctx, &stockholm(), nothing).await.unwrap_err();

    assert_eq!(one.kind, EhrErrorKind::NotFound(Thing::Patient));
    let EhrErrorKind::Invalid(faults) = two.kind else { panic!() };
    let paths: Vec<_> = faults.iter().filter_map(|fault| fault.path.as_deref()).collect();
    assert_eq!(paths, ["patient_id", "resource_id"]);
}

#[tokio::test]
async fn a_comment_of_more_than_300_characters_is_refused() {
    let clinic = Clinic::new();
    let slot = clinic.slots(&stockholm(), "res-1", "svc-1").await.remove(0);
    let long = Booking { comment: Some("å".repeat(301)), ..booking_of(&slot) };
    let error = clinic.ehr.book(&clinic.ctx, &stockholm(), long).await.unwrap_err();
    assert_eq!(only_fault(error), (FaultCode::InvalidCommentLength, Some("comment".into())));
    let just = Booking { comment: Some("å".repeat(300)), ..booking_of(&slot) };
    assert!(clinic.ehr.book(&clinic.ctx, &stockholm(), just).await.is_ok());
}

#[tokio::test]
async fn moving_keeps_the_appointment_and_frees_its_old_time() {
    let clinic = Clinic::new();
    let slots = clinic.slots(&stockholm(), "res-1", "svc-1").await;
    let booked = clinic.book(&stockholm(), &slots[0]).await;
    clinic.clock.advance(SignedDuration::from_secs(5));

    let moved = clinic
        .ehr
        .change_appointment(&clinic.ctx, &stockholm(), &booked.id, to(window_of(&slots[4])))
        .await
        .unwrap();

    assert_eq!((&moved.id, moved.start), (&booked.id, slots[4].start));
    assert_eq!(moved.healthcare_service_id, booked.healthcare_service_id);
    assert!(moved.updated_at > booked.updated_at);
    let free = clinic.slots(&stockholm(), "res-1", "svc-1").await;
    assert!(free.contains(&slots[0]) && !free.contains(&slots[4]));
}

#[tokio::test]
async fn the_booking_being_moved_counts_as_free_time() {
    let clinic = Clinic::new();
    let slots = clinic.slots(&stockholm(), "res-1", "svc-1").await;
    let pair = slots.windows(2).find(|pair| pair[0].end == pair[1].start).unwrap();
    let booked = clinic.book(&stockholm(), &pair[0]).await;
    let half = SignedDuration::from_mins(15);
    let window = Window { start: booked.start.timestamp() + half, end: booked.end.timestamp() + half };
    let moved =
        clinic.ehr.change_appointment(&clinic.ctx, &stockholm(), &booked.id, to(window)).await.unwrap();
    assert_eq!(moved.start.timestamp(), window.start);
}

#[tokio::test]
async fn with_the_resource_alone_the_times_stay() {
    let clinic = Clinic::new();
    let björns = clinic.slots(&stockholm(), "res-2", "svc-1").await;
    let annas = clinic.slots(&stockholm(), "res-1", "svc-1").await;
    let shared = annas.iter().find(|slot| björns.iter().any(|other| other.start == slot.start)).unwrap();
    let booked = clinic.book(&stockholm(), shared).await;

    let moved =
        clinic.ehr.change_appointment(&clinic.ctx, &stockholm(), &booked.id, with("res-2")).await.unwrap();

    assert_eq!((moved.start, moved.resource_id.unwrap().as_str()), (booked.start, "res-2"));
}

#[tokio::test]
async fn a_move_to_a_taken_time_or_another_trade_changes_nothing() {
    let clinic = Clinic::new();
    let slots = clinic.slots(&stockholm(), "res-1", "svc-1").await;
    let (booked, other) =
        (clinic.book(&stockholm(), &slots[0]).await, clinic.book(&stockholm(), &slots[1]).await);
    let taken = Window { start: other.start.timestamp(), end: other.end.timestamp() };
    let longer = Window { start: slots[4].start.timestamp(), end: slots[5].end.timestamp() };
    let past = Window {
        start: taken.start - SignedDuration::from_hours(24 * 7),
        end: taken.end - SignedDuration::from_hours(24 * 7),
    };
    for change in [to(taken), to(longer), to(past), with("res-4")] {
        let error =
            clinic.ehr.change_appointment(&clinic.ctx, &stockholm(), &booked.id, change).await.unwrap_err();
        assert_eq!(only_fault(error).0, FaultCode::NoTimeslotsAvailable);
    }
    assert_eq!(clinic.ehr.appointment(&clinic.ctx, &stockholm(), &booked.id).await.unwrap(), booked);
}

#[tokio::test]
async fn unchanged_values_change_nothing() {
    let clinic = Clinic::new();
    let slot = clinic.slots(&stockholm(), "res-1", "svc-1").await.remove(0);
    let booked = clinic.book(&stockholm(), &slot).await;
    clinic.clock.advance(SignedDuration::from_secs(5));
    let same = AppointmentChange { comment: Some(None), ..to(window_of(&slot)) };
    let answered = clinic.ehr.change_appointment(&clinic.ctx, &stockholm(), &booked.id, same).await.unwrap();
    assert_eq!(answered, booked);
}

#[tokio::test]
async fn a_comment_alone_changes_the_comment_alone() {
    let clinic = Clinic::new();
    let slot = clinic.slots(&stockholm(), "res-1", "svc-1").await.remove(0);
    let booked = clinic.book(&stockholm(), &slot).await;
    let change = AppointmentChange { comment: Some(Some("Late".into())), ..AppointmentChange::default() };
    let answered =
        clinic.ehr.change_appointment(&clinic.ctx, &stockholm(), &booked.id, change).await.unwrap();
    assert_eq!(answered.comment.as_deref(), Some("Late"));
    assert_eq!((answered.start, answered.resource_id), (booked.start, booked.resource_id));
    assert_eq!((clinic.calls("comment_appointment"), clinic.calls("move_appointment")), (1, 0));
}

#[tokio::test]
async fn cancelling_frees_the_time_and_again_changes_nothing() {
    let clinic = Clinic::new();
    let slot = clinic.slots(&stockholm(), "res-1", "svc-1").await.remove(0);
    let booked = clinic.book(&stockholm(), &slot).await;

    let cancelled = clinic.ehr.cancel(&clinic.ctx, &stockholm(), &booked.id, Some("Got well")).await.unwrap();
    clinic.clock.advance(SignedDuration::from_secs(5));
    let again = clinic.ehr.cancel(&clinic.ctx, &stockholm(), &booked.id, Some("Still well")).await.unwrap();

    assert_eq!((&cancelled.id, cancelled.status), (&booked.id, AppointmentStatus::Cancelled));
    assert_eq!(cancelled.comment.as_deref(), Some("Got well"));
    assert_eq!(again, cancelled);
    assert!(clinic.slots(&stockholm(), "res-1", "svc-1").await.contains(&slot));
    let row = clinic.ehr.state().appointments.into_iter().find(|row| row.id == booked.id.as_str()).unwrap();
    assert!(!row.live);
}

#[tokio::test]
async fn moving_a_cancelled_appointment_is_a_conflict() {
    let clinic = Clinic::new();
    let slots = clinic.slots(&stockholm(), "res-1", "svc-1").await;
    let booked = clinic.book(&stockholm(), &slots[0]).await;
    clinic.ehr.cancel(&clinic.ctx, &stockholm(), &booked.id, None).await.unwrap();
    let error = clinic
        .ehr
        .change_appointment(&clinic.ctx, &stockholm(), &booked.id, to(window_of(&slots[2])))
        .await
        .unwrap_err();
    assert_eq!(error.kind, EhrErrorKind::Conflict);
}

#[tokio::test]
async fn an_appointment_whose_end_has_passed_is_completed_and_stays() {
    let clinic = Clinic::new();
    let slot = clinic.slots(&stockholm(), "res-1", "svc-1").await.remove(0);
    let booked = clinic.book(&stockholm(), &slot).await;
    clinic.clock.set(slot.end.timestamp());

    let after = clinic.ehr.appointment(&clinic.ctx, &stockholm(), &booked.id).await.unwrap();
    let cancel = clinic.ehr.cancel(&clinic.ctx, &stockholm(), &booked.id, None).await.unwrap_err();

    assert_eq!(after.status, AppointmentStatus::Completed);
    assert_eq!(cancel.kind, EhrErrorKind::Conflict);
}

#[tokio::test]
async fn an_appointment_of_another_care_unit_is_not_found() {
    let clinic = Clinic::new();
    let slot = clinic.slots(&stockholm(), "res-1", "svc-1").await.remove(0);
    let booked = clinic.book(&stockholm(), &slot).await;
    for error in [
        clinic.ehr.appointment(&clinic.ctx, &london(), &booked.id).await.unwrap_err(),
        clinic.ehr.cancel(&clinic.ctx, &london(), &booked.id, None).await.unwrap_err(),
        clinic.ehr.confirm(&clinic.ctx, &london(), &booked.id, "0000").await.unwrap_err(),
        clinic.ehr.change_appointment(&clinic.ctx, &london(), &booked.id, with("res-7")).await.unwrap_err(),
    ] {
        assert_eq!(error.kind, EhrErrorKind::NotFound(Thing::Appointment));
    }
}

#[tokio::test]
async fn the_seed_has_appointments_of_every_status() {
    let clinic = Clinic::new();
    let status = async |unit, id: &str| {
        let found = clinic.ehr.appointment(&clinic.ctx, &unit, &appointment(id)).await.unwrap();
        (found.status, found.emr_status.unwrap())
    };
    assert_eq!(status(stockholm(), "apt-1").await, (AppointmentStatus::Completed, "arrived".into()));
    assert_eq!(status(stockholm(), "apt-2").await, (AppointmentStatus::Completed, "no_show".into()));
    assert_eq!(status(stockholm(), "apt-3").await, (AppointmentStatus::Cancelled, "withdrawn".into()));
    assert_eq!(status(stockholm(), "apt-4").await, (AppointmentStatus::Booked, "scheduled".into()));
    assert_eq!(status(london(), "apt-5").await, (AppointmentStatus::Completed, "arrived".into()));
    assert_eq!(status(london(), "apt-6").await, (AppointmentStatus::Booked, "scheduled".into()));
    assert_eq!(
        status(london(), "apt-7").await,
        (AppointmentStatus::AwaitingConfirmation, "unconfirmed".into())
    );
}

#[tokio::test]
async fn a_list_obeys_every_filter_and_leaves_cancelled_ones_out() {
    let clinic = Clinic::new();
    let ids = async |query: AppointmentQuery| {
        let page = clinic.ehr.appointments(&clinic.ctx, &stockholm(), query, first_page(500)).await.unwrap();
        page.items.into_iter().map(|found| found.id.as_str().to_owned()).collect::<Vec<_>>()
    };
    let tolvans = AppointmentQuery {
        patient: Some(typed_patient("se_personal_number:19121212-1212")),
        ..AppointmentQuery::default()
    };
    assert_eq!(ids(tolvans.clone()).await.len(), 3);
    let resource_too = AppointmentQuery { resource: Some(resource("res-1")), ..tolvans.clone() };
    assert_eq!(ids(resource_too.clone()).await, ["apt-1", "apt-4"]);
    let coming = AppointmentQuery { window: Some(clinic.days(30)), ..resource_too };
    assert_eq!(ids(coming).await, ["apt-4"]);
    let service_too = AppointmentQuery { healthcare_service: Some(service("svc-2")), ..tolvans.clone() };
    assert_eq!(ids(service_too).await, ["apt-2"]);
    let cancelled = AppointmentQuery { status: Some(AppointmentStatus::Cancelled), ..tolvans };
    assert_eq!(ids(cancelled).await, ["apt-3"]);
}

#[tokio::test]
async fn pages_of_a_list_hold_every_appointment_once_and_by_start() {
    let clinic = Clinic::new();
    let all = AppointmentQuery::default;
    let whole = clinic.ehr.appointments(&clinic.ctx, &stockholm(), all(), first_page(500)).await.unwrap();
    assert!(whole.items.is_sorted_by_key(|found| found.start) && whole.items.len() > 20);

    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let request = PageRequest { limit: 7, cursor };
        let page = clinic.ehr.appointments(&clinic.ctx, &stockholm(), all(), request).await.unwrap();
        seen.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, whole.items);
}

#[tokio::test]
async fn a_foreign_cursor_is_refused_with_its_path() {
    let clinic = Clinic::new();
    let request = PageRequest { limit: 7, cursor: Some(vardbro_model::page::Cursor("x".into())) };
    let error = clinic
        .ehr
        .appointments(&clinic.ctx, &stockholm(), AppointmentQuery::default(), request)
        .await
        .unwrap_err();
    assert_eq!(only_fault(error), (FaultCode::BadInput, Some("cursor".into())));
}
