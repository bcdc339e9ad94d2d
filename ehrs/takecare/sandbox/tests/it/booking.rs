//! The seven published operations, told by their published messages.

use crate::client::{EHN, MIKAEL, Sandbox, TOLVAN, UNIT, booked};

#[tokio::test]
async fn web_time_types_are_listed() {
    let sandbox = Sandbox::start().await;
    let answer = sandbox.call("GetTimeTypes", &format!("{UNIT}<TimeTypeRequest>Web</TimeTypeRequest>")).await;
    let expected = "<ProfdocHISMessage MsgType=\"Response\" System=\"ProfdocHIS\" SystemInstance=\"1\" \
         Time=\"20260316090000\" User=\"EXTUSER\" CareUnitType=\"takecareid\" CareUnit=\"10\" Method=\"Booking.GetTimeTypes\">\
         <TimeTypes CareUnitIdType=\"takecareid\" CareUnitId=\"10\" CareUnitName=\"Ekhagens vårdcentral\">\
         <TimeType><TimeTypeId>4</TimeTypeId><TimeTypeName>Nybesök Web</TimeTypeName></TimeType>\
         <TimeType><TimeTypeId>6</TimeTypeId><TimeTypeName>Webbtid 1</TimeTypeName></TimeType>\
         <TimeType><TimeTypeId>7</TimeTypeId><TimeTypeName>Webbtid 2</TimeTypeName></TimeType>\
         <TimeType><TimeTypeId>9</TimeTypeId><TimeTypeName>Jourtid</TimeTypeName></TimeType>\
         <TimeType><TimeTypeId>14</TimeTypeId><TimeTypeName>Används ej</TimeTypeName></TimeType>\
         </TimeTypes></ProfdocHISMessage>";
    assert_eq!(answer.0, expected);
}

#[tokio::test]
async fn a_booking_is_confirmed_in_full_and_takes_its_time() {
    let sandbox = Sandbox::start().await;
    let slot = sandbox.slot().await;

    let answer = sandbox.make(&slot, MIKAEL).await.response();

    let id = answer.one("BookingId");
    let expected = format!(
        "<BookingConfirmation CareUnitIdType=\"takecareid\" CareUnitId=\"10\" CareUnitName=\"Ekhagens vårdcentral\">\
         <BookingId>{id}</BookingId><StartTime>{}</StartTime><EndTime>{}</EndTime><TimeTypeId>6</TimeTypeId>\
         <TimeTypeName>Webbtid 1</TimeTypeName><ResourceType>1</ResourceType><ResourceId>{EHN}</ResourceId>\
         <ResourceName>Läkare Ehn (läk)</ResourceName><PatientId>{MIKAEL}</PatientId>\
         <PatientReason>Hosta</PatientReason></BookingConfirmation>",
        slot.start, slot.end
    );
    assert!(answer.0.contains(&expected), "{}", answer.0);
    assert_eq!(answer.attribute("ProfdocHISMessage", "Method").as_deref(), Some("Booking.MakeBooking"));
    assert_eq!(id.len(), 36);
    assert_ne!(sandbox.slot().await, slot);
    assert_eq!(sandbox.make(&slot, TOLVAN).await.code(), 4020);
}

#[tokio::test]
async fn a_booking_is_listed_in_full() {
    let sandbox = Sandbox::start().await;
    let slot = sandbox.slot().await;
    let id = sandbox.make(&slot, MIKAEL).await.one("BookingId");

    let booking = sandbox.booking(&id).await.unwrap();

    let expected = format!(
        "<BookingId>{id}</BookingId><BookingType>0</BookingType><StartTime>{}</StartTime><EndTime>{}</EndTime>\
         <TimeTypeId>6</TimeTypeId><TimeTypeName>Webbtid 1</TimeTypeName><Resources><Resource>\
         <ResourceType>1</ResourceType><ResourceId>{EHN}</ResourceId><ResourceName>Läkare Ehn (läk)</ResourceName>\
         </Resource></Resources><PatientId>{MIKAEL}</PatientId><PatientReason>Hosta</PatientReason>\
         <CancelAllowed>1</CancelAllowed><RescheduleAllowed>1</RescheduleAllowed>",
        slot.start, slot.end
    );
    assert_eq!(booking.0, expected);
}

#[tokio::test]
async fn a_booking_without_reason_is_confirmed_without_and_listed_with_an_empty_one() {
    let sandbox = Sandbox::start().await;
    for reason in ["", "<PatientReason/>"] {
        let slot = sandbox.slot().await;
        let children = booked(&slot, MIKAEL).replace("<PatientReason>Hosta</PatientReason>", reason);
        let answer = sandbox.call("MakeBooking", &children).await.response();
        assert!(answer.all("PatientReason").is_empty());
        let booking = sandbox.booking(&answer.one("BookingId")).await.unwrap();
        assert_eq!(booking.one("PatientReason"), "");
    }
}

