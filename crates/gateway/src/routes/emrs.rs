//! The EHRs themselves.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use vardbro_ehr::Ehr;
use vardbro_model::capabilities::OperationCapability;
use vardbro_model::ehr::{Emr, Mode};
use vardbro_model::error::ErrorCode;

use super::paths::EmrPath;
use crate::answer::Answer;
use crate::caller::Caller;
use crate::gateway::Gateway;
use crate::problem::Problem;
use crate::request::{Faults, Query};
use crate::scope::unknown_path;

/// A call without parameters.
#[derive(serde::Deserialize)]
pub(crate) struct Nothing {}

/// List EHRs
///
/// Every EHR that this gateway knows, with what the application reaches behind its code and what it can do.
#[utoipa::path(
    get, path = "/api/emrs", tag = "EHRs", operation_id = "list_emrs",
    responses((status = 200, description = "The EHRs, by code.", body = Vec<Emr>)),
)]
pub(crate) async fn list(
    State(gateway): State<Gateway>,
    caller: Caller,
    query: Query<Nothing>,
) -> Result<Answer<Vec<Emr>>, Problem> {
    no_parameters(query)?;
    Ok(Answer::ok(gateway.ehrs().map(|ehr| described(&caller, ehr.as_ref())).collect()))
}

/// Get an EHR
///
/// One EHR, with what the application reaches behind its code and what it can do.
#[utoipa::path(
    get, path = "/api/emrs/{emr}", tag = "EHRs", operation_id = "get_emr", params(EmrPath),
    responses((status = 200, description = "The EHR.", body = Emr)),
)]
pub(crate) async fn get(
    State(gateway): State<Gateway>,
    caller: Caller,
    code: Result<Path<String>, PathRejection>,
    query: Query<Nothing>,
) -> Result<Answer<Emr>, Problem> {
    let Path(code) = code.map_err(|_| unknown_path())?;
    no_parameters(query)?;
    match gateway.ehr(&code) {
        Some(ehr) => Ok(Answer::ok(described(&caller, ehr.as_ref()))),
        None => Err(Problem::new(ErrorCode::NotFound, "There is no EHR of that code; see /api/emrs.")),
    }
}

/// Refuses the parameters of a call that takes none.
pub(crate) fn no_parameters(query: Query<Nothing>) -> Result<(), Problem> {
    Faults::from(query.unknown).finish()
}

fn described(caller: &Caller, ehr: &dyn Ehr) -> Emr {
    let about = ehr.about();
    let links =
        caller.reach.links.iter().filter(|link| link.connection.ehr == about.code).collect::<Vec<_>>();
    let mode = links.first().map_or(Mode::Off, |link| link.connection.mode);
    let mut capabilities = ehr.capabilities().clone();
    for (operation, capability) in &mut capabilities.operations {
        let why: Option<Vec<_>> = links.iter().map(|link| link.unavailable(*operation)).collect();
        if let Some(why) = why.and_then(|why| why.into_iter().next()) {
            *capability = OperationCapability::unavailable(why.to_owned());
        }
    }
    Emr {
        code: about.code,
        name: about.name,
        vendor: about.vendor,
        countries: about.countries.to_vec(),
        mode,
        capabilities,
    }
}
