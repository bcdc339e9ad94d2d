//! What most cases begin with: a care unit, who works there, when they are free, a patient.

use std::sync::atomic::{AtomicU32, Ordering};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::client::{Answer, Client, with_query};
use crate::subject::Subject;

/// A care unit. Nothing of it is known but what the API tells.
pub struct Clinic<'a> {
    pub subject: &'a Subject,
    pub client: &'a Client,
    pub id: String,
    pub path: String,
    pub zone: TimeZone,
    pub country: Option<String>,
}

/// A service and a resource that offers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub resource: String,
    pub service: String,
}

/// A free time.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    pub start: String,
    pub end: String,
    pub resource_id: String,
    pub healthcare_service_id: String,
    pub care_unit_id: String,
}

/// The family name of every patient that the cases make: whoever finds it in a log has found a leak.
pub const CANARY: &str = "Kanariefugl";

impl Subject {
    /// The first care unit.
    pub async fn clinic(&self) -> Clinic<'_> {
        self.clinics().await.remove(0)
    }

    /// Every care unit.
    pub async fn clinics(&self) -> Vec<Clinic<'_>> {
        let units = self.client.get(&format!("{}/care-units", self.emr())).await.list();
        assert!(!units.is_empty(), "a sandbox has a care unit");
        units.iter().map(|unit| Clinic::new(self, &self.client, unit)).collect()
    }
}

/// The text of a field.
#[track_caller]
pub fn text(object: &Value, field: &str) -> String {
    object[field].as_str().unwrap_or_else(|| panic!("{field} is a text: {object}")).to_owned()
}

/// The instant of a field.
#[track_caller]
pub fn instant(text: &str) -> Timestamp {
    text.parse().unwrap_or_else(|_| panic!("an instant: {text}"))
}

pub fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

impl<'a> Clinic<'a> {
    pub fn new(subject: &'a Subject, client: &'a Client, unit: &Value) -> Self {
        let id = text(unit, "id");
        let path = format!("{}/care-units/{id}", subject.emr());
        let zone = TimeZone::get(&text(unit, "time_zone")).expect("an IANA zone");
        let country = unit["address"]["country"].as_str().or(subject.only_country());
        let country = country.map(str::to_owned);
        Self { subject, client, id, path, zone, country }
    }

    pub async fn get(&self, rest: &str) -> Answer {
        self.client.get(&format!("{}{rest}", self.path)).await
    }

    pub async fn find(&self, rest: &str, parameters: &[(&str, &str)]) -> Answer {
        self.client.get(&with_query(&format!("{}{rest}", self.path), parameters)).await
    }

    pub async fn post(&self, rest: &str, body: &Value) -> Answer {
        self.client.post(&format!("{}{rest}", self.path), body).await
    }

    pub async fn patch(&self, rest: &str, body: &Value) -> Answer {
        self.client.patch(&format!("{}{rest}", self.path), body).await
    }

    pub async fn resources(&self) -> Vec<Value> {
        self.get("/resources").await.list()
    }

    pub async fn services(&self) -> Vec<Value> {
        self.get("/healthcare-services").await.list()
    }

    /// A resource of this care unit that the other one has not.
    pub async fn resource_not_at(&self, other: &Clinic<'_>) -> String {
        self.resources_not_at(other).await.remove(0)
    }

    /// The resources of this care unit that the other one has not; there are some.
    pub async fn resources_not_at(&self, other: &Clinic<'_>) -> Vec<String> {
        let theirs: Vec<String> = other.resources().await.iter().map(|one| text(one, "id")).collect();
        let ours = self.resources().await.into_iter().map(|one| text(&one, "id"));
        let only_here: Vec<String> = ours.filter(|id| !theirs.contains(id)).collect();
        assert!(!only_here.is_empty(), "somebody works at one of them only");
        only_here
    }

    /// Every pair of resource and service: as the resources tell, or else as the timeslots do.
    pub async fn offers(&self) -> Vec<Offer> {
        let told = self.offers_told().await;
        if !told.is_empty() {
            return told;
        }
        let mut offers: Vec<Offer> = Vec::new();
        for slot in self.timeslots(1, 7, &[]).await {
            let offer = Offer { resource: slot.resource_id, service: slot.healthcare_service_id };
            if !offers.contains(&offer) {
                offers.push(offer);
            }
        }
        offers
    }

