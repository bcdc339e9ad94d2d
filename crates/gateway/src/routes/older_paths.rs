//! The older paths of appointments, with the care unit in query or body. Each hands on to its successor.

use vardbro_ehr::Thing;
use vardbro_model::appointment::Appointment;
use vardbro_model::error::{ErrorCode, Fault};
use vardbro_model::id::CareUnitId;

use super::appointments::{
    self, AppointmentsQuery, BookRequest, ChangeRequest, ChangeSeveralRequest, Changed,
};
use super::emrs::Nothing;
use super::paths::{AppointmentPath, CareUnitInQuery, CareUnitQuery, EmrPath};
use crate::answer::Answer;
use crate::problem::Problem;
use crate::request::{BodyWith, CareUnitKey, QueryWith, the_key};
use crate::scope::{CareUnitScope, EmrScope};

/// List appointments (older path)
#[utoipa::path(
    get, path = "/api/emrs/{emr}/appointments", tag = "Older paths", operation_id = "list_appointments_older",
    params(EmrPath, CareUnitQuery, AppointmentsQuery),
    responses((status = 200, description = "The appointments, by start.", body = Vec<Appointment>)),
)]
pub(crate) async fn list(
    scope: EmrScope,
    QueryWith { key, query, .. }: QueryWith<CareUnitKey, AppointmentsQuery>,
) -> Result<Answer<Vec<Appointment>>, Problem> {
    appointments::list(at(scope, key, None)?, query).await
}

/// Get an appointment (older path)
#[utoipa::path(
    get, path = "/api/emrs/{emr}/appointments/{appointment_id}", tag = "Older paths",
    operation_id = "get_appointment_older", params(EmrPath, AppointmentPath, CareUnitQuery),
    responses((status = 200, description = "The appointment.", body = Appointment)),
)]
pub(crate) async fn get(
    scope: EmrScope,
    QueryWith { key, query, .. }: QueryWith<CareUnitKey, Nothing>,
) -> Result<Answer<Appointment>, Problem> {
    appointments::get(at(scope, key, None)?, query).await
}

/// Book an appointment (older path)
#[utoipa::path(
    post, path = "/api/emrs/{emr}/appointments", tag = "Older paths", operation_id = "book_appointment_older",
    params(EmrPath, CareUnitInQuery), request_body = BookRequest,
    responses((status = 201, description = "The appointment, in an array.", body = Vec<Appointment>)),
)]
pub(crate) async fn book(
    scope: EmrScope,
    QueryWith { key: in_query, query, .. }: QueryWith<CareUnitKey, Nothing>,
    BodyWith { key: in_body, body, .. }: BodyWith<CareUnitKey, BookRequest>,
) -> Result<Answer<Vec<Appointment>>, Problem> {
    appointments::book(at(scope, in_query, in_body)?, query, body).await
}

/// Move, comment, cancel or confirm an appointment (older path)
#[utoipa::path(
    patch, path = "/api/emrs/{emr}/appointments/{appointment_id}", tag = "Older paths",
    operation_id = "change_appointment_older", params(EmrPath, AppointmentPath, CareUnitInQuery), request_body = ChangeRequest,
    responses((status = 200, description = "The appointment as it is now.", body = Appointment)),
)]
pub(crate) async fn change(
    scope: EmrScope,
    QueryWith { key: in_query, query, .. }: QueryWith<CareUnitKey, Nothing>,
    BodyWith { key: in_body, body, .. }: BodyWith<CareUnitKey, ChangeRequest>,
) -> Result<Answer<Appointment>, Problem> {
    appointments::change(at(scope, in_query, in_body)?, query, body).await
}

/// Move, comment or cancel several appointments (older path)
#[utoipa::path(
    patch, path = "/api/emrs/{emr}/appointments", tag = "Older paths", operation_id = "change_appointments_older",
    params(EmrPath, CareUnitInQuery), request_body = ChangeSeveralRequest,
    responses((status = 200, description = "What became of each, in the order of `ids`.", body = Vec<Changed>)),
)]
pub(crate) async fn change_several(
    scope: EmrScope,
    QueryWith { key: in_query, query, .. }: QueryWith<CareUnitKey, Nothing>,
    BodyWith { key: in_body, body, .. }: BodyWith<CareUnitKey, ChangeSeveralRequest>,
) -> Result<Answer<Vec<Changed>>, Problem> {
    appointments::change_several(at(scope, in_query, in_body)?, query, body).await
}

/// The care unit that the query or the body names.
fn at(scope: EmrScope, in_query: Option<String>, in_body: Option<String>) -> Result<CareUnitScope, Problem> {
    let thing = Thing::CareUnit;
    let nowhere = || {
        Problem::faults(vec![Fault::at(thing.parameter(), thing.fault_code(), "There is no such care unit.")])
    };
    let id = CareUnitId::parse(&the_key::<CareUnitKey>(in_query, in_body)?).map_err(|_| nowhere())?;
    scope.at(id).map_err(|problem| if problem.code() == ErrorCode::NotFound { nowhere() } else { problem })
}
