//! Invoices of visits, and credit invoices. All money on them is text.

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, patch, post};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::access::needs;
use crate::answer::{Answer, created_one, list, ok};
use crate::body::Body;
use crate::id::Id;
use crate::local;
use crate::money::Money;
use crate::query::{Query, admits};
use crate::refusal::Refusal;
use crate::resources::clinic::Clinic;
use crate::resources::patient::FreeCardShape;
use crate::resources::payment::Payment;
use crate::resources::payment_method::PaymentMethod;
use crate::resources::user::User;
use crate::state::{App, World};

#[derive(Clone)]
pub struct Invoice {
    pub id: i64,
    pub clinic: Id,
    pub visit: Id,
    pub patient: Id,
    pub user: Id,
    pub payment: Payment,
    pub paid: Money,
    pub paid_on: Option<Date>,
    pub created_at: DateTime,
    pub exported: bool,
    /// One that takes another back, which is never paid.
    pub credit: bool,
}

/// Days to pay.
const TERM: i64 = 30;

impl Invoice {
    /// An unpaid invoice of a visit.
    pub fn of_visit(world: &World, visit: Id, created_at: DateTime) -> Option<Self> {
        let visit = world.visits.get(&visit)?;
        let payment = Payment::of(world.diary.booking(visit.booking)?)?;
        let last = world.invoices.iter().map(|invoice| invoice.id).max().unwrap_or(FIRST);
        Some(Self {
            id: last.saturating_add(1),
            clinic: visit.clinic,
            visit: visit.id,
            patient: visit.patient,
            user: visit.user,
            payment,
            paid: Money::default(),
            paid_on: None,
            created_at,
            exported: false,
            credit: false,
        })
    }

    /// What the numbers mean is not public; here 1 is open and 2 is paid.
    fn status(&self) -> i64 {
        if self.paid_on.is_some() { 2 } else { 1 }
    }

    pub fn pay(&mut self, paid: Money, today: Date) {
        self.paid = paid;
        self.paid_on = (paid >= self.payment.fee).then_some(today);
    }

    fn json(&self, world: &World) -> Value {
        let total = if self.credit { self.payment.fee.credited() } else { self.payment.fee };
        let patient = world.patients.get(&self.patient);
        let text = |text: fn(&crate::resources::patient::Patient) -> &String| patient.map(text);
        json!({
            "invoiceId": self.id.to_string(),
            "invoiceNumber": format!("F{}", self.id),
            "invoiceStatus": self.status().to_string(),
            "currency": "SEK",
            "netAmount": total.text(),
            "totalAmount": total.text(),
            "VAT": Money::default().text(),
            "VATPercentage": Money::default().text(),
            "clinicName": Clinic::find(self.clinic).map(|clinic| clinic.name),
            "paidDate": self.paid_on.map(|date| date.to_string()),
            "expiryDate": self.created_at.date().saturating_add(TERM.days()).to_string(),
            "createdAt": local::seconds(self.created_at),
            "payments": [self.payment.json(Money::text)],
            "caregiver": User::find(self.user).map(User::caregiver),
            "patient": patient.map(|patient| patient.of_clinic_booking(FreeCardShape::Object)),
            "recipient": {
                "type": "patient",
                "firstName": text(|patient| &patient.first_name),
                "lastName": text(|patient| &patient.last_name),
                "billingAddress": text(|patient| &patient.address.street),
                "billingZipCode": text(|patient| &patient.address.zip_code),
                "billingCity": text(|patient| &patient.address.city),
            },
        })
    }
}

/// Invoices are numbered from here.
const FIRST: i64 = 100_000;

pub fn routes() -> Router<App> {
    let methods = needs("self-service", get(invoices).merge(post(create)));
    Router::new()
        .route("/v1/clinics/{id}/invoices", methods)
        .route("/v1/clinics/{id}/creditInvoices", needs("self-service", get(credit_invoices)))
        .route("/v1/clinics/{id}/invoices/{invoice}", needs("self-service", patch(change)))
}

async fn invoices(State(app): State<App>, Path(clinic): Path<Id>, query: Query) -> Answer {
    let status = query.integer("status")?;
    listed(&app, clinic, &query, |invoice| !invoice.credit && admits(status, invoice.status()))
}

async fn credit_invoices(State(app): State<App>, Path(clinic): Path<Id>, query: Query) -> Answer {
    listed(&app, clinic, &query, |invoice| invoice.credit)
}

fn listed(app: &App, clinic: Id, query: &Query, wanted: impl Fn(&Invoice) -> bool) -> Answer {
    let clinic = Clinic::of_path(clinic)?.id;
    let (days, exported) = (query.days()?, query.bit("isExported")?);
    let session = app.session();
    let patients = session.patients_filtered(query);
    let rows = session.invoices.iter().filter(|invoice| {
        invoice.clinic == clinic
            && wanted(invoice)
            && days.include(invoice.created_at.date())
            && admits(exported, invoice.exported)
            && patients.admit(Some(invoice.patient))
    });
    list(rows.map(|invoice| invoice.json(&session)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct New {
    visit_id: Id,
    total_payment: String,
}

async fn create(State(app): State<App>, Path(clinic): Path<Id>, Body(new): Body<New>) -> Answer {
    let clinic = Clinic::of_path(clinic)?.id;
    let mut session = app.session();
    let visit = session.visits.get(&new.visit_id).filter(|visit| visit.clinic == clinic);
    let visit = visit.ok_or(Refusal::NotFound("visit"))?.id;
    if session.invoices.iter().any(|invoice| invoice.visit == visit && !invoice.credit) {
        return Err(Refusal::invalid("visitId", "has an invoice already"));
    }
    let invoice = Invoice::of_visit(&session, visit, session.now);
    let mut invoice = invoice.ok_or(Refusal::NotFound("visit"))?;
    invoice.pay(money(&new.total_payment)?, session.now.date());
    let body = invoice.json(&session);
    session.invoices.push(invoice);
    created_one(body)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    total_payment: Option<String>,
    /// The id of the method, as text.
    payment_method: Option<String>,
}

async fn change(
    State(app): State<App>,
    Path((clinic, id)): Path<(Id, String)>,
    Body(change): Body<Change>,
) -> Answer {
    let clinic = Clinic::of_path(clinic)?.id;
    let mut session = app.session();
    let today = session.now.date();
    let same =
        |invoice: &&Invoice| id.parse() == Ok(invoice.id) && invoice.clinic == clinic && !invoice.credit;
    let mut invoice = session.invoices.iter().find(same).ok_or(Refusal::NotFound("invoice"))?.clone();
    if let Some(method) = &change.payment_method {
        let method = PaymentMethod::usable(method);
        let method =
            method.ok_or_else(|| Refusal::invalid("paymentMethod", "is no active payment method"))?;
        invoice.payment.account = method.account;
        invoice.payment.comment = method.name;
    }
    if let Some(paid) = &change.total_payment {
        invoice.pay(money(paid)?, today);
    }
    let body = invoice.json(&session);
    if let Some(row) = session.invoices.iter_mut().find(|row| row.id == invoice.id) {
        *row = invoice;
    }
    ok(body)
}

fn money(text: &str) -> Result<Money, Refusal> {
    Money::parse(text).ok_or_else(|| Refusal::invalid("totalPayment", "is no amount"))
}
