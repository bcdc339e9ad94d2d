//! TakeCare's own protocol: its messages, and one function per native operation that builds the request and knows how its answer
//! is read. No I/O.
//!
//! The operations of Booking are CGM's published ones. Those of the other services follow `ehrs/takecare/ASSUMED.md`.

mod answer;
pub mod availability;
pub mod booking;
pub mod bookings;
pub mod care_units;
pub mod case_notes;
pub mod documents;
mod envelope;
pub mod patients;
pub mod time_types;
pub mod times;
pub mod xml;

use std::fmt;

use jiff::civil::DateTime;
use secrecy::SecretString;
use url::Url;
use vardbro_ehr::wire::{Call, Safety};

pub use answer::{Answer, Fault, Refusal, message};
pub use xml::Element;

/// How the inner XML stands in its string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InnerXml {
    /// With entities.
    Escaped,
    /// In a CDATA section.
    Cdata,
}

/// Who calls, and how.
#[derive(Clone)]
pub struct Api {
    /// The address of the Booking service.
    pub booking: Url,
    /// `tcusername`.
    pub user_name: String,
    /// `tcpassword`.
    pub password: SecretString,
    /// `externaluser`.
    pub external_user: SecretString,
    /// `InvokingSystem`.
    pub invoking_system: SecretString,
    /// How the inner XML stands in its string.
    pub inner_xml: InnerXml,
    /// The local time that requests bear.
    pub now: DateTime,
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api").field("booking", &self.booking.as_str()).finish_non_exhaustive()
    }
}

/// Where an operation is, and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The service's address.
    pub address: Url,
    /// The operation's name.
    pub operation: String,
}

/// Which care unit is meant, in TakeCare's words.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UnitKey {
    /// What kind of id it is: `hsaid`, `takecareid`.
    pub id_type: String,
    /// The id.
    pub id: String,
}

impl UnitKey {
    /// The two elements that nearly every message begins with.
    fn elements(&self) -> [Element; 2] {
        [
            Element::text("CareUnitIdType", self.id_type.as_str()),
            Element::text("CareUnitId", self.id.as_str()),
        ]
    }
}

/// One native call and how its answer is read.
#[derive(Debug)]
pub struct Native<T> {
    /// What is sent.
    pub call: Call,
    reading: Reading<T>,
}

/// How the answer to a call is read.
#[derive(Debug)]
pub struct Reading<T> {
    operation: String,
    read: fn(&Element) -> Result<T, Unreadable>,
}

impl<T> Reading<T> {
    /// Reads the body of an answer: SOAP, whatever the HTTP status.
    pub fn read(&self, body: &[u8]) -> Result<Answer<T>, Unreadable> {
        message(&self.operation, body)?.and_then(|root| (self.read)(&root))
    }
}

impl<T> Native<T> {
    /// What is sent, and how the answer is read.
    pub fn into_parts(self) -> (Call, Reading<T>) {
        (self.call, self.reading)
    }
}

/// What a function of this module knows of its operation.
struct Kind<T> {
    safety: Safety,
    /// For spans and metrics.
    label: &'static str,
    read: fn(&Element) -> Result<T, Unreadable>,
}

impl Api {
    fn call<T>(
        &self,
        endpoint: &Endpoint,
        kind: Kind<T>,
        unit: &UnitKey,
        children: impl IntoIterator<Item = Element>,
    ) -> Native<T> {
        let request = envelope::request(self, endpoint, unit, children);
        Native {
            call: Call::new(kind.safety, kind.label, request),
            reading: Reading { operation: endpoint.operation.clone(), read: kind.read },
        }
    }

    /// An operation of the Booking service.
    fn booking<T>(
        &self,
        operation: &str,
        kind: Kind<T>,
        unit: &UnitKey,
        children: impl IntoIterator<Item = Element>,
    ) -> Native<T> {
        let endpoint = Endpoint { address: self.booking.clone(), operation: operation.to_owned() };
        self.call(&endpoint, kind, unit, children)
    }
}

/// Where an answer was not what it should be. Never holds a value of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The element that is missing or wrong.
    pub element: String,
}

impl Unreadable {
    /// Whether it is no SOAP at all.
    pub fn is_all(&self) -> bool {
        matches!(self.element.as_str(), "XML" | "DOCTYPE" | "Envelope")
    }

    fn at(element: &str) -> Self {
        Self { element: element.to_owned() }
    }
}

/// A message may leave out a list that is empty.
fn rows<T>(
    root: &Element,
    container: &str,
    row: &str,
    read: fn(&Element) -> Result<T, Unreadable>,
) -> Result<Vec<T>, Unreadable> {
    root.all(container).flat_map(|container| container.all(row)).map(read).collect()
}

/// Reads a body as the answer to every operation there is, and tells how many of them it could be. What fuzzing calls.
pub fn read_as_anything(body: &[u8]) -> usize {
    fn reads<T>(operation: &str, body: &[u8], read: fn(&Element) -> Result<T, Unreadable>) -> bool {
        Reading { operation: operation.to_owned(), read }.read(body).is_ok()
    }
    [
        reads("GetTimeTypes", body, time_types::read),
        reads("GetAvailableDates", body, availability::read_dates),
        reads("GetAvailableTimeslots", body, availability::read_timeslots),
        reads("GetBookings", body, bookings::read),
        reads("MakeBooking", body, booking::read_confirmation),
        reads("RescheduleBooking", body, booking::read_confirmation),
        reads("CancelBooking", body, booking::read_status),
        reads("GetCareUnits", body, care_units::read),
        reads("GetPatient", body, patients::read),
        reads("CreatePatient", body, patients::read_one),
        reads("GetCaseNotes", body, case_notes::read),
        reads("CreateCaseNote", body, case_notes::read_confirmation),
        reads("GetDocuments", body, documents::read),
        reads("CreateDocument", body, documents::read_confirmation),
    ]
    .into_iter()
    .filter(|read| *read)
    .count()
}
