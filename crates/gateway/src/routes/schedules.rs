//! Schedules of resources.

use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use vardbro_model::capabilities::Operation;
use vardbro_model::schedule::{BlockKind, NewScheduleBlock, ScheduleBlock};
use vardbro_model::time::DateTime;

use super::emrs::{Nothing, no_parameters};
use super::paths::{CareUnitPath, EmrPath, ResourcePath};
use crate::answer::{Answer, OfCareUnit, seen_from};
use crate::problem::Problem;
use crate::request::{Body, Faults, Given, Query, window};
use crate::scope::CareUnitScope;

/// Days that one call may span.
const MOST_DAYS: u16 = 92;

#[derive(Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct SchedulesQuery {
    /// Only what ends later. Default: now, or 30 days before `end`.
    #[param(value_type = Option<DateTime>)]
    start: Given<DateTime>,
    /// Only what starts earlier. Default: 30 days after `start`; at most 92 days after it.
    #[param(value_type = Option<DateTime>)]
    end: Given<DateTime>,
}

/// A block to be added to a schedule.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct ScheduleRequest {
    /// When it begins.
    #[schema(value_type = DateTime, example = "2024-03-25T12:00:00+01:00")]
    start: Given<DateTime>,
    /// When it ends.
    #[schema(value_type = DateTime, example = "2024-03-25T13:00:00+01:00")]
    end: Given<DateTime>,
    /// Whether the resource works or is blocked then.
    #[schema(value_type = BlockKind, example = "blocked")]
    kind: Given<BlockKind>,
    /// Why.
    #[schema(value_type = Option<String>, max_length = 1000, example = "Team meeting")]
    comment: Given<String>,
}

/// List a schedule
///
/// The working and the blocked time of a resource, by start.
#[utoipa::path(
    get, path = "/api/emrs/{emr}/care-units/{care_unit_id}/resources/{resource_id}/schedules", tag = "Schedules",
    operation_id = "list_schedules", params(EmrPath, CareUnitPath, ResourcePath, SchedulesQuery),
    responses((status = 200, description = "The blocks that overlap the window.", body = Vec<ScheduleBlock>)),
)]
pub(crate) async fn list(
    scope: CareUnitScope,
    Query { fields, unknown }: Query<SchedulesQuery>,
) -> Result<Answer<Vec<ScheduleBlock>>, Problem> {
    scope.require(Operation::ReadSchedule)?;
    let id = scope.resource_in_path()?;
    let mut faults = Faults::from(unknown);
    let SchedulesQuery { start, end } = fields;
    let window = window::with_default(start, end, scope.emr.gateway.now(), MOST_DAYS, &mut faults);
    let window = faults.unless_faulty(window)?;
    let blocks = scope
        .read(Operation::ReadSchedule, |ehr, ctx, care_unit| async move {
            ehr.schedule(&ctx, &care_unit, &id, window).await
        })
        .await?;
    Ok(Answer::ok(seen_from(blocks, &scope)))
}

/// Add a block to a schedule
#[utoipa::path(
    post, path = "/api/emrs/{emr}/care-units/{care_unit_id}/resources/{resource_id}/schedules", tag = "Schedules",
    operation_id = "create_schedule", params(EmrPath, CareUnitPath, ResourcePath), request_body = ScheduleRequest,
    responses((status = 201, description = "The block.", body = ScheduleBlock)),
)]
pub(crate) async fn create(
    scope: CareUnitScope,
    query: Query<Nothing>,
    Body { fields, unknown }: Body<ScheduleRequest>,
) -> Result<Answer<ScheduleBlock>, Problem> {
    const OPERATION: Operation = Operation::CreateSchedule;
    no_parameters(query)?;
    scope.require(OPERATION)?;
    let id = scope.resource_in_path()?;
    let mut faults = Faults::from(unknown);
    let ScheduleRequest { start, end, kind, comment } = fields;
    let not_stored = scope.check_fields(OPERATION, &[("comment", comment.is_given())], &mut faults);
    let window = window::exact(start, end, &mut faults);
    let kind = kind.required("kind", &mut faults);
    let comment = comment.text("comment", 1000, &mut faults);
    let (window, kind) = faults.unless_faulty(window.zip(kind))?;
    let block = NewScheduleBlock { window, kind, comment };
    let block = scope
        .write(OPERATION, |ehr, ctx, care_unit| async move {
            ehr.create_schedule_block(&ctx, &care_unit, &id, block).await
        })
        .await?;
    Ok(Answer::created(block.seen_from(&scope)).not_stored(&not_stored))
}
