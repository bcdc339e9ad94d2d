//! Free times.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

use super::list::{Collection, page};
use super::{Api, Id, List, Native};

/// A free time: only its start is told.
#[derive(Debug, Clone, Copy, Deserialize)]
#[expect(missing_docs, reason = "the fields bear Cliniko's own names")]
pub struct AvailableTime {
    pub appointment_start: Timestamp,
}

impl Collection for AvailableTime {
    const KEY: &'static str = "available_times";
}

/// The most days between `from` and `to`: the document says 7, staff said 6.
pub const MAX_DAYS_APART: i32 = 6;

/// `GET /businesses/{b}/practitioners/{p}/appointment_types/{t}/available_times`; both dates inclusive, in the account's zone.
pub fn available_times(
    api: &Api,
    business: Id,
    practitioner: Id,
    appointment_type: Id,
    from: Date,
    to: Date,
) -> Native<List<AvailableTime>> {
    let mut url = api.url(&format!(
        "/businesses/{business}/practitioners/{practitioner}/appointment_types/{appointment_type}/available_times"
    ));
    url.query_pairs_mut().append_pair("from", &from.to_string()).append_pair("to", &to.to_string());
    page(api, "GET /v1/businesses/{id}/practitioners/{id}/appointment_types/{id}/available_times", url)
}
