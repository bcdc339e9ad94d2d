use std::sync::Arc;

use quick_xml::escape::{escape, unescape};
use reqwest::{StatusCode, header};
use vardbro_sandbox_kit::ManualClock;
use vardbro_takecare_sandbox::{Options, Running, start};

/// A Monday, 09:00 in Stockholm. Clocks are put forward on the Sunday after the next.
pub const NOW: &str = "2026-03-16T08:00:00Z";

pub const EHN: &str = "991890000019";
pub const MIKAEL: &str = "197110021834";
pub const TOLVAN: &str = "191212121212";

pub const BOOKING: &str = "booking/booking.asmx";
pub const CARE_UNIT: &str = "careunit/careunit.asmx";
pub const PATIENT: &str = "patient/patient.asmx";
pub const CASE_NOTE: &str = "casenote/casenote.asmx";
pub const DOCUMENT: &str = "document/document.asmx";

pub struct Sandbox {
    pub running: Running,
    pub clock: Arc<ManualClock>,
    pub http: reqwest::Client,
}

pub struct Reply {
    pub status: StatusCode,
    pub headers: header::HeaderMap,
    pub text: String,
}

impl Reply {
    /// The inner message of the answer.
    #[track_caller]
    pub fn message(&self) -> Message {
        assert_eq!(self.status, 200, "{}", self.text);
        let result = self.text.split("Result>").nth(1).unwrap_or_else(|| panic!("no result: {}", self.text));
        let inner = &result[..result.rfind("</").unwrap()];
        let inner = match inner.strip_prefix("<![CDATA[") {
            Some(cdata) => cdata.strip_suffix("]]>").unwrap().to_owned(),
            None => unescape(inner).unwrap().into_owned(),
        };
        Message(inner)
    }
}

/// A `ProfdocHISMessage`, un-namespaced and without superfluous blanks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message(pub String);

impl Message {
    /// The insides of all elements of this name.
    pub fn all(&self, name: &str) -> Vec<Message> {
        let (open, close) = (format!("<{name}"), format!("</{name}>"));
        let mut found = Vec::new();
        let mut rest = self.0.as_str();
        while let Some((_, after)) = rest.split_once(&open) {
            rest = after;
            if !rest.starts_with(['>', ' ']) {
                continue;
            }
            let (tag, inside) = rest.split_once('>').unwrap();
            if tag.ends_with('/') {
                found.push(Message(String::new()));
                continue;
            }
            let (inside, after) = inside.split_once(&close).unwrap();
            found.push(Message(inside.to_owned()));
            rest = after;
        }
        found
    }

    #[track_caller]
    pub fn one(&self, name: &str) -> String {
        let all = self.all(name);
        assert_eq!(all.len(), 1, "one {name} in {}", self.0);
        unescape(&all[0].0).unwrap().into_owned()
    }

    pub fn attribute(&self, element: &str, name: &str) -> Option<String> {
        let (_, tag) = self.0.split_once(&format!("<{element} "))?;
        let (tag, _) = tag.split_once('>')?;
        let (_, value) = tag.split_once(&format!("{name}=\""))?;
        Some(unescape(value.split('"').next()?).unwrap().into_owned())
    }

    #[track_caller]
    pub fn response(self) -> Self {
        assert_eq!(self.attribute("ProfdocHISMessage", "MsgType").as_deref(), Some("Response"), "{}", self.0);
        self
    }

    /// The code of an error.
    #[track_caller]
    pub fn code(&self) -> u16 {
        assert_eq!(self.attribute("ProfdocHISMessage", "MsgType").as_deref(), Some("Error"), "{}", self.0);
        assert_eq!(self.attribute("Error", "Type").as_deref(), Some("System"));
        assert!(!self.one("Msg").is_empty());
        self.one("Code").parse().unwrap()
    }
}

pub fn http() -> reqwest::Client {
    // No TLS is spoken here, but the client wants a provider all the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

/// The children that name care unit 10.
pub const UNIT: &str = "<CareUnitIdType>takecareid</CareUnitIdType><CareUnitId>10</CareUnitId>";

pub fn request(children: &str) -> String {
    format!(
        "<ProfdocHISMessage MsgType=\"Request\" Time=\"20260316090000\" InvokingSystem=\"INVSYS\">{children}</ProfdocHISMessage>"
    )
}

/// The envelope's six strings; `xml` is escaped here.
pub fn strings(id_type: &str, id: &str, xml: &str) -> String {
    format!(
        "<tcusername></tcusername><tcpassword/><externaluser>EXTUSER</externaluser>\
         <careunitidtype>{id_type}</careunitidtype><careunitid>{id}</careunitid><xml>{}</xml>",
        escape(xml)
    )
}

pub fn envelope(operation: &str, strings: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>\n\
         <{operation} xmlns=\"http://tempuri.org/\">{strings}</{operation}></soap:Body></soap:Envelope>"
    )
}

