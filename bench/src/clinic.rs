//! What is there before anything is measured: patients, their appointments, and free times to book.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http::{Method, Request};
use http_body_util::Full;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::client::Client;
use crate::error::{BenchError, Result};
use crate::served::Address;

/// A care unit of the reference EHR that asks for no codes.
const UNIT: &str = "/api/emrs/mock/care-units/cu-1";

/// A resource whose times are longest, so that those on a page are its own, and one with which bookings are made.
const LISTED: &str = "res-3";
const BOOKED: &str = "res-1";

/// How many patients a page of appointments discloses.
pub const ON_PAGE: usize = 30;

/// A clinic that callers share.
pub struct Clinic {
    address: Address,
    pub patients: Vec<String>,
    /// A query that lists [`ON_PAGE`] appointments, each of another patient.
    page: String,
    /// A query for a week's free times.
    timeslots: String,
    /// Free times, none of which overlaps another.
    pub free: Vec<Slot>,
}

#[derive(Clone, Deserialize)]
pub struct Slot {
    start: String,
    end: String,
    resource_id: String,
    healthcare_service_id: String,
}

impl Clinic {
    /// Fills it by way of the API.
    pub async fn prepare(address: &Address) -> Result<Arc<Self>> {
        let mut clinic = Self {
            address: address.clone(),
            patients: Vec::new(),
            page: String::new(),
            timeslots: String::new(),
            free: Vec::new(),
        };
        let mut client = Client::connect(address.api).await?;
        for number in 0..ON_PAGE {
            let patient = json!({
                "first_name": format!("Test{number}"), "last_name": "Bench", "date_of_birth": "1987-06-05",
                "emails": [format!("bench.{number}@example.com")],
            });
            let answer = client.send(clinic.post("/patients", &patient)?).await?;
            let patient: Value = serde_json::from_slice(&answer.body)?;
            clinic.patients.push(text(&patient, "id")?);
        }
        let (from, until) = (in_days(25)?, in_days(54)?);
        let listed = clinic.slots(&mut client, LISTED, &from, &until).await?;
        for (patient, slot) in clinic.patients.iter().zip(&listed) {
            client.send(clinic.booking(patient, slot)?).await?;
        }
        clinic.free = clinic.slots(&mut client, BOOKED, &from, &until).await?;
        clinic.page = format!("/appointments?resource_id={LISTED}&start={from}&end={until}");
        let week = in_days(7)?;
        clinic.timeslots = format!("/timeslots?resource_id={BOOKED}&start={}&end={week}", in_days(0)?);
        let page: Vec<Value> = serde_json::from_slice(&client.send(clinic.page()?).await?.body)?;
        if page.len() != ON_PAGE {
            return Err(BenchError::Missing("an appointment of each patient"));
        }
        Ok(Arc::new(clinic))
    }

    /// Where it is called.
    pub fn api(&self) -> SocketAddr {
        self.address.api
    }

    pub fn care_unit(&self) -> Result<Request<Full<Bytes>>> {
        self.get("")
    }

    pub fn patient(&self, id: &str) -> Result<Request<Full<Bytes>>> {
        self.get(&format!("/patients/{id}"))
    }

    pub fn page(&self) -> Result<Request<Full<Bytes>>> {
        self.get(&self.page)
    }

    pub fn timeslots(&self) -> Result<Request<Full<Bytes>>> {
        self.get(&self.timeslots)
    }

    pub fn booking(&self, patient: &str, slot: &Slot) -> Result<Request<Full<Bytes>>> {
        let Slot { start, end, resource_id, healthcare_service_id } = slot;
        let booking = json!({
            "start": start, "end": end, "patient_id": patient,
            "resource_id": resource_id, "healthcare_service_id": healthcare_service_id,
        });
        self.post("/appointments", &booking)
    }

    pub fn cancelling(&self, appointment: &str) -> Result<Request<Full<Bytes>>> {
        let change = json!({"status": "cancelled"});
        self.request(Method::PATCH, &format!("/appointments/{appointment}"), Some(&change))
    }

    async fn slots(&self, client: &mut Client, resource: &str, from: &str, until: &str) -> Result<Vec<Slot>> {
        let query = format!("/timeslots?resource_id={resource}&start={from}&end={until}");
        let answer = client.send(self.get(&query)?).await?;
        let mut apart: Vec<Slot> = Vec::new();
        for slot in serde_json::from_slice::<Vec<Slot>>(&answer.body)? {
            if apart.last().is_none_or(|last| instant(&last.end) <= instant(&slot.start)) {
                apart.push(slot);
            }
        }
        Ok(apart)
    }

    fn get(&self, path: &str) -> Result<Request<Full<Bytes>>> {
        self.request(Method::GET, path, None)
    }

    fn post(&self, path: &str, body: &Value) -> Result<Request<Full<Bytes>>> {
        self.request(Method::POST, path, Some(body))
    }

    fn request(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Request<Full<Bytes>>> {
        let Address { api, client_id, client_secret, .. } = &self.address;
        let request = Request::builder()
            .method(method)
            .uri(format!("{UNIT}{path}"))
            .header(HOST, api.to_string())
            .header("x-leyr-client-id", client_id)
            .header("x-leyr-client-secret", client_secret)
            .header("x-actor", "SE2321000016-1a01");
        Ok(match body {
            None => request.body(Full::default())?,
            Some(body) => {
                request.header(CONTENT_TYPE, "application/json").body(Full::from(body.to_string()))?
            }
        })
    }
}

/// The field of an object.
pub fn text(object: &Value, field: &'static str) -> Result<String> {
    object.get(field).and_then(Value::as_str).map(str::to_owned).ok_or(BenchError::Missing(field))
}

fn instant(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

fn in_days(days: i64) -> Result<String> {
    let at = Timestamp::now().checked_add(SignedDuration::from_hours(24 * days));
    let at = at.ok().and_then(|at| Timestamp::from_second(at.as_second()).ok());
    at.map(|at| at.to_string()).ok_or(BenchError::Missing("a day"))
}
