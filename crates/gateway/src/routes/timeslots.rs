//! Free times.

use http::header::AGE;
use serde::Deserialize;
use utoipa::IntoParams;
use vardbro_model::capabilities::Operation;
use vardbro_model::time::DateTime;
use vardbro_model::timeslot::Timeslot;

use super::paths::{CareUnitPath, EmrPath};
use crate::answer::{Answer, seen_from};
use crate::availability::Question;
use crate::problem::Problem;
use crate::request::{Faults, Given, Query, healthcare_service, window};
use crate::scope::CareUnitScope;

#[derive(Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct TimeslotsQuery {
    /// Only those that start then or later. Default: now, or 30 days before `end`. In the past it means now.
    #[param(value_type = Option<DateTime>, example = "2024-03-25T00:00:00+01:00")]
    start: Given<DateTime>,
    /// Only those that start earlier. Default: 30 days after `start`; at most 92 days after it.
    #[param(value_type = Option<DateTime>, example = "2024-04-24T00:00:00+02:00")]
    end: Given<DateTime>,
    /// Only those of this resource.
    #[param(value_type = Option<String>)]
    resource_id: Given<String>,
    /// Only those for this healthcare service.
    #[param(value_type = Option<String>)]
    healthcare_service_id: Given<String>,
}

/// List timeslots
///
/// The free times of a care unit, by start, then resource. `Age` tells how many seconds ago the EHR was asked; `Cache-Control:
/// no-cache` on the request asks it anew.
#[utoipa::path(
    get, path = "/api/emrs/{emr}/care-units/{care_unit_id}/timeslots", tag = "Timeslots",
    operation_id = "list_timeslots", params(EmrPath, CareUnitPath, TimeslotsQuery),
    responses((
        status = 200, description = "The free times.", body = Vec<Timeslot>,
        headers(("Age" = u64, description = "Seconds since the EHR was asked."))
    )),
)]
pub(crate) async fn list(
    scope: CareUnitScope,
    Query { fields, unknown }: Query<TimeslotsQuery>,
) -> Result<Answer<Vec<Timeslot>>, Problem> {
    const OPERATION: Operation = Operation::ListTimeslots;
    scope.require(OPERATION)?;
    let mut faults = Faults::from(unknown);
    let TimeslotsQuery { start, end, resource_id, healthcare_service_id } = fields;
    let filters = [
        ("resource_id", resource_id.is_given()),
        ("healthcare_service_id", healthcare_service_id.is_given()),
    ];
    scope.check_filters(OPERATION, &filters, &mut faults);
    let now = scope.emr.gateway.now();
    let window =
        window::from_now(start, end, now, scope.capabilities().availability_window_days(), &mut faults);
    let resource = scope.resource(resource_id, &mut faults);
    let healthcare_service =
        healthcare_service_id.read("healthcare_service_id", &mut faults, healthcare_service);
    let window = faults.unless_faulty(window)?;

    let question = Question {
        connection: scope.link.connection.id,
        care_unit: scope.care_unit.clone(),
        window,
        resource: resource.clone(),
        healthcare_service: healthcare_service.clone(),
    };
    if question.window.end <= question.window.start {
        scope
            .read(OPERATION, |ehr, ctx, care_unit| async move { ehr.care_unit(&ctx, &care_unit).await })
            .await?;
        return Ok(Answer::ok(vec![]).header(AGE, "0"));
    }
    let memory = scope.emr.gateway.availability();
    let fresh = scope.emr.fresh();
    let known = scope
        .read(OPERATION, |ehr, ctx, care_unit| async move {
            let ask = |window| async move {
                ehr.timeslots(&ctx, &care_unit, window, resource.as_ref(), healthcare_service.as_ref()).await
            };
            memory.free(question, now, fresh, ask).await
        })
        .await?;
    Ok(Answer::ok(seen_from(known.slots, &scope)).header(AGE, &known.age.as_secs().to_string()))
}
