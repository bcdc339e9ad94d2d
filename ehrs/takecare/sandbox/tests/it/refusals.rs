//! Every refusal of our own invention in the Booking service, and who may call.

use vardbro_takecare_sandbox::Account;

use crate::client::{BOOKING, EHN, MIKAEL, Message, Sandbox, Slot, UNIT, booked, request, strings};

fn time_types(unit: &str) -> String {
    request(&format!("{unit}<TimeTypeRequest>Web</TimeTypeRequest>"))
}

#[tokio::test]
async fn other_callers_are_refused_inside_the_answer() {
    let sandbox = Sandbox::start().await;
    let good = strings("takecareid", "10", &time_types(UNIT));
    for wrong in [
        good.replace("EXTUSER", "STRANGER"),
        good.replace("<externaluser>EXTUSER</externaluser>", ""),
        good.replace("INVSYS", "OTHER"),
    ] {
        assert_eq!(sandbox.ask(BOOKING, "GetTimeTypes", &wrong).await.code(), 4001, "{wrong}");
    }
    assert_eq!(sandbox.running.controls.calls()["READ /booking/booking.asmx GetTimeTypes"], 3);
}

#[tokio::test]
async fn user_and_password_are_looked_at_only_if_demanded() {
    let indifferent = Sandbox::start().await;
    let good = strings("takecareid", "10", &time_types(UNIT)).replace(
        "<tcusername></tcusername><tcpassword/>",
        "<tcusername>u</tcusername><tcpassword>p</tcpassword>",
    );
    indifferent.ask(BOOKING, "GetTimeTypes", &good).await.response();

    let account = Account { username: "u".to_owned(), password: "p".to_owned() };
    let strict = Sandbox::with(|options| options.account = Some(account)).await;
    assert_eq!(
        (&*strict.running.credentials["tcusername"], &*strict.running.credentials["tcpassword"]),
        ("u", "p")
    );
    strict.ask(BOOKING, "GetTimeTypes", &good).await.response();
    for wrong in [good.replace(">p<", ">x<"), good.replace(">u<", "><")] {
        assert_eq!(strict.ask(BOOKING, "GetTimeTypes", &wrong).await.code(), 4002);
    }
}

#[tokio::test]
async fn credentials_are_what_the_options_say() {
    let sandbox = Sandbox::with(|options| {
        options.external_user = "KLINIK".to_owned();
        options.invoking_system = "BRO".to_owned();
    })
    .await;
    let credentials = &sandbox.running.credentials;
    assert_eq!(
        (&*credentials["externaluser"], &*credentials["invokingsystem"], credentials.len()),
        ("KLINIK", "BRO", 2)
    );
    let good =
        strings("takecareid", "10", &time_types(UNIT)).replace("EXTUSER", "KLINIK").replace("INVSYS", "BRO");
    sandbox.ask(BOOKING, "GetTimeTypes", &good).await.response();
}

#[tokio::test]
async fn a_care_unit_has_two_kinds_of_ids() {
    let sandbox = Sandbox::start().await;
    for (id_type, id) in [
        ("takecareid", "10"),
        ("hsaid", "SE2321000016-1HZ4"),
        ("HSAID", "se2321000016-1hz4"),
        ("hsaid", "SE2321000016-1HZ3"),
        ("takecareid", "11"),
    ] {
        let unit = format!("<CareUnitIdType>{id_type}</CareUnitIdType><CareUnitId>{id}</CareUnitId>");
        let answer =
            sandbox.ask(BOOKING, "GetTimeTypes", &strings(id_type, id, &time_types(&unit))).await.response();
        let attributes =
            ["CareUnitIdType", "CareUnitId"].map(|name| answer.attribute("TimeTypes", name).unwrap());
        assert_eq!(attributes, [id_type, id]);
        let types = answer.all("TimeType").len();
        assert_eq!(types, if id.ends_with("10") || id.to_lowercase().ends_with("1hz4") { 5 } else { 2 });
    }
}

#[tokio::test]
async fn unknown_and_contradicting_care_units_are_refused() {
    let sandbox = Sandbox::start().await;
    let other = UNIT.replace("10", "11");
    let unknown = UNIT.replace("10", "12");
    let hsa = "<CareUnitIdType>hsaid</CareUnitIdType><CareUnitId>SE2321000016-1HZ4</CareUnitId>";
    for (id_type, id, unit, code) in [
        ("takecareid", "12", unknown.as_str(), 4010),
        ("takecareid", "12", UNIT, 4010),
        ("takecareid", "10", &unknown, 4010),
        ("takecareid", "", UNIT, 4010),
        ("", "", UNIT, 3001),
        ("ownid", "10", UNIT, 3001),
        ("hsaid", "10", UNIT, 4010),
        ("takecareid", "10", &other, 3001),
    ] {
        let answer = sandbox.ask(BOOKING, "GetTimeTypes", &strings(id_type, id, &time_types(unit))).await;
        assert_eq!(answer.code(), code, "{id_type} {id} {unit}");
    }
    sandbox.ask(BOOKING, "GetTimeTypes", &strings("takecareid", "10", &time_types(hsa))).await.response();
}

#[tokio::test]
async fn the_name_of_its_own_ids_can_be_another() {
    let sandbox = Sandbox::with(|options| options.own_id_type = "internid".to_owned()).await;
    let renamed = |text: &str| text.replace("takecareid", "internid");
    let good = strings("internid", "10", &time_types(&renamed(UNIT)));
    sandbox.ask(BOOKING, "GetTimeTypes", &good).await.response();
    assert_eq!(
        sandbox.call("GetTimeTypes", &format!("{UNIT}<TimeTypeRequest>Web</TimeTypeRequest>")).await.code(),
        3001
    );
}

