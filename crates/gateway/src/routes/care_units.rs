//! Care units.

use futures::future::join_all;
use http::HeaderName;
use vardbro_model::capabilities::Operation;
use vardbro_model::care_unit::CareUnit;
use vardbro_model::error::ErrorCode;
use vardbro_model::id::CareUnitId;

use super::emrs::{Nothing, no_parameters};
use super::paths::{CareUnitPath, EmrPath};
use crate::answer::Answer;
use crate::links::Link;
use crate::problem::Problem;
use crate::request::Query;
use crate::scope::{CareUnitScope, EmrScope};

const INCOMPLETE: HeaderName = HeaderName::from_static("vardbro-incomplete");

/// List care units
///
/// The care units of all the application's connections to this EHR. Their ids are needed in nearly every other call. When some
/// of several connections fail, the answer holds the rest and the header `Vardbro-Incomplete` names the ones that failed.
#[utoipa::path(
    get, path = "/api/emrs/{emr}/care-units", tag = "Care units", operation_id = "list_care_units", params(EmrPath),
    responses((status = 200, description = "The care units, by name.", body = Vec<CareUnit>)),
)]
pub(crate) async fn list(scope: EmrScope, query: Query<Nothing>) -> Result<Answer<Vec<CareUnit>>, Problem> {
    no_parameters(query)?;
    scope.require(Operation::ListCareUnits)?;
    let asked = scope.links.iter().map(|link| async {
        let ctx = scope.ctx(link, Operation::ListCareUnits);
        let units = link.ehr.care_units(&ctx).await.map_err(|error| scope.problem(link, error))?;
        Ok::<_, Problem>(units.into_iter().filter_map(|unit| tagged(unit, link)).collect::<Vec<_>>())
    });
    let mut units = Vec::new();
    let mut failures = Vec::new();
    for (link, answer) in scope.links.iter().zip(join_all(asked).await) {
        match answer {
            Ok(some) => units.extend(some),
            Err(problem) => failures.push((link, problem)),
        }
    }
    if failures.len() == scope.links.len() {
        return Err(match failures.pop() {
            Some((_, only)) if failures.is_empty() && scope.broken.is_empty() => only,
            _ => Problem::new(
                ErrorCode::EmrError,
                "None of the application's connections to this EHR answered.",
            ),
        });
    }
    let answer = Answer::ok(units);
    if failures.is_empty() && scope.broken.is_empty() {
        return Ok(answer);
    }
    let named = |(link, problem): &(&std::sync::Arc<Link>, Problem)| {
        format!("{}; {}", printable(&link.connection.name), problem.code())
    };
    let mut failed: Vec<_> = failures.iter().map(named).collect();
    failed
        .extend(scope.broken.iter().map(|(name, _)| format!("{}; {}", printable(name), ErrorCode::EmrError)));
    Ok(answer.header(INCOMPLETE, &failed.join(", ")))
}

/// Get a care unit
#[utoipa::path(
    get, path = "/api/emrs/{emr}/care-units/{care_unit_id}", tag = "Care units", operation_id = "get_care_unit",
    params(EmrPath, CareUnitPath),
    responses((status = 200, description = "The care unit.", body = CareUnit)),
)]
pub(crate) async fn get(scope: CareUnitScope, query: Query<Nothing>) -> Result<Answer<CareUnit>, Problem> {
    no_parameters(query)?;
    scope.require(Operation::ListCareUnits)?;
    let unit = scope
        .read(
            Operation::ListCareUnits,
            |ehr, ctx, care_unit| async move { ehr.care_unit(&ctx, &care_unit).await },
        )
        .await?;
    Ok(Answer::ok(CareUnit { id: scope.public, ..unit }))
}

/// As much of a name as a header can carry.
fn printable(name: &str) -> String {
    name.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').collect()
}

/// The care unit under the id that tells its connection from the application's others.
fn tagged(unit: CareUnit, link: &Link) -> Option<CareUnit> {
    match &link.connection.tag {
        None => Some(unit),
        Some(tag) => Some(CareUnit { id: CareUnitId::parse(&format!("{tag}~{}", unit.id)).ok()?, ..unit }),
    }
}