impl Sandbox {
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn at(now: &str) -> Self {
        Self::starting(now, |_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Options)) -> Self {
        Self::starting(NOW, change).await
    }

    async fn starting(now: &str, change: impl FnOnce(&mut Options)) -> Self {
        let clock = Arc::new(ManualClock::at(now.parse().unwrap()));
        let mut options = Options { clock: clock.clone(), ..Options::default() };
        change(&mut options);
        let running = start(options, "127.0.0.1:0".parse().unwrap()).await.unwrap();
        Self { running, clock, http: http() }
    }

    pub fn address(&self, service: &str) -> String {
        self.running.native.replace(BOOKING, service)
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Reply {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Reply { status, headers, text: response.text().await.unwrap() }
    }

    /// A SOAP 1.1 call without a body.
    pub fn post(&self, service: &str, operation: &str) -> reqwest::RequestBuilder {
        self.http
            .post(self.address(service))
            .header(header::CONTENT_TYPE, "text/xml; charset=utf-8")
            .header("SOAPAction", format!("\"http://tempuri.org/{operation}\""))
    }

    /// An envelope with these strings, and the answer's inner message.
    pub async fn ask(&self, service: &str, operation: &str, strings: &str) -> Message {
        let body = envelope(operation, strings);
        self.send(self.post(service, operation).body(body)).await.message()
    }

    /// A message to a service as care unit 10, with these children.
    pub async fn tell(&self, service: &str, operation: &str, children: &str) -> Message {
        self.ask(service, operation, &strings("takecareid", "10", &request(children))).await
    }

    pub async fn call(&self, operation: &str, children: &str) -> Message {
        self.tell(BOOKING, operation, children).await
    }

    /// Free times from one day to another, narrowed by further children.
    pub async fn free(&self, first: &str, last: &str, narrowed: &str) -> Vec<Slot> {
        let children = format!("{UNIT}<StartDate>{first}</StartDate><EndDate>{last}</EndDate>{narrowed}");
        let slots = self.call("GetAvailableTimeslots", &children).await.response().all("Timeslot");
        slots.iter().map(Slot::read).collect()
    }

    /// Läkare Ehn's first free time of type 6 tomorrow or later.
    pub async fn slot(&self) -> Slot {
        let wanted = format!("<TimeTypeId>6</TimeTypeId><ResourceId>{EHN}</ResourceId>");
        self.free("20260317", "20260327", &wanted).await.remove(0)
    }

    pub async fn make(&self, slot: &Slot, patient: &str) -> Message {
        self.call("MakeBooking", &booked(slot, patient)).await
    }

    pub async fn bookings(&self, narrowed: &str) -> Vec<Message> {
        self.call("GetBookings", &format!("{narrowed}{UNIT}")).await.response().all("Booking")
    }

    pub async fn booking(&self, id: &str) -> Option<Message> {
        self.bookings(&format!("<BookingId>{id}</BookingId>")).await.pop()
    }

    pub async fn admin(&self, path: &str) -> serde_json::Value {
        let reply = self.send(self.http.get(format!("{}/_sandbox/{path}", self.running.origin))).await;
        serde_json::from_str(&reply.text).unwrap()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    pub start: String,
    pub end: String,
    pub time_type: String,
    pub resource: String,
}

impl Slot {
    fn read(slot: &Message) -> Self {
        Self {
            start: slot.one("StartTime"),
            end: slot.one("EndTime"),
            time_type: slot.one("TimeTypeId"),
            resource: slot.one("ResourceId"),
        }
    }

    pub fn new(start: &str, end: &str, time_type: &str, resource: &str) -> Self {
        let [start, end, time_type, resource] = [start, end, time_type, resource].map(str::to_owned);
        Self { start, end, time_type, resource }
    }
}

/// The children of MakeBooking.
pub fn booked(slot: &Slot, patient: &str) -> String {
    format!(
        "{UNIT}<StartTime>{}</StartTime><EndTime>{}</EndTime><TimeTypeId>{}</TimeTypeId><ResourceId>{}</ResourceId>\
         <PatientId>{patient}</PatientId><PatientReason>Hosta</PatientReason>",
        slot.start, slot.end, slot.time_type, slot.resource
    )
}
