//! What an application does: looks for free times, makes patients, books.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::program::PATIENCE;

/// An application as one gateway hears it.
pub struct Client<'a> {
    pub origin: String,
    pub id: &'a str,
    pub secret: &'a str,
}

/// How many bookings no test makes.
const ENOUGH: usize = 200;

/// An answer; one with status 0 never came.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Value,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).next()
    }

    /// What the problem says.
    pub fn detail(&self) -> &str {
        self.body["detail"].as_str().unwrap_or_default()
    }
}

impl Client<'_> {
    /// One call over a connection of its own, under an id of its own unless that is empty.
    pub fn call(&self, method: &str, path: &str, body: &Value, request: &str) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let id = if request.is_empty() { String::new() } else { format!("X-Request-Id: {request}\r\n") };
        let asked = format!(
            "{method} {path} HTTP/1.0\r\nX-Leyr-Client-Id: {}\r\nX-Leyr-Client-Secret: {}\r\n{id}\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.id,
            self.secret,
            body.len()
        );
        let answer = self.exchange(&asked).unwrap_or_default();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
        Answer { status, head: head.to_owned(), body: serde_json::from_str(body).unwrap_or_default() }
    }

    /// Fails where the gateway is gone, or goes before it has answered.
    fn exchange(&self, asked: &str) -> io::Result<String> {
        let mut stream = TcpStream::connect(self.origin.strip_prefix("http://").unwrap())?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(asked.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }

    pub fn get(&self, path: &str) -> Answer {
        self.call("GET", path, &Value::Null, "")
    }

    /// Whether the credentials are good at all.
    pub fn emrs(&self) -> u16 {
        self.get("/api/emrs").status
    }

    pub fn care_units(&self) -> Answer {
        self.get("/api/emrs/cliniko/care-units")
    }

    /// The ids of the care units.
    pub fn care_unit_ids(&self) -> Vec<String> {
        let answer = self.care_units();
        assert_eq!(answer.status, 200, "{answer:?}");
        let units = answer.body.as_array().unwrap().iter();
        units.map(|unit| unit["id"].as_str().unwrap().to_owned()).collect()
    }

    /// A care unit's path.
    pub fn care_unit(&self) -> String {
        format!("/api/emrs/cliniko/care-units/{}", self.care_unit_ids()[0])
    }

    /// Some free times that do not overlap, as bookings for one patient.
    pub fn bookings(&self, care_unit: &str) -> Vec<Value> {
        let person = json!({"external_id": "197001019806", "first_name": "Ada", "last_name": "Berg",
            "date_of_birth": "1970-01-01", "emails": ["ada.berg@example.com"]});
        let patient = self.call("POST", &format!("{care_unit}/patients"), &person, "");
        // One who is there already is that one.
        assert!([200, 201].contains(&patient.status), "{patient:?}");
        let slots = self.get(&format!("{care_unit}/timeslots")).body;
        let mut bookings = Vec::<Value>::new();
        for slot in slots.as_array().unwrap() {
            let overlaps = |booking: &Value| {
                booking["resource_id"] == slot["resource_id"]
                    && booking["start"].as_str() < slot["end"].as_str()
                    && slot["start"].as_str() < booking["end"].as_str()
            };
            if bookings.len() < ENOUGH && !bookings.iter().any(overlaps) {
                bookings.push(json!({"start": slot["start"], "end": slot["end"],
                    "patient_id": patient.body["id"], "resource_id": slot["resource_id"],
                    "healthcare_service_id": slot["healthcare_service_id"]}));
            }
        }
        bookings
    }

    pub fn book(&self, care_unit: &str, booking: &Value, request: &str) -> Answer {
        self.call("POST", &format!("{care_unit}/appointments"), booking, request)
    }
}

/// Tries until it is so.
pub fn until(what: &str, mut so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !so() {
        assert!(Instant::now() < deadline, "not even in the end: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