    async fn offers_told(&self) -> Vec<Offer> {
        let mut offers = Vec::new();
        for resource in self.resources().await {
            for service in resource["healthcare_service_ids"].as_array().expect("a list") {
                let service = service.as_str().expect("an id").to_owned();
                offers.push(Offer { resource: text(&resource, "id"), service });
            }
        }
        offers
    }

    /// A pair with many free times in the coming days.
    pub async fn offer(&self) -> Offer {
        self.offer_and_slots().await.0
    }

    /// A few free times of one resource for one service, none of which touches another.
    pub async fn slots(&self) -> Vec<Slot> {
        self.offer_and_slots().await.1
    }

    async fn offer_and_slots(&self) -> (Offer, Vec<Slot>) {
        const ENOUGH: usize = 6;
        for offer in self.offers().await {
            let slots = apart(self.free(&offer, 1, 7).await);
            if slots.len() >= ENOUGH {
                return (offer, slots);
            }
        }
        panic!("nobody at {} is free in the coming week", self.id)
    }

    /// The free times of a pair, from so many days from now for so many days, asked for anew.
    pub async fn free(&self, offer: &Offer, from: i64, to: i64) -> Vec<Slot> {
        let Offer { resource, service } = offer;
        let filters = [("resource_id", resource.as_str()), ("healthcare_service_id", service.as_str())];
        self.timeslots(from, to, &filters).await
    }

    /// The free times from so many days from now for so many days, asked for anew.
    pub async fn timeslots(&self, from: i64, to: i64, filters: &[(&str, &str)]) -> Vec<Slot> {
        let (start, end) = (self.now_plus(days(from)), self.now_plus(days(to)));
        let mut parameters = vec![("start", start.as_str()), ("end", end.as_str())];
        parameters.extend(filters);
        let path = with_query(&format!("{}/timeslots", self.path), &parameters);
        let request = self.client.request(http::Method::GET, &path).header("cache-control", "no-cache");
        slots_in(&self.client.send(request, "").await)
    }

    /// Whether the slot is offered now.
    pub async fn is_free(&self, slot: &Slot) -> bool {
        let end = instant(&slot.start).saturating_add(SignedDuration::from_secs(1)).expect("a second more");
        let end = end.to_string();
        let filters = [
            ("start", slot.start.as_str()),
            ("end", end.as_str()),
            ("resource_id", &slot.resource_id),
            ("healthcare_service_id", &slot.healthcare_service_id),
        ];
        let path = with_query(&format!("{}/timeslots", self.path), &filters);
        let request = self.client.request(http::Method::GET, &path).header("cache-control", "no-cache");
        slots_in(&self.client.send(request, "").await).contains(slot)
    }

    /// The instant so long from now, in the care unit's own offset.
    pub fn now_plus(&self, by: SignedDuration) -> String {
        self.local(self.subject.clock.now().saturating_add(by).expect("within time"))
    }

    /// The instant as the care unit's clocks tell it, to the second.
    pub fn local(&self, at: Timestamp) -> String {
        let at = Timestamp::from_second(at.as_second()).expect("within time");
        at.display_with_offset(self.zone.to_offset(at)).to_string()
    }

    /// The instant that a text names, some minutes later.
    pub fn later(&self, from: &str, minutes: i64) -> String {
        self.local(instant(from).saturating_add(SignedDuration::from_mins(minutes)).expect("within time"))
    }

    /// The fields of a patient whom nobody knows yet. Where patients go by their Swedish number, they have one.
    pub fn somebody(&self) -> Value {
        let mut somebody = self.somebody_without_number();
        if self.subject.numbers_patients() {
            let number = self.number();
            somebody["date_of_birth"] = born(&number);
            somebody["external_id"] = json!(number);
        }
        somebody
    }

    /// A number of nobody yet: where patients go by their Swedish number a test number, else any text.
    pub fn number(&self) -> String {
        let count = next();
        if self.subject.numbers_patients() { test_number(count) } else { format!("conformance/{count} å") }
    }

    /// The fields of a patient whom nobody knows yet, and who has no number.
    pub fn somebody_without_number(&self) -> Value {
        let number = next();
        let letters: String =
            format!("{number:04}").bytes().map(|digit| char::from(digit - b'0' + b'a')).collect();
        json!({
            "first_name": format!("Gul{letters}"),
            "last_name": CANARY,
            "date_of_birth": "1987-06-05",
            "emails": [format!("kanariefugl.{number}@example.com")],
        })
    }

