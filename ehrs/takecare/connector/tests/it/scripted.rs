//! A TakeCare that says what a test wants, message by message, for what no sandbox does by itself.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use tokio::time::Instant;
use vardbro_ehr::Ctx;
use vardbro_ehr::connection::Settings;
use vardbro_ehr::environment::{Clock, Machine};
use vardbro_ehr::meter::Meter;
use vardbro_ehr::wire::{CallContext, Tls, WireError, WireErrorKind, WireProfile, wire_over};
use vardbro_model::capabilities::Operation;
use vardbro_takecare::TakeCare;
use vardbro_takecare::wire::xml;

use crate::clinic::connection;

/// What the script says.
pub enum Said {
    /// The children of a `ProfdocHISMessage`.
    Reply(String),
    /// `MsgType="Error"`.
    No(&'static str),
    /// HTTP, without a message inside.
    Http(u16, String),
    /// It got there, and no answer came back.
    Lost,
}

pub struct Stage {
    pub takecare: TakeCare,
    pub ctx: Ctx,
    seen: Arc<Mutex<Vec<(String, String)>>>,
}

struct Stopped(Timestamp);

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        self.0
    }
}

type Script = dyn Fn(&str, &str) -> Option<Said> + Send + Sync;

impl Stage {
    /// The script is told operation and inner message; what it leaves open has care units 10 and 11 with time types 6 and 7.
    pub fn set(now: &str, script: impl Fn(&str, &str) -> Option<Said> + Send + Sync + 'static) -> Self {
        Self::settled(now, |settings| settings, script)
    }

    pub fn settled(
        now: &str,
        settle: impl FnOnce(Settings) -> Settings,
        script: impl Fn(&str, &str) -> Option<Said> + Send + Sync + 'static,
    ) -> Self {
        let settings = Settings::default()
            .with("booking_url", "https://xchange.example/node/booking/booking.asmx")
            .with_secret("externaluser", "EXTSECRETUSER")
            .with_secret("invokingsystem", "SECRETSYSTEM");
        let connection = Arc::new(connection(settle(settings)));
        let (seen, script): (Arc<Mutex<Vec<_>>>, Arc<Script>) = (Arc::default(), Arc::new(script));
        let log = Arc::clone(&seen);
        let transport = tower::service_fn(move |request: http::Request<Bytes>| {
            let said = hear(&request, &log, script.as_ref());
            async move { said }
        });
        let profile = WireProfile {
            calls_per_minute: None,
            concurrency: 8,
            attempt_timeout: Duration::from_secs(8),
            tls: Tls::MACHINE,
        };
        let clock: Arc<dyn Clock> = Arc::new(Stopped(now.parse().unwrap()));
        let ctx = Ctx {
            connection,
            operation: Operation::BookAppointment,
            clock: Arc::clone(&clock),
            deadline: Instant::now() + Duration::from_secs(5),
            fresh: false,
            meter: Meter::default(),
            wire: wire_over(transport, &profile, clock, Arc::new(Machine)),
        };
        Self { takecare: TakeCare::new(), ctx, seen }
    }

    /// Operations in the order in which they were called, but for care units and time types.
    pub fn called(&self) -> Vec<String> {
        let known = |operation: &String| !matches!(operation.as_str(), "GetCareUnits" | "GetTimeTypes");
        self.seen.lock().unwrap().iter().map(|(operation, _)| operation.clone()).filter(known).collect()
    }

    /// The inner message of the last call of an operation.
    pub fn last(&self, operation: &str) -> String {
        let seen = self.seen.lock().unwrap();
        seen.iter().rev().find(|(known, _)| known == operation).map(|(_, inner)| inner.clone()).unwrap()
    }
}

fn hear(
    request: &http::Request<Bytes>,
    log: &Mutex<Vec<(String, String)>>,
    script: &Script,
) -> Result<http::Response<Bytes>, WireError> {
    assert!(request.extensions().get::<CallContext>().is_some());
    let envelope = xml::parse(std::str::from_utf8(request.body()).unwrap()).unwrap();
    let called = &envelope.need("Body").unwrap().children()[0];
    let (operation, inner) = (called.name().to_owned(), called.need("xml").unwrap().content().to_owned());
    log.lock().unwrap().push((operation.clone(), inner.clone()));
    let said = script(&operation, &inner).unwrap_or_else(|| usual(&operation, &inner));
    let (status, body) = match said {
        Said::Reply(children) => (200, message(&operation, "Response", &children)),
        Said::No(words) => {
            let error = format!("<Error Type=\"System\"><Code>3000</Code><Msg>{words}</Msg></Error>");
            (200, message(&operation, "Error", &error))
        }
        Said::Http(status, body) => (status, body),
        Said::Lost => return Err(WireError::unknown(WireErrorKind::Dropped)),
    };
    Ok(http::Response::builder().status(status).body(Bytes::from(body)).unwrap())
}

