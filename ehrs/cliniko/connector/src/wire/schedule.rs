//! Working hours and blocks.

use http::Method;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::individual_appointments::as_utc;
use super::list::{Collection, first_page};
use super::{Api, Filters, Id, List, Native, lenient};

/// The hours of a practitioner at a business on one day of each week.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear Cliniko's own names")]
pub struct DailyAvailability {
    pub day_of_week: i64,
    #[serde(default, deserialize_with = "lenient::list")]
    pub availabilities: Vec<Hours>,
    #[serde(default)]
    pub time_zone_identifier: Option<String>,
}

/// From when to when, as local `HH:MM`.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear Cliniko's own names")]
pub struct Hours {
    pub starts_at: String,
    pub ends_at: String,
}

impl Collection for DailyAvailability {
    const KEY: &'static str = "daily_availabilities";
}

/// `GET /daily_availabilities`.
pub fn daily_availabilities(api: &Api, filters: &Filters) -> Native<List<DailyAvailability>> {
    first_page(api, "GET /v1/daily_availabilities", "/daily_availabilities", filters, None)
}

/// A block: an extra opening, or blocked time.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "the fields bear Cliniko's own names")]
pub struct Block {
    pub id: Id,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    #[serde(default)]
    pub notes: Option<String>,
    #[serde(default)]
    pub archived_at: Option<Timestamp>,
    #[serde(default)]
    pub deleted_at: Option<Timestamp>,
}

/// An extra, one-off opening.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct AvailabilityBlock(pub Block);

impl Collection for AvailabilityBlock {
    const KEY: &'static str = "availability_blocks";
}

/// Blocked time.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct UnavailableBlock(pub Block);

impl Collection for UnavailableBlock {
    const KEY: &'static str = "unavailable_blocks";
}

/// `GET /availability_blocks`. Can be filtered by start only.
pub fn availability_blocks(api: &Api, filters: &Filters) -> Native<List<AvailabilityBlock>> {
    first_page(api, "GET /v1/availability_blocks", "/availability_blocks", filters, None)
}

/// `GET /unavailable_blocks`.
pub fn unavailable_blocks(api: &Api, filters: &Filters) -> Native<List<UnavailableBlock>> {
    first_page(api, "GET /v1/unavailable_blocks", "/unavailable_blocks", filters, None)
}

/// What a block is made of; an opening has no notes.
#[derive(Serialize)]
#[expect(missing_docs, reason = "the fields bear Cliniko's own names")]
pub struct NewBlock<'a> {
    pub business_id: Id,
    pub practitioner_id: Id,
    #[serde(serialize_with = "as_utc")]
    pub starts_at: Timestamp,
    #[serde(serialize_with = "as_utc")]
    pub ends_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<&'a str>,
}

/// `POST /availability_blocks`.
pub fn create_availability_block(api: &Api, new: &NewBlock<'_>) -> Native<Block> {
    api.write(Method::POST, "POST /v1/availability_blocks", "/availability_blocks", new)
}

/// `POST /unavailable_blocks`.
pub fn create_unavailable_block(api: &Api, new: &NewBlock<'_>) -> Native<Block> {
    api.write(Method::POST, "POST /v1/unavailable_blocks", "/unavailable_blocks", new)
}