    /// A phone number of nobody, in the national form of the care unit's country and as E.164.
    pub fn phone(&self) -> (&'static str, &'static str) {
        match self.country.as_deref() {
            Some("AU") => ("0491 570 156", "+61491570156"),
            Some("SE") => ("070-174 06 25", "+46701740625"),
            Some("GB") => ("020 7946 0125", "+442079460125"),
            Some("NO") => ("22 12 34 56", "+4722123456"),
            other => panic!("a number of nobody in {other:?}"),
        }
    }

    /// A new patient.
    pub async fn new_patient(&self) -> Value {
        self.post("/patients", &self.somebody()).await.is(201)
    }

    /// The id of a new patient.
    pub async fn patient(&self) -> String {
        text(&self.new_patient().await, "id")
    }

    /// Books the slot for the patient.
    pub async fn book(&self, slot: &Slot, patient: &str) -> Value {
        self.one_booked(&self.post("/appointments", &slot.booking(patient)).await)
    }

    /// The appointment in the answer to a booking.
    #[track_caller]
    pub fn one_booked(&self, answer: &Answer) -> Value {
        match answer.is(201) {
            Value::Array(booked) if booked.len() == 1 => booked[0].clone(),
            other => panic!("one appointment in an array: {other}"),
        }
    }

    /// The appointment as it is now.
    pub async fn appointment(&self, id: &str) -> Value {
        self.get(&format!("/appointments/{id}")).await.is(200)
    }

    pub async fn change(&self, id: &str, change: &Value) -> Answer {
        self.patch(&format!("/appointments/{id}"), change).await
    }

    /// The ids of all appointments that a list has, page after page.
    pub async fn listed(&self, parameters: &[(&str, &str)]) -> Vec<String> {
        let first = with_query(&format!("{}/appointments", self.path), parameters);
        every_page(self.client, &first).await.iter().map(|one| text(one, "id")).collect()
    }
}

fn next() -> u32 {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    COUNT.fetch_add(1, Ordering::Relaxed)
}

/// A Swedish personal number of the kind that is set aside for tests: its birth number is 980 or 981.
fn test_number(count: u32) -> String {
    let (day, month, year) = (1 + count / 2 % 28, 1 + count / 56 % 12, 1960 + count / 672 % 30);
    let digits = format!("{year}{month:02}{day:02}98{}", count % 2);
    let sum: u32 = digits[2..]
        .chars()
        .zip([2, 1].into_iter().cycle())
        .map(|(digit, weight)| digit.to_digit(10).expect("a digit") * weight)
        .map(|product| product / 10 + product % 10)
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// The date that a Swedish personal number begins with.
pub fn born(number: &str) -> Value {
    json!(format!("{}-{}-{}", &number[..4], &number[4..6], &number[6..8]))
}

/// The items of all pages, from the first one on.
pub async fn every_page(client: &Client, first: &str) -> Vec<Value> {
    let mut items = Vec::new();
    let mut next = Some(first.to_owned());
    while let Some(page) = next {
        let answer = client.get(&page).await;
        items.extend(answer.list());
        next = answer.next_page();
    }
    items
}

#[track_caller]
pub fn slots_in(answer: &Answer) -> Vec<Slot> {
    serde_json::from_value(answer.is(200)).unwrap_or_else(|error| panic!("timeslots ({error}): {answer}"))
}

/// Those of the slots that do not overlap one before.
fn apart(slots: Vec<Slot>) -> Vec<Slot> {
    let mut apart: Vec<Slot> = Vec::new();
    for slot in slots {
        if apart.last().is_none_or(|before| instant(&before.end) <= instant(&slot.start)) {
            apart.push(slot);
        }
    }
    apart
}

impl Slot {
    /// The body that books it for the patient.
    pub fn booking(&self, patient: &str) -> Value {
        let Self { start, end, resource_id, healthcare_service_id, care_unit_id: _ } = self;
        json!({
            "start": start, "end": end, "patient_id": patient,
            "resource_id": resource_id, "healthcare_service_id": healthcare_service_id,
        })
    }
}