#[tokio::test]
async fn a_reason_comes_back_character_by_character() {
    let sandbox = Sandbox::start().await;
    for reason in ["<b> & \"c\" ]]> 'd'", "två\nrader\toch å", "日本 😀", &"å".repeat(300)] {
        let slot = sandbox.slot().await;
        let children = booked(&slot, MIKAEL).replace("Hosta", &quick_xml::escape::escape(reason));
        let id = sandbox.call("MakeBooking", &children).await.response().one("BookingId");
        assert_eq!(sandbox.booking(&id).await.unwrap().one("PatientReason"), reason);
    }
}

#[tokio::test]
async fn bookings_are_listed_by_patient_by_id_or_all() {
    let sandbox = Sandbox::start().await;
    let all = sandbox.bookings("").await;
    let of_mikael = sandbox.bookings(&format!("<PatientId>{MIKAEL}</PatientId>")).await;

    assert!(all.len() > of_mikael.len() && of_mikael.len() > 2, "{} {}", all.len(), of_mikael.len());
    assert!(of_mikael.iter().all(|booking| booking.one("PatientId") == MIKAEL && all.contains(booking)));
    let starts: Vec<String> = all.iter().map(|booking| booking.one("StartTime")).collect();
    assert!(starts.is_sorted());
    let now = "202603160900";
    assert!(
        starts.iter().any(|start| start.as_str() < now) && starts.iter().any(|start| start.as_str() > now)
    );

    let id = of_mikael[0].one("BookingId");
    let both = |patient| format!("<PatientId>{patient}</PatientId><BookingId>{id}</BookingId>");
    assert_eq!(sandbox.bookings(&both(MIKAEL)).await, [of_mikael[0].clone()]);
    for nothing in [
        both(TOLVAN),
        "<PatientId>AB12</PatientId>".into(),
        "<PatientId/>".into(),
        "<BookingId>x</BookingId>".into(),
    ] {
        assert_eq!(sandbox.bookings(&nothing).await, [], "{nothing}");
    }
    let empty = sandbox.call("GetBookings", &format!("<PatientId>AB12</PatientId>{UNIT}")).await;
    assert!(empty.0.contains("CareUnitName=\"Ekhagens vårdcentral\" /></ProfdocHISMessage>"), "{}", empty.0);
}

#[tokio::test]
async fn a_cancelled_booking_is_gone_and_its_time_free_at_once() {
    let sandbox = Sandbox::start().await;
    let slot = sandbox.slot().await;
    let id = sandbox.make(&slot, MIKAEL).await.one("BookingId");
    let cancel = format!("<BookingId>{id}</BookingId><PatientReason>Förhinder</PatientReason>");

    let answer = sandbox.call("CancelBooking", &cancel).await.response();

    let status =
        format!("<BookingStatus><BookingId>{id}</BookingId><Status>CANCELLED</Status></BookingStatus>");
    assert!(answer.0.contains(&status), "{}", answer.0);
    assert_eq!(sandbox.booking(&id).await, None);
    assert_eq!(sandbox.slot().await, slot);
    assert_eq!(sandbox.call("CancelBooking", &cancel).await.code(), 4030);
    sandbox.make(&slot, TOLVAN).await.response();
}

#[tokio::test]
async fn a_seeded_booking_may_have_a_second_resource() {
    let sandbox = Sandbox::start().await;
    let bookings = sandbox.bookings("").await;
    let long = bookings.iter().find(|booking| booking.all("Resource").len() == 2).unwrap();
    let resources: Vec<String> = long.all("Resource").iter().map(|one| one.one("ResourceId")).collect();
    assert_eq!(resources, [EHN, "43"]);
}

#[tokio::test]
async fn seeded_bookings_have_several_patients_and_a_few_forbid_something() {
    let sandbox = Sandbox::start().await;
    let bookings = sandbox.bookings("").await;
    let now = "202603160900".to_owned();
    let flags: Vec<[String; 2]> = bookings
        .iter()
        .filter(|booking| booking.one("StartTime") > now)
        .map(|booking| [booking.one("CancelAllowed"), booking.one("RescheduleAllowed")])
        .collect();
    let count =
        |cancel: &str, reschedule: &str| flags.iter().filter(|flags| **flags == [cancel, reschedule]).count();
    assert_eq!((count("0", "1"), count("1", "0"), count("0", "0")), (1, 1, 1));
    assert!(count("1", "1") > 30);

    let mut patients: Vec<String> = bookings.iter().map(|booking| booking.one("PatientId")).collect();
    patients.sort();
    patients.dedup();
    assert_eq!(patients.len(), 7);
}
