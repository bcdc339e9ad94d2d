//! Healthcare services.

use serde::Deserialize;
use utoipa::IntoParams;
use vardbro_model::capabilities::Operation;
use vardbro_model::healthcare_service::HealthcareService;

use super::emrs::{Nothing, no_parameters};
use super::paths::{CareUnitPath, EmrPath, HealthcareServicePath};
use crate::answer::{Answer, OfCareUnit, seen_from};
use crate::problem::Problem;
use crate::request::{Faults, Given, Query};
use crate::scope::CareUnitScope;

#[derive(Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct HealthcareServicesQuery {
    /// Only those that this resource offers.
    #[param(value_type = Option<String>)]
    resource_id: Given<String>,
}

/// List healthcare services
///
/// The kinds of appointment that a care unit offers.
#[utoipa::path(
    get, path = "/api/emrs/{emr}/care-units/{care_unit_id}/healthcare-services", tag = "Healthcare services",
    operation_id = "list_healthcare_services", params(EmrPath, CareUnitPath, HealthcareServicesQuery),
    responses((status = 200, description = "The healthcare services, by name.", body = Vec<HealthcareService>)),
)]
pub(crate) async fn list(
    scope: CareUnitScope,
    Query { fields, unknown }: Query<HealthcareServicesQuery>,
) -> Result<Answer<Vec<HealthcareService>>, Problem> {
    scope.require(Operation::ListHealthcareServices)?;
    let mut faults = Faults::from(unknown);
    let filters = [("resource_id", fields.resource_id.is_given())];
    scope.check_filters(Operation::ListHealthcareServices, &filters, &mut faults);
    let resource = scope.resource(fields.resource_id, &mut faults);
    faults.finish()?;
    let services = scope
        .read(Operation::ListHealthcareServices, |ehr, ctx, care_unit| async move {
            ehr.healthcare_services(&ctx, &care_unit, resource.as_ref()).await
        })
        .await?;
    Ok(Answer::ok(seen_from(services, &scope)))
}

/// Get a healthcare service
#[utoipa::path(
    get, path = "/api/emrs/{emr}/care-units/{care_unit_id}/healthcare-services/{healthcare_service_id}",
    tag = "Healthcare services", operation_id = "get_healthcare_service",
    params(EmrPath, CareUnitPath, HealthcareServicePath),
    responses((status = 200, description = "The healthcare service.", body = HealthcareService)),
)]
pub(crate) async fn get(
    scope: CareUnitScope,
    query: Query<Nothing>,
) -> Result<Answer<HealthcareService>, Problem> {
    no_parameters(query)?;
    scope.require(Operation::ListHealthcareServices)?;
    let id = scope.healthcare_service_in_path()?;
    let service = scope
        .read(Operation::ListHealthcareServices, |ehr, ctx, care_unit| async move {
            ehr.healthcare_service(&ctx, &care_unit, &id).await
        })
        .await?;
    Ok(Answer::ok(service.seen_from(&scope)))
}
