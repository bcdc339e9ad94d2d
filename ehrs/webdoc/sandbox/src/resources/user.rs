use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use serde_json::{Map, Value, json};

use crate::access::needs;
use crate::answer::{Answer, list, ok};
use crate::id::Id;
use crate::number;
use crate::query::{Query, admits};
use crate::refusal::Refusal;
use crate::resources::clinic::Clinic;
use crate::seed::permissions;
use crate::seed::users::ALL;
use crate::state::App;

/// A member of the staff.
pub struct User {
    pub id: Id,
    pub first_name: &'static str,
    pub last_name: &'static str,
    pub title: &'static str,
    /// 12 digits, or nothing.
    pub personal_number: &'static str,
    pub hsa_id: &'static str,
    /// The prescriber's code.
    pub identifier: &'static str,
    pub email: &'static str,
    pub telephone: &'static str,
    pub clinics: &'static [Id],
    /// Whether patients can be booked to this user.
    pub caregiver: bool,
    pub default_record_template: Option<i64>,
}

impl User {
    pub fn find(id: Id) -> Option<&'static Self> {
        ALL.iter().find(|user| user.id == id)
    }

    /// The user that a body names.
    pub fn of_body(id: Id, field: &str) -> Result<&'static Self, Refusal> {
        Self::find(id).ok_or_else(|| Refusal::invalid(field, "is no user"))
    }

    /// A caregiver of the clinic's that a body names.
    pub fn caregiver_of_body(id: Id, clinic: Id, field: &str) -> Result<&'static Self, Refusal> {
        let user = Self::find(id).filter(|user| user.caregiver && user.clinics.contains(&clinic));
        user.ok_or_else(|| Refusal::invalid(field, "is no caregiver of the clinic's"))
    }

    /// As `caregiver` of most answers.
    pub fn caregiver(&self) -> Value {
        json!({
            "id": self.id,
            "title": self.title,
            "firstName": self.first_name,
            "lastName": self.last_name,
            "identifier": self.identifier,
            "hsaId": self.hsa_id,
        })
    }

    /// The answer to a booking leaves two fields of the caregiver empty.
    pub fn caregiver_of_new_booking(&self) -> Value {
        json!({
            "id": self.id,
            "title": self.title,
            "firstName": self.first_name,
            "lastName": self.last_name,
            "identifier": "",
            "hsaId": "",
        })
    }

    /// As `user` of `GET /v1/bookings`.
    pub fn of_booking(&self) -> Value {
        json!({
            "id": self.id,
            "personalNumber": number::dashed(self.personal_number),
            "firstName": self.first_name,
            "lastName": self.last_name,
            "title": self.title,
        })
    }

    fn brief(&self) -> Value {
        json!({"id": self.id, "firstName": self.first_name, "lastName": self.last_name})
    }

    /// List and single call the telephone and the cost centre differently.
    fn json(&self, telephone: &str, cost_centre: &str) -> Value {
        let clinics = self.clinics.iter().filter_map(|id| Clinic::find(*id)).map(|clinic| {
            json!({
                "id": clinic.id,
                "name": clinic.name,
                "hsaId": clinic.hsa_id,
                "journalArchiveClinicId": clinic.id,
                "invoiceInfo": clinic.invoice_info(),
            })
        });
        json!({
            "id": self.id,
            "firstName": self.first_name,
            "lastName": self.last_name,
            "personalNumber": number::dashed(self.personal_number),
            "hsaId": self.hsa_id,
            "email": self.email,
            telephone: self.telephone,
            "lastLoggedIn": LAST_LOGGED_IN,
            "clinics": clinics.collect::<Vec<_>>(),
            "settings": {
                cost_centre: "1",
                "defaultRecordTemplateId": self.default_record_template.map(|id| id.to_string()),
                "defaultPatientTypeId": "3",
            },
        })
    }
}

const LAST_LOGGED_IN: &str = "2025-11-03 07:45:00";

pub fn routes() -> Router<App> {
    Router::new()
        .route("/v1/users", needs("users:read", get(all)))
        .route("/v1/users/{id}", needs("users:read", get(one)))
        .route("/v1/users/{id}/permissions", needs("users:read", get(permissions)))
        .route("/v1/clinics/{id}/users", needs("users:read", get(of_clinic)))
}

async fn all(query: Query) -> Answer {
    let lower = |name| query.text(name).map(str::to_lowercase);
    let (first_name, last_name, hsa_id) = (lower("firstName"), lower("lastName"), lower("hsaId"));
    let (id, personal_number) = (query.id("id"), query.number("personalNumber"));
    let users = ALL.iter().filter(|user| {
        admits(id, user.id)
            && admits(personal_number.as_deref(), user.personal_number)
            && admits(hsa_id.as_deref(), &user.hsa_id.to_lowercase())
            && admits(first_name.as_deref(), &user.first_name.to_lowercase())
            && admits(last_name.as_deref(), &user.last_name.to_lowercase())
    });
    list(users.map(|user| user.json("phoneNumber", "defaultCostCentreId")))
}

async fn one(Path(id): Path<Id>) -> Answer {
    let user = User::find(id).ok_or(Refusal::NotFound("user"))?;
    ok(user.json("telephoneNumber", "defaultCostCenterId"))
}

async fn permissions(Path(id): Path<Id>) -> Answer {
    let user = User::find(id).ok_or(Refusal::NotFound("user"))?;
    let map = |clinic: &Id| (clinic.to_string(), permissions::of(user));
    ok(user.clinics.iter().map(map).collect::<Map<_, _>>().into())
}

async fn of_clinic(Path(id): Path<Id>, query: Query) -> Answer {
    let clinic = Clinic::of_path(id)?;
    let caregiver = query.flag("isCaregiver")?;
    let users =
        ALL.iter().filter(|user| user.clinics.contains(&clinic.id) && admits(caregiver, user.caregiver));
    list(users.map(User::brief))
}
