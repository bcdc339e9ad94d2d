//! Who offers what where. A service has no id and no filters.

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::id::Id;
use crate::listing::Query;
use crate::refusal::Refusal;
use crate::state::{App, View, World};

pub struct Service {
    pub business: Id,
    pub appointment_type: Id,
    pub practitioners: Vec<Id>,
}

impl World {
    /// One row per live business and live type with at least one active practitioner.
    pub fn services(&self) -> Vec<Service> {
        let mut services = Vec::new();
        for business in self.businesses.values().filter(|row| row.live()) {
            let business = business.stamps.id;
            for kind in self.appointment_types.values().filter(|row| row.live()) {
                if !kind.business_ids.contains(&business) {
                    continue;
                }
                let offering = self.practitioners.values().filter(|row| {
                    row.active
                        && row.businesses.contains(&business)
                        && kind.practitioner_ids.contains(&row.stamps.id)
                });
                let practitioners: Vec<Id> = offering.map(|row| row.stamps.id).collect();
                if !practitioners.is_empty() {
                    services.push(Service { business, appointment_type: kind.stamps.id, practitioners });
                }
            }
        }
        services
    }

    pub fn offers(&self, business: Id, practitioner: Id, appointment_type: Id) -> bool {
        self.services().iter().any(|service| {
            service.business == business
                && service.appointment_type == appointment_type
                && service.practitioners.contains(&practitioner)
        })
    }
}

impl Service {
    fn json(&self, view: &View<'_>) -> Value {
        let practitioners = self.practitioners.iter().map(|id| view.links.to(format!("practitioners/{id}")));
        json!({
            "appointment_type": view.links.to(format!("appointment_types/{}", self.appointment_type)),
            "business": view.links.to(format!("businesses/{}", self.business)),
            "practitioners": practitioners.collect::<Vec<_>>(),
        })
    }
}

pub fn routes() -> Router<App> {
    Router::new()
        .route("/v1/services", get(list))
        .route("/v1/businesses/{business_id}/services", get(list_of_business))
}

async fn list(State(app): State<App>, query: Query) -> Answer {
    let session = app.session();
    page(&query, session.services(), &session.view())
}

async fn list_of_business(State(app): State<App>, Path(id): Path<Id>, query: Query) -> Answer {
    let session = app.session();
    if !session.businesses.contains_key(&id) {
        return Err(Refusal::NotFound);
    }
    let mut services = session.services();
    services.retain(|service| service.business == id);
    page(&query, services, &session.view())
}

fn page(query: &Query, services: Vec<Service>, view: &View<'_>) -> Answer {
    if let Some(raw) = query.get("q[]").or(query.get("q")) {
        let field = raw.split(':').next().unwrap_or_default();
        return Err(Refusal::BadRequest(format!("{field} is not filterable")));
    }
    let show = |skip, take| services.iter().skip(skip).take(take).map(|service| service.json(view)).collect();
    query.page("services", services.len(), show, view)
}
