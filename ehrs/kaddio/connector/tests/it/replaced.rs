//! Documents of an operator's own, and operations that are turned off.

use vardbro_ehr::Ehr;
use vardbro_ehr::connection::Settings;
use vardbro_kaddio::Kaddio;
use vardbro_kaddio_sandbox::Options;
use vardbro_model::appointment::AppointmentQuery;
use vardbro_model::error::FaultCode;
use vardbro_model::patient::NewPatient;

use crate::clinic::{Clinic, connection, fault, faults, first, reference};

#[tokio::test]
async fn a_document_of_ones_own_is_used_instead_of_the_shipped_one() {
    // Without the comment, and with fragments.
    let own = "query Mina($patient_id: ID, $from: DateTime, $to: DateTime, $resource_id: ID, $healthcare_service_id: ID,
                          $care_unit_id: ID, $offset: Int, $limit: Int = 200) {
        appointments: bookings(placeId: $care_unit_id, clientId: $patient_id, hostId: $resource_id,
                               bookingTypeId: $healthcare_service_id, from: $from, to: $to, skip: $offset, limit: $limit) {
            ...Hela
        }
    }
    fragment Hela on Booking {
        id care_unit_id: placeId resource_id: hostId patient_id: clientId healthcare_service_id: bookingTypeId start end status
    }";
    let clinic = Clinic::open_with(Options::default(), |s| s.with("operation_bookings", own)).await;
    let unit = clinic.unit().await;
    let (slot, patient) = (clinic.slot(&unit).await, clinic.patient(&unit).await);
    let booked = clinic.book(&unit, &slot, &patient).await.unwrap();
    let query = AppointmentQuery { patient: Some(reference(&patient)), ..AppointmentQuery::default() };
    let listed = clinic.kaddio.appointments(&clinic.ctx(), &unit, query, first(5)).await.unwrap().items;
    assert_eq!((listed.len(), &listed[0].id), (1, &booked.id));
    assert_eq!((&listed[0].comment, &listed[0].created_at), (&None, &None), "it does not select them");
    let report = clinic.kaddio.check(&clinic.fresh()).await.unwrap();
    assert!(report.unavailable.is_empty() && report.warnings.is_empty(), "{report:?}");
}

#[test]
fn a_document_that_cannot_work_is_refused_when_it_is_set() {
    let settings = Settings::default()
        .with("url", "https://klinik.kaddio.com/graphql")
        .with_secret("token", "TOPSECRET")
        .with("operation_create_booking", "mutation { createBooking { id } }")
        .with(
            "operation_client",
            "query Client($patient_id: ID!) {\n  patient: client(id: $patient_id { id }\n}",
        );
    let error = Kaddio::new().wire_profile(&connection(settings)).unwrap_err();
    for part in [
        "operation_client: syntax error at line 2, column",
        "operation_create_booking: it does not take $start",
        "operation_create_booking: it does not select appointment",
    ] {
        assert!(error.detail.contains(part), "{part}: {}", error.detail);
    }
    assert!(!error.detail.contains("TOPSECRET"));
}

#[tokio::test]
async fn what_is_turned_off_is_not_supported_and_names_the_setting() {
    let off = |s: Settings| s.with("operation_create_booking", "off").with("operation_contacts", "off");
    let clinic = Clinic::open_with(Options::default(), off).await;
    let unit = clinic.unit().await;
    let (slot, patient) = (clinic.slot(&unit).await, clinic.patient(&unit).await);
    clinic.forget_calls();
    let booked = clinic.book(&unit, &slot, &patient).await;
    let told = faults(booked.unwrap_err()).remove(0);
    assert_eq!(told.code, FaultCode::NotSupported);
    assert!(told.detail.contains("operation_create_booking"), "{}", told.detail);
    let notes = clinic.kaddio.notes(&clinic.ctx(), &unit, &reference(&patient), first(5)).await;
    assert_eq!(fault(notes).0, FaultCode::NotSupported);
    assert_eq!(clinic.call_count(), 0);
    assert!(clinic.kaddio.patient(&clinic.ctx(), &unit, &reference(&patient)).await.is_ok());

    let report = clinic.kaddio.check(&clinic.fresh()).await.unwrap();
    let unavailable: Vec<_> = report.unavailable.iter().map(|(operation, _)| operation.as_str()).collect();
    assert_eq!(unavailable, ["book_appointment", "read_notes"]);
    assert!(report.unavailable[0].1.contains("operation_create_booking"), "{:?}", report.unavailable);
}

#[tokio::test]
async fn without_custom_fields_to_write_what_needs_them_is_refused() {
    let clinic = Clinic::open_with(Options::default(), |s| s.with("operation_update_user", "off")).await;
    let unit = clinic.unit().await;
    let new = NewPatient { date_of_birth: Some(jiff::civil::date(1990, 2, 3)), ..NewPatient::default() };
    clinic.forget_calls();
    let refused = faults(clinic.kaddio.create_patient(&clinic.ctx(), &unit, new).await.unwrap_err());
    assert_eq!(refused[0].path.as_deref(), Some("date_of_birth"));
    assert!(refused[0].detail.contains("operation_update_user"), "{}", refused[0].detail);
    assert_eq!(clinic.call_count(), 0);
}

#[tokio::test]
async fn a_booking_works_without_a_list_of_bookings_to_look_at() {
    let clinic = Clinic::open_with(Options::default(), |s| s.with("operation_bookings", "off")).await;
    let unit = clinic.unit().await;
    let (slot, patient) = (clinic.slot(&unit).await, clinic.patient(&unit).await);
    assert!(clinic.book(&unit, &slot, &patient).await.is_ok());
}

#[tokio::test]
async fn a_comment_that_the_document_does_not_take_is_refused() {
    let own = "mutation($patient_id: ID!, $resource_id: ID!, $healthcare_service_id: ID!, $start: DateTime!) {
        appointment: createBooking(clientId: $patient_id, hostId: $resource_id, bookingTypeId: $healthcare_service_id, start: $start) {
            id care_unit_id: placeId resource_id: hostId patient_id: clientId healthcare_service_id: bookingTypeId start end status } }";
    let clinic = Clinic::open_with(Options::default(), |s| s.with("operation_create_booking", own)).await;
    let unit = clinic.unit().await;
    let (slot, patient) = (clinic.slot(&unit).await, clinic.patient(&unit).await);
    let refused = clinic.book(&unit, &slot, &patient).await;
    assert_eq!(fault(refused), (FaultCode::NotSupported, Some("comment".into())));
    let silent =
        vardbro_model::appointment::Booking { comment: None, ..crate::clinic::booking(&slot, &patient) };
    assert!(clinic.kaddio.book(&clinic.ctx(), &unit, silent).await.is_ok());
}
