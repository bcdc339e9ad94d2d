//! Resources.

use serde::Deserialize;
use utoipa::IntoParams;
use vardbro_model::capabilities::Operation;
use vardbro_model::resource::Resource;

use super::emrs::{Nothing, no_parameters};
use super::paths::{CareUnitPath, EmrPath, ResourcePath};
use crate::answer::{Answer, OfCareUnit, seen_from};
use crate::problem::Problem;
use crate::request::{Faults, Given, Query, healthcare_service};
use crate::scope::CareUnitScope;

#[derive(Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
#[derive(Default)]
pub(crate) struct ResourcesQuery {
    /// Only those that offer this healthcare service.
    #[param(value_type = Option<String>)]
    healthcare_service_id: Given<String>,
}

/// List resources
///
/// The people and things at a care unit that can be booked.
#[utoipa::path(
    get, path = "/api/emrs/{emr}/care-units/{care_unit_id}/resources", tag = "Resources",
    operation_id = "list_resources", params(EmrPath, CareUnitPath, ResourcesQuery),
    responses((status = 200, description = "The resources, by name.", body = Vec<Resource>)),
)]
pub(crate) async fn list(
    scope: CareUnitScope,
    Query { fields, unknown }: Query<ResourcesQuery>,
) -> Result<Answer<Vec<Resource>>, Problem> {
    scope.require(Operation::ListResources)?;
    let mut faults = Faults::from(unknown);
    let filters = [("healthcare_service_id", fields.healthcare_service_id.is_given())];
    scope.check_filters(Operation::ListResources, &filters, &mut faults);
    let service = fields.healthcare_service_id.read("healthcare_service_id", &mut faults, healthcare_service);
    faults.finish()?;
    let resources = scope
        .read(Operation::ListResources, |ehr, ctx, care_unit| async move {
            ehr.resources(&ctx, &care_unit, service.as_ref()).await
        })
        .await?;
    Ok(Answer::ok(seen_from(resources, &scope)))
}

/// Get a resource
#[utoipa::path(
    get, path = "/api/emrs/{emr}/care-units/{care_unit_id}/resources/{resource_id}", tag = "Resources",
    operation_id = "get_resource", params(EmrPath, CareUnitPath, ResourcePath),
    responses((status = 200, description = "The resource.", body = Resource)),
)]
pub(crate) async fn get(scope: CareUnitScope, query: Query<Nothing>) -> Result<Answer<Resource>, Problem> {
    no_parameters(query)?;
    scope.require(Operation::ListResources)?;
    let id = scope.resource_in_path()?;
    let resource = scope
        .read(Operation::ListResources, |ehr, ctx, care_unit| async move {
            ehr.resource(&ctx, &care_unit, &id).await
        })
        .await?;
    Ok(Answer::ok(resource.seen_from(&scope)))
}
