//! Customers of occupational health: organizations, their departments, and whose employer they are.

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post, put};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::access::needs;
use crate::answer::{Answer, created, list, nothing};
use crate::body::Body;
use crate::id::Id;
use crate::refusal::Refusal;
use crate::state::{App, World};

#[derive(Clone)]
pub struct Organization {
    pub id: i64,
    pub name: String,
    pub active: bool,
    pub departments: Vec<Department>,
}

#[derive(Clone)]
pub struct Department {
    pub id: i64,
    pub name: String,
    pub parent: Option<i64>,
}

impl Organization {
    /// All ids are text, as a client decodes them.
    fn json(&self) -> Value {
        let departments = self.departments.iter().map(|row| {
            let parent = row.parent.map(|id| id.to_string());
            json!({"id": row.id.to_string(), "name": row.name, "parent": parent})
        });
        json!({
            "id": self.id.to_string(),
            "name": self.name,
            "active": i64::from(self.active),
            "departments": departments.collect::<Vec<_>>(),
        })
    }
}

/// A department and the organization that it must belong to.
pub fn department(world: &World, organization: i64, id: i64) -> Option<(&Organization, &Department)> {
    let organization = world.organizations.iter().find(|row| row.id == organization)?;
    Some((organization, organization.departments.iter().find(|row| row.id == id)?))
}

impl World {
    /// Bookings can be reserved for an organization and for one of its departments.
    pub fn refuse_unknown_reservation(
        &self,
        organization: Option<i64>,
        department: Option<i64>,
    ) -> Result<(), Refusal> {
        if organization.is_some_and(|id| self.organizations.iter().all(|row| row.id != id)) {
            return Err(Refusal::invalid("reservedForOrganizationId", "is no organization"));
        }
        let mut departments = self.organizations.iter().flat_map(|row| &row.departments);
        if department.is_some_and(|id| departments.all(|row| row.id != id)) {
            return Err(Refusal::invalid("reservedForDepartmentId", "is no department"));
        }
        Ok(())
    }

    /// Organizations and departments are numbered together.
    fn next_number(&self) -> i64 {
        let departments = self.organizations.iter().flat_map(|row| &row.departments).map(|row| row.id);
        let last = self.organizations.iter().map(|row| row.id).chain(departments).max();
        last.unwrap_or_default().saturating_add(1)
    }

    /// Adds what is missing on the way from the organization down to the last level.
    fn import(&mut self, organization: &str, levels: &[&str]) {
        let number = self.next_number();
        let known = self.organizations.iter().position(|row| row.name == organization);
        let at = known.unwrap_or(self.organizations.len());
        if known.is_none() {
            let row =
                Organization { id: number, name: organization.to_owned(), active: true, departments: vec![] };
            self.organizations.push(row);
        }
        let mut number = self.next_number();
        let Some(organization) = self.organizations.get_mut(at) else { return };
        let mut parent = None;
        for level in levels {
            let same = |row: &&Department| row.name == *level && row.parent == parent;
            let known = organization.departments.iter().find(same).map(|row| row.id);
            if known.is_none() {
                let row = Department { id: number, name: (*level).to_owned(), parent };
                organization.departments.push(row);
            }
            parent = Some(known.unwrap_or(number));
            number = number.saturating_add(1);
        }
    }
}

pub fn routes() -> Router<App> {
    Router::new()
        .route("/v1/organizations", needs("organization:read", get(all)))
        .route("/v1/organization/organizations", needs("organization:write", post(import)))
        .route("/v1/organizations/{id}/patient", needs("organization:write", put(employ)))
}

async fn all(State(app): State<App>) -> Answer {
    list(app.session().organizations.iter().map(Organization::json))
}

#[derive(Deserialize)]
struct Import {
    rows: Vec<ImportedRow>,
}

/// Addresses and invoice addresses are taken, and shown nowhere.
#[derive(Deserialize)]
struct ImportedRow {
    level_1: String,
    level_2: Option<String>,
    level_3: Option<String>,
    level_4: Option<String>,
    level_5: Option<String>,
    level_6: Option<String>,
    level_7: Option<String>,
}

impl ImportedRow {
    fn departments(&self) -> [&Option<String>; 6] {
        [&self.level_2, &self.level_3, &self.level_4, &self.level_5, &self.level_6, &self.level_7]
    }
}

async fn import(State(app): State<App>, Body(import): Body<Import>) -> Answer {
    let mut session = app.session();
    for (n, row) in import.rows.iter().enumerate() {
        let mut levels = row.departments().into_iter().skip_while(|level| level.is_some());
        if row.level_1.trim().is_empty() || levels.any(|level| level.is_some()) {
            return Err(Refusal::invalid(&format!("rows[{n}]"), "has a level beneath one that is missing"));
        }
    }
    for row in &import.rows {
        let levels: Vec<&str> = row.departments().into_iter().flatten().map(String::as_str).collect();
        session.import(&row.level_1, &levels);
    }
    created(json!({"uuid": session.new_id()}))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Employment {
    patient_id: Id,
    department_id: String,
}

async fn employ(
    State(app): State<App>,
    Path(id): Path<String>,
    Body(employment): Body<Employment>,
) -> Answer {
    let mut session = app.session();
    let organization = session.organizations.iter().find(|row| id.parse() == Ok(row.id));
    let organization = organization.ok_or(Refusal::NotFound("organization"))?.id;
    let known = employment.department_id.parse().ok();
    let known = known.filter(|id| department(&session, organization, *id).is_some());
    let known =
        known.ok_or_else(|| Refusal::invalid("departmentId", "is no department of the organization's"))?;
    let patient = session.patients.get_mut(&employment.patient_id).ok_or(Refusal::NotFound("patient"))?;
    patient.employer = Some((organization, known));
    nothing()
}
