use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use serde_json::{Value, json};

use crate::access::needs;
use crate::answer::{Answer, list};
use crate::id::Id;
use crate::resources::clinic::Clinic;
use crate::seed::payment_methods::ALL;
use crate::state::App;

pub struct PaymentMethod {
    pub id: i64,
    pub name: &'static str,
    pub direct: bool,
    pub active: bool,
    pub account: &'static str,
}

impl PaymentMethod {
    /// An active one, by its id as text.
    pub fn usable(id: &str) -> Option<&'static Self> {
        let id: i64 = id.parse().ok()?;
        ALL.iter().find(|method| method.id == id && method.active)
    }

    fn json(&self) -> Value {
        json!({
            "id": self.id.to_string(),
            "name": self.name,
            "directPayment": self.direct,
            "active": self.active,
            "assetsAccount": self.account,
        })
    }
}

pub fn routes() -> Router<App> {
    Router::new().route("/v1/clinics/{id}/paymentMethods", needs("self-service", get(all)))
}

/// The scope is `self-service`, though there is a `payment-methods:read`.
async fn all(Path(id): Path<Id>) -> Answer {
    Clinic::of_path(id)?;
    list(ALL.iter().map(PaymentMethod::json))
}
