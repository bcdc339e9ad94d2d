//! Free times.

use jiff::Timestamp;
use serde::Deserialize;
use vardbro_model::time::Window;

use super::lenient::{instant, list};
use super::{Asked, Id, Variables};
use crate::operations::Name;

/// A time at which something can be booked.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear the names of the operation's aliases")]
pub struct FreeTime {
    #[serde(deserialize_with = "instant")]
    pub start: Timestamp,
    #[serde(deserialize_with = "instant")]
    pub end: Timestamp,
    pub resource_id: Id,
    pub healthcare_service_id: Id,
    #[serde(default)]
    pub care_unit_id: Option<Id>,
}

/// The free times that were asked for.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear the names of the operation's aliases")]
pub struct FreeTimes {
    #[serde(deserialize_with = "list")]
    pub timeslots: Vec<FreeTime>,
}

/// Asks for those that start inside the window.
pub fn free_times(
    window: Window,
    place: Option<&Id>,
    host: Option<&Id>,
    booking_type: Option<&Id>,
) -> Asked<FreeTimes> {
    let variables = Variables::default()
        .with_instant("from", Some(window.start))
        .with_instant("to", Some(window.end))
        .with("care_unit_id", place)
        .with("resource_id", host)
        .with("healthcare_service_id", booking_type);
    Asked::new(Name::FreeTimes, variables)
}
