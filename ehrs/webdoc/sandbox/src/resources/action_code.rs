use axum::Router;
use axum::routing::get;
use serde_json::{Value, json};

use crate::access::needs;
use crate::answer::{Answer, list};
use crate::money::Money;
use crate::refusal::Refusal;
use crate::seed::action_codes::ALL;
use crate::state::App;

/// A KVÅ code or an article with a price.
pub struct ActionCode {
    pub id: i64,
    pub article: Option<&'static str>,
    pub name: &'static str,
    pub description: &'static str,
    pub fee: Money,
    pub compensation: Money,
    pub active: bool,
}

impl ActionCode {
    pub fn find(id: i64) -> Option<&'static Self> {
        ALL.iter().find(|code| code.id == id)
    }

    /// Active codes that a body names.
    pub fn of_body(ids: &[i64]) -> Result<(), Refusal> {
        let known = |id: &i64| Self::find(*id).is_some_and(|code| code.active);
        if ids.iter().all(known) {
            return Ok(());
        }
        Err(Refusal::invalid("actionCodes", "holds what is no active action code"))
    }

    fn json(&self) -> Value {
        json!({
            "id": self.id,
            "articleNo": self.article,
            "codeName": self.name,
            "codeDescription": self.description,
            "account": 3010,
            "fee": self.fee.text(),
            "compensation": self.compensation.text(),
            "active": i64::from(self.active),
        })
    }
}

/// The codes of a booking; the answer to a new one has ids as strings.
pub fn brief(ids: &[i64], id: impl Fn(i64) -> Value) -> Value {
    let codes = ids.iter().filter_map(|id| ActionCode::find(*id));
    codes.map(|code| json!({"id": id(code.id), "codeName": code.name})).collect()
}

pub fn routes() -> Router<App> {
    Router::new().route("/v1/actionCodes", needs("actioncodes:read", get(all)))
}

async fn all() -> Answer {
    list(ALL.iter().map(ActionCode::json))
}
