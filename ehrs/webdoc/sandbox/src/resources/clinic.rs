use axum::Router;
use axum::routing::get;
use serde_json::{Value, json};

use crate::access::needs;
use crate::answer::{Answer, list};
use crate::id::Id;
use crate::number;
use crate::query::{Query, admits};
use crate::refusal::Refusal;
use crate::seed::clinics::ALL;
use crate::state::App;

pub struct Clinic {
    pub id: Id,
    pub name: &'static str,
    pub hsa_id: &'static str,
    pub company: &'static str,
    pub company_hsa_id: &'static str,
    pub organisation_number: &'static str,
    pub telephone: &'static str,
    pub address: &'static str,
    pub post_number: &'static str,
    pub post_address: &'static str,
}

impl Clinic {
    pub fn find(id: Id) -> Option<&'static Self> {
        ALL.iter().find(|clinic| clinic.id == id)
    }

    /// The clinic that a path names.
    pub fn of_path(id: Id) -> Result<&'static Self, Refusal> {
        Self::find(id).ok_or(Refusal::NotFound("clinic"))
    }

    /// The clinic that a body names.
    pub fn of_body(id: Id) -> Result<&'static Self, Refusal> {
        Self::find(id).ok_or_else(|| Refusal::invalid("clinicId", "is no clinic"))
    }

    pub fn invoice_info(&self) -> Value {
        json!({
            "companyName": self.company,
            "organisationNumber": self.organisation_number,
            "companyTelephone": self.telephone,
            "companyAddress": self.address,
            "companyPost": self.post_number,
            "companyPostArea": self.post_address,
            "bankGiro": "",
            "postGiro": "",
        })
    }

    /// As bookings hold it.
    pub fn brief(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "hsaId": self.hsa_id,
            "invoiceInfo": self.invoice_info(),
        })
    }

    fn json(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "hsaId": self.hsa_id,
            "companyHsaId": self.company_hsa_id,
            "organisationNumber": self.organisation_number,
            "address": self.address,
            "postNumber": self.post_number,
            "postAddress": self.post_address,
            "invoiceInfo": self.invoice_info(),
        })
    }
}

pub fn routes() -> Router<App> {
    Router::new().route("/v1/clinics", needs("clinics:read", get(all)))
}

async fn all(query: Query) -> Answer {
    let upper = |name| query.text(name).map(str::to_uppercase);
    let (hsa_id, company) = (upper("hsaId"), upper("companyHsaId"));
    let organisation = query.number("organisationNumber");
    let clinics = ALL.iter().filter(|clinic| {
        admits(hsa_id.as_deref(), &clinic.hsa_id.to_uppercase())
            && admits(company.as_deref(), &clinic.company_hsa_id.to_uppercase())
            && admits(organisation.as_deref(), &number::plain(clinic.organisation_number))
    });
    list(clinics.map(Clinic::json))
}
