//! The inner message: what XChange cannot handle is error 3001.

use crate::client::{BOOKING, MIKAEL, Sandbox, UNIT, booked, request, strings};

async fn inner(sandbox: &Sandbox, operation: &str, xml: &str) -> crate::client::Message {
    sandbox.ask(BOOKING, operation, &strings("takecareid", "10", xml)).await
}

#[tokio::test]
async fn an_illegal_argument_is_told_in_the_published_form() {
    let sandbox = Sandbox::start().await;
    let answer = inner(&sandbox, "MakeBooking", "").await;
    let expected = "<ProfdocHISMessage MsgType=\"Error\" System=\"ProfdocHIS\" SystemInstance=\"1\" \
         Time=\"20260316090000\" User=\"EXTUSER\" CareUnitType=\"takecareid\" CareUnit=\"10\" Method=\"Booking.MakeBooking\">\
         <Error Type=\"System\"><Code>3001</Code><Msg>Illegal argument!</Msg></Error></ProfdocHISMessage>";
    assert_eq!(answer.0, expected);
}

#[tokio::test]
async fn declarations_namespaces_prefixes_and_broken_xml_are_refused() {
    let sandbox = Sandbox::start().await;
    let good = request(&format!("{UNIT}<TimeTypeRequest>Web</TimeTypeRequest>"));
    inner(&sandbox, "GetTimeTypes", &good).await.response();
    for xml in [
        format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>{good}"),
        good.replace(
            "<ProfdocHISMessage ",
            "<ProfdocHISMessage xmlns=\"urn:ProfdocHISMessage:GetTimeTypes:Request\" ",
        ),
        good.replace("ProfdocHISMessage", "p:ProfdocHISMessage")
            .replace("p:ProfdocHISMessage ", "p:ProfdocHISMessage xmlns:p=\"urn:x\" "),
        good.replace("<CareUnitId>", "<CareUnitId xmlns=\"urn:x\">"),
        good.replace("<CareUnitId>", "<CareUnitId xmlns:ns2=\"urn:x\">"),
        good.replace("<ProfdocHISMessage ", "<ProfdocHISMessage xmlns:ns2=\"urn:x\" ns2:a=\"1\" "),
        good.replace("<ProfdocHISMessage ", "<ProfdocHISMessage xmlns:ns2=\"urn:x\" ")
            .replace("CareUnitId>", "ns2:CareUnitId>"),
        good.replace("ProfdocHISMessage", "X2Message"),
        good.replace("</ProfdocHISMessage>", ""),
        format!("<!DOCTYPE a>{good}"),
        good.replace("Web", "&unknown;"),
        format!("{good}{good}"),
    ] {
        assert_eq!(inner(&sandbox, "GetTimeTypes", &xml).await.code(), 3001, "{xml}");
    }
}

/// As the public adapters send it.
#[tokio::test]
async fn a_prefix_that_the_root_declares_and_nothing_uses_does_no_harm() {
    let sandbox = Sandbox::start().await;
    let good = request(&format!("{UNIT}<TimeTypeRequest>Web</TimeTypeRequest>"));
    let declaring = "<ProfdocHISMessage xmlns:ns2=\"urn:ProfdocHISMessage:GetTimeTypes:Request\" ";
    let answer = inner(&sandbox, "GetTimeTypes", &good.replace("<ProfdocHISMessage ", declaring)).await;
    assert_eq!(answer.0, inner(&sandbox, "GetTimeTypes", &good).await.0);
}

#[tokio::test]
async fn the_attributes_of_a_request_are_checked() {
    let sandbox = Sandbox::start().await;
    let good = request(&format!("{UNIT}<TimeTypeRequest>Web</TimeTypeRequest>"));
    for harmless in [
        good.replace(" MsgType=\"Request\"", ""),
        good.replace("20260316090000", "2026031609000"),
        format!("\n {good}\n"),
    ] {
        inner(&sandbox, "GetTimeTypes", &harmless).await.response();
    }
    for wrong in [
        good.replace("\"Request\"", "\"Response\""),
        good.replace(" Time=\"20260316090000\"", ""),
        good.replace("20260316090000", "2026-03-16"),
        good.replace("20260316090000", ""),
        good.replace(" InvokingSystem=\"INVSYS\"", ""),
        good.replace(" MsgType", " Unknown=\"1\" MsgType"),
    ] {
        assert_eq!(inner(&sandbox, "GetTimeTypes", &wrong).await.code(), 3001, "{wrong}");
    }
}

