//! The EHRs themselves.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use vardbro_ehr::Ehr;
use vardbro_model::ehr::{Emr, Mode};
use vardbro_model::error::ErrorCode;
use vardbro_store::Application;

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
    Caller(application): Caller,
    query: Query<Nothing>,
) -> Result<Answer<Vec<Emr>>, Problem> {
    no_parameters(query)?;
    Ok(Answer::ok(gateway.ehrs().map(|ehr| described(&gateway, &application, ehr.as_ref())).collect()))
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
    Caller(application): Caller,
    code: Result<Path<String>, PathRejection>,
    query: Query<Nothing>,
) -> Result<Answer<Emr>, Problem> {
    let Path(code) = code.map_err(|_| unknown_path())?;
    no_parameters(query)?;
    match gateway.ehr(&code) {
        Some(ehr) => Ok(Answer::ok(described(&gateway, &application, ehr.as_ref()))),
        None => Err(Problem::new(ErrorCode::NotFound, "There is no EHR of that code; see /api/emrs.")),
    }
}

/// Refuses the parameters of a call that takes none.
pub(crate) fn no_parameters(query: Query<Nothing>) -> Result<(), Problem> {
    Faults::from(query.unknown).finish()
}

fn described(gateway: &Gateway, application: &Application, ehr: &dyn Ehr) -> Emr {
    let about = ehr.about();
    let mode = gateway.links(application, ehr).first().map_or(Mode::Off, |link| link.connection.mode);
    Emr {
        code: about.code,
        name: about.name,
        vendor: about.vendor,
        countries: about.countries.to_vec(),
        mode,
        capabilities: ehr.capabilities().clone(),
    }
}