async fn make(sandbox: &Sandbox, children: &str) -> Message {
    let before = sandbox.running.ehr.state();
    let answer = sandbox.call("MakeBooking", children).await;
    assert_eq!(sandbox.running.ehr.state(), before);
    answer
}

#[tokio::test]
async fn what_cannot_be_booked_is_refused_by_its_fault() {
    let sandbox = Sandbox::start().await;
    let slot = sandbox.slot().await;
    let good = booked(&slot, MIKAEL);
    let day = &slot.start[..8];
    let at = |start: &str, end: &str| booked(&Slot::new(start, end, "6", EHN), MIKAEL);
    for (children, code) in [
        (good.replace("<TimeTypeId>6<", "<TimeTypeId>5<"), 4011),
        (good.replace("<TimeTypeId>6<", "<TimeTypeId>8<"), 4011),
        (good.replace("<TimeTypeId>6<", "<TimeTypeId>14<"), 4020),
        (good.replace("<TimeTypeId>6<", "<TimeTypeId>7<"), 4020),
        (good.replace(EHN, "991890000018"), 4012),
        (good.replace(EHN, "991890000035"), 4012),
        (good.replace(EHN, "43"), 4020),
        (good.replace(MIKAEL, "197010632391"), 4013),
        (good.replace(MIKAEL, "1"), 4013),
        (good.replace("Hosta", &"å".repeat(301)), 4040),
        (at("202603160800", "202603160830"), 4021),
        (at("202503170800", "202503170830"), 4021),
        (at(&format!("{day}0805"), &format!("{day}0835")), 4020),
        (at(&slot.start, &format!("{day}1200")), 4020),
        (at(&slot.end, &slot.start), 4020),
        (at("202603210800", "202603210830"), 4020),
        (at("202803150800", "202803150830"), 4020),
        (at("202603290200", "202603290230"), 4022),
    ] {
        assert_eq!(make(&sandbox, &children).await.code(), code, "{children}");
    }
}

#[tokio::test]
async fn unknown_bookings_are_neither_cancelled_nor_moved() {
    let sandbox = Sandbox::start().await;
    let slot = sandbox.slot().await;
    for id in ["7b1f6c1e-2f4a-4a52-9d3c-0c5a6f1e9b21", "", "1"] {
        let id = format!("<BookingId>{id}</BookingId>");
        assert_eq!(sandbox.call("CancelBooking", &id).await.code(), 4030);
        let moved = format!("{id}{}", booked(&slot, MIKAEL));
        assert_eq!(sandbox.call("RescheduleBooking", &moved).await.code(), 4030);
    }
}

#[tokio::test]
async fn a_booking_of_another_care_unit_is_unknown() {
    let sandbox = Sandbox::start().await;
    let id = sandbox.make(&sandbox.slot().await, MIKAEL).await.one("BookingId");
    let cancel = request(&format!("<BookingId>{id}</BookingId>"));
    assert_eq!(
        sandbox.ask(BOOKING, "CancelBooking", &strings("takecareid", "11", &cancel)).await.code(),
        4030
    );
    sandbox.ask(BOOKING, "CancelBooking", &strings("hsaid", "SE2321000016-1HZ4", &cancel)).await.response();
}

#[tokio::test]
async fn a_too_long_reason_cancels_nothing() {
    let sandbox = Sandbox::start().await;
    let id = sandbox.make(&sandbox.slot().await, MIKAEL).await.one("BookingId");
    let cancel = |reason: &str| format!("<BookingId>{id}</BookingId><PatientReason>{reason}</PatientReason>");
    assert_eq!(sandbox.call("CancelBooking", &cancel(&"a".repeat(301))).await.code(), 4040);
    sandbox.call("CancelBooking", &cancel(&"a".repeat(300))).await.response();
}

#[tokio::test]
async fn what_a_booking_forbids_is_refused() {
    let sandbox = Sandbox::start().await;
    let mut refused = [0, 0];
    for booking in sandbox.bookings("").await {
        let id = format!("<BookingId>{}</BookingId>", booking.one("BookingId"));
        let forbidden = ["CancelAllowed", "RescheduleAllowed"].map(|flag| booking.one(flag) == "0");
        if forbidden[1] {
            let slot = Slot::new(&booking.one("StartTime"), &booking.one("EndTime"), "6", EHN);
            let moved = format!("{id}{}", booked(&slot, &booking.one("PatientId")));
            assert_eq!(sandbox.call("RescheduleBooking", &moved).await.code(), 4032);
            refused[1] += 1;
        }
        if forbidden[0] {
            assert_eq!(sandbox.call("CancelBooking", &id).await.code(), 4031);
            refused[0] += 1;
        }
    }
    assert!(refused.iter().all(|refused| *refused > 2), "{refused:?}");
}

#[tokio::test]
async fn what_has_begun_is_neither_cancelled_nor_moved() {
    let sandbox = Sandbox::start().await;
    let slot = sandbox.slot().await;
    let id = sandbox.make(&slot, MIKAEL).await.one("BookingId");
    sandbox.clock.advance(jiff::SignedDuration::from_hours(24 * 14));

    let booking = sandbox.booking(&id).await.unwrap();

    assert_eq!(
        (booking.one("CancelAllowed"), booking.one("RescheduleAllowed")),
        ("0".to_owned(), "0".to_owned())
    );
    assert_eq!(sandbox.call("CancelBooking", &format!("<BookingId>{id}</BookingId>")).await.code(), 4031);
}