/// An answer with a prefixed root, which is as good as any.
fn message(operation: &str, kind: &str, children: &str) -> String {
    let inner = format!(
        "<?xml version=\"1.0\"?><p:ProfdocHISMessage xmlns:p=\"urn:x\" MsgType=\"{kind}\" Method=\"\" User=\"\">{children}</p:ProfdocHISMessage>"
    );
    format!(
        "<s:Envelope xmlns:s=\"x\"><s:Body><{operation}Response><{operation}Result><![CDATA[{inner}]]></{operation}Result></{operation}Response></s:Body></s:Envelope>"
    )
}

/// Whoever is asked for is a patient.
fn usual(operation: &str, inner: &str) -> Said {
    let unit = |id: &str| {
        format!("<CareUnit><CareUnitId>{id}</CareUnitId><CareUnitName>Enhet {id}</CareUnitName></CareUnit>")
    };
    let kind = |id: u16| {
        format!("<TimeType><TimeTypeId>{id}</TimeTypeId><TimeTypeName>Webbtid {id}</TimeTypeName></TimeType>")
    };
    Said::Reply(match operation {
        "GetCareUnits" => format!("<CareUnits>{}{}</CareUnits>", unit("10"), unit("11")),
        "GetTimeTypes" => format!("<TimeTypes CareUnitName=\"Enhet\">{}{}</TimeTypes>", kind(6), kind(7)),
        "GetBookings" => "<Bookings/>".to_owned(),
        "GetAvailableTimeslots" => "<AvailableTimeslots/>".to_owned(),
        "GetPatient" => {
            let asked = xml::parse(inner).unwrap();
            let id = asked.told("PatientId").unwrap();
            format!("<Patients><Patient><PatientId>{id}</PatientId></Patient></Patients>")
        }
        "GetCaseNotes" => "<CaseNotes/>".to_owned(),
        "GetDocuments" => "<Documents/>".to_owned(),
        other => panic!("the script says nothing to {other}"),
    })
}

/// A free time of resource 1 for time type 6.
pub fn slot(start: &str, end: &str) -> String {
    slot_of(start, end, 6, 1)
}

pub fn slot_of(start: &str, end: &str, time_type: u16, resource: u64) -> String {
    format!(
        "<Timeslot><StartTime>{start}</StartTime><EndTime>{end}</EndTime><TimeTypeId>{time_type}</TimeTypeId><TimeTypeName/>{}</Timeslot>",
        resource_row(1, resource)
    )
}

pub fn resource_row(kind: u8, id: u64) -> String {
    format!(
        "<ResourceType>{kind}</ResourceType><ResourceId>{id}</ResourceId><ResourceName>Resurs {id}</ResourceName>"
    )
}

pub fn slots(rows: &[String]) -> Said {
    Said::Reply(format!("<AvailableTimeslots CareUnitName=\"Enhet\">{}</AvailableTimeslots>", rows.concat()))
}

/// A booking for time type 6 with resource 1, and what else stands in it.
pub fn booking(id: &str, start: &str, end: &str, patient: &str, rest: &str) -> String {
    booking_with(id, start, end, patient, &format!("<Resource>{}</Resource>", resource_row(1, 1)), rest)
}

pub fn booking_with(id: &str, start: &str, end: &str, patient: &str, resources: &str, rest: &str) -> String {
    format!(
        "<Booking><BookingId>{id}</BookingId><BookingType>0</BookingType><StartTime>{start}</StartTime><EndTime>{end}</EndTime><TimeTypeId>6</TimeTypeId><TimeTypeName/><Resources>{resources}</Resources><PatientId>{patient}</PatientId><PatientReason>Hosta</PatientReason>{rest}</Booking>"
    )
}

pub fn bookings(rows: &[String]) -> Said {
    Said::Reply(format!(
        "<Bookings CareUnitIdType=\"takecareid\" CareUnitId=\"10\" CareUnitName=\"Enhet\">{}</Bookings>",
        rows.concat()
    ))
}

/// A confirmation for time type 6 with resource 1.
pub fn confirmation(id: &str, start: &str, end: &str, patient: &str) -> Said {
    Said::Reply(format!(
        "<BookingConfirmation CareUnitName=\"Enhet\"><BookingId>{id}</BookingId><StartTime>{start}</StartTime><EndTime>{end}</EndTime><TimeTypeId>6</TimeTypeId><TimeTypeName/>{}<PatientId>{patient}</PatientId></BookingConfirmation>",
        resource_row(1, 1)
    ))
}
