use axum::Router;
use axum::routing::get;
use serde_json::{Value, json};

use crate::access::needs;
use crate::answer::{Answer, list};
use crate::money::Money;
use crate::record_templates::RecordTemplate;
use crate::refusal::Refusal;
use crate::resources::action_code::ActionCode;
use crate::seed::booking_types::ALL;
use crate::state::App;

pub struct BookingType {
    pub id: i64,
    pub name: &'static str,
    /// Empty where patients see the name.
    pub externally_visible_name: &'static str,
    pub colour: &'static str,
    pub self_service: bool,
    pub record_template: Option<RecordTemplate>,
    pub action_code: Option<i64>,
    pub price: Money,
    /// How long its rows are. Webdoc does not show it.
    pub minutes: i64,
}

impl BookingType {
    pub fn find(id: i64) -> Option<&'static Self> {
        ALL.iter().find(|kind| kind.id == id)
    }

    pub fn of_body(id: i64) -> Result<&'static Self, Refusal> {
        Self::find(id).ok_or_else(|| Refusal::invalid("bookingTypeId", "is no booking type"))
    }

    /// The id is text here, as a client found, and a number where bookings name their type.
    fn json(&self) -> Value {
        let action_code = self.action_code.and_then(ActionCode::find);
        let price = self.price.number();
        json!({
            "id": self.id.to_string(),
            "name": self.name,
            "externallyVisibleName": self.externally_visible_name,
            "backgroundColor": self.colour,
            "textColor": "#000000",
            "hasSelfService": self.self_service,
            "recordType": self.record_template.map(|template| {
                json!({"latestId": template.id, "name": template.title})
            }),
            "actionCode": action_code.map(|code| json!({"id": code.id, "name": code.name})),
            "priceLevels": [{
                "id": 1,
                "name": "Standard",
                "priceListed": price,
                "priceUnlisted": price,
                "priceNormal": price,
                "priceReduced": 0,
            }],
        })
    }
}

pub fn routes() -> Router<App> {
    Router::new().route("/v1/bookingTypes", needs("self-service", get(all)))
}

async fn all() -> Answer {
    list(ALL.iter().map(BookingType::json))
}
