//! Schedules: when a resource works, and when it is blocked.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::{CareUnitId, ResourceId, ScheduleBlockId};
use crate::time::{DateTime, Window};

/// What a block of a schedule says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BlockKind {
    /// The resource works.
    Available,
    /// The resource cannot be booked.
    Blocked,
}

/// A block of working or blocked time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "1390710863102485777", "care_unit_id": "1390726237298631001", "resource_id": "1390710863102485699",
    "start": "2024-03-25T12:00:00+01:00", "end": "2024-03-25T13:00:00+01:00", "kind": "blocked", "comment": "Team meeting"
}))]
pub struct ScheduleBlock {
    /// The EHR's id of the block; `null` where it follows from recurring hours.
    pub id: Option<ScheduleBlockId>,
    /// The care unit.
    pub care_unit_id: CareUnitId,
    /// Whose time it is.
    pub resource_id: ResourceId,
    /// When it begins.
    pub start: DateTime,
    /// When it ends.
    pub end: DateTime,
    /// Working or blocked.
    pub kind: BlockKind,
    /// What the EHR says about it.
    pub comment: Option<String>,
}

/// A block to be created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewScheduleBlock {
    /// From when to when.
    pub window: Window,
    /// Working or blocked.
    pub kind: BlockKind,
    /// Why.
    pub comment: Option<String>,
}