#[tokio::test]
async fn children_must_come_in_their_order_and_no_others() {
    let sandbox = Sandbox::start().await;
    let slot = sandbox.slot().await;
    let good = booked(&slot, MIKAEL);
    let before = sandbox.running.ehr.state();
    let swap = |one: &str, other: &str| {
        let mark = "<swapped/>";
        good.replace(one, mark).replace(other, one).replace(mark, other)
    };
    let patient = format!("<PatientId>{MIKAEL}</PatientId>");
    for wrong in [
        swap(&patient, "<PatientReason>Hosta</PatientReason>"),
        swap("<CareUnitId>10</CareUnitId>", "<CareUnitIdType>takecareid</CareUnitIdType>"),
        good.replace(&patient, ""),
        good.replace(&patient, &format!("{patient}{patient}")),
        good.replace(UNIT, ""),
        format!("{good}<Phone>0701740632</Phone>"),
        format!("{good}text"),
        good.replace("<PatientReason>", "<PatientReason Kind=\"1\">"),
        good.replace("Hosta", "<b>Hosta</b>"),
        good.replace("PatientReason", "patientReason"),
    ] {
        assert_eq!(sandbox.call("MakeBooking", &wrong).await.code(), 3001, "{wrong}");
    }
    assert_eq!(sandbox.running.ehr.state(), before);
    let blanks = good.replace("><", ">\n  <");
    sandbox.call("MakeBooking", &blanks).await.response();
}

#[tokio::test]
async fn values_must_be_of_their_types() {
    let sandbox = Sandbox::start().await;
    let slot = sandbox.slot().await;
    let good = booked(&slot, MIKAEL);
    let number = |name: &str, value: &str, wrong: &str| {
        good.replace(&format!("<{name}>{value}<"), &format!("<{name}>{wrong}<"))
    };
    for wrong in [
        number("TimeTypeId", "6", "65536"),
        number("TimeTypeId", "6", "-6"),
        number("TimeTypeId", "6", "+6"),
        number("TimeTypeId", "6", "6.0"),
        number("TimeTypeId", "6", ""),
        number("TimeTypeId", "6", "６"),
        number("ResourceId", &slot.resource, "18446744073709551616"),
        number("ResourceId", &slot.resource, "10-991890000019"),
        number("PatientId", MIKAEL, "19810829M071"),
        number("PatientId", MIKAEL, "19711002-1834"),
        number("PatientId", MIKAEL, ""),
        number("StartTime", &slot.start, &format!("{}00", slot.start)),
        number("StartTime", &slot.start, "2026-03-17T09:00"),
        number("StartTime", &slot.start, "202602300900"),
        number("EndTime", &slot.end, "202603172460"),
    ] {
        assert_ne!(wrong, good);
        assert_eq!(sandbox.call("MakeBooking", &wrong).await.code(), 3001, "{wrong}");
    }
    let padded = number("TimeTypeId", "6", " 006\n");
    sandbox.call("MakeBooking", &padded).await.response();
}

#[tokio::test]
async fn questions_after_free_times_are_checked() {
    let sandbox = Sandbox::start().await;
    let good = format!("{UNIT}<StartDate>20260317</StartDate><EndDate>20260318</EndDate>");
    for operation in ["GetAvailableDates", "GetAvailableTimeslots"] {
        for wrong in [
            good.replace("<StartDate>20260317</StartDate>", ""),
            good.replace("20260318", "20260316"),
            good.replace("20260318", "2026-03-18"),
            good.replace("20260318", "20260231"),
            good.replace("20260318", "202603180000"),
            format!("{good}<ResourceId>1</ResourceId><TimeTypeId>6</TimeTypeId>"),
            format!("{good}<TimeTypeId>six</TimeTypeId>"),
            format!("{good}<BookingId>x</BookingId>"),
        ] {
            assert_eq!(sandbox.call(operation, &wrong).await.code(), 3001, "{wrong}");
        }
    }
    let other = format!("{UNIT}<TimeTypeRequest>All</TimeTypeRequest>");
    assert_eq!(sandbox.call("GetTimeTypes", &other).await.code(), 3001);
    assert_eq!(sandbox.call("CancelBooking", UNIT).await.code(), 3001);
}
