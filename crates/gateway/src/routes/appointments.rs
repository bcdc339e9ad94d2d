//! Appointments.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use vardbro_ehr::{EhrError, EhrErrorKind, EhrResult, Thing};
use vardbro_model::appointment::{
    Appointment, AppointmentChange, AppointmentQuery, AppointmentStatus, Booking, SlotChoice,
};
use vardbro_model::capabilities::Operation;
use vardbro_model::error::FaultCode;
use vardbro_model::id::AppointmentId;
use vardbro_model::time::DateTime;

use super::emrs::{Nothing, no_parameters};
use super::paths::{AppointmentPath, CareUnitPath, EmrPath};
use crate::answer::{Answer, OfCareUnit};
use crate::problem::{Problem, ProblemBody};
use crate::request::{
    Body, Faults, Given, Limit, Query, Shape, Shaped, healthcare_service, page_request, window,
};
use crate::scope::CareUnitScope;

/// Appointments that one call may change.
const MOST_IDS: usize = 50;

#[derive(Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct AppointmentsQuery {
    /// Only this patient's.
    #[param(value_type = Option<String>)]
    patient_id: Given<String>,
    /// Only those with this resource.
    #[param(value_type = Option<String>)]
    resource_id: Given<String>,
    /// Only those for this healthcare service.
    #[param(value_type = Option<String>)]
    healthcare_service_id: Given<String>,
    /// Only those that start then or later. When only `end` is given: 30 days before it.
    #[param(value_type = Option<DateTime>)]
    start: Given<DateTime>,
    /// Only those that start earlier. When only `start` is given: 30 days after it.
    #[param(value_type = Option<DateTime>)]
    end: Given<DateTime>,
    /// Only those in this state. Without it all but the cancelled ones.
    #[param(value_type = Option<AppointmentStatus>)]
    status: Given<AppointmentStatus>,
    /// Items of a page, 1 to 500.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 500, default = 100)]
    limit: Given<Limit>,
    /// Where the page begins, from the `Link` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Given<String>,
}

/// A booking to be made.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct BookRequest {
    /// When it begins: a timeslot's start.
    #[schema(value_type = DateTime, example = "2024-03-25T14:00:00+01:00")]
    start: Given<DateTime>,
    /// When it ends: the same timeslot's end.
    #[schema(value_type = DateTime, example = "2024-03-25T14:30:00+01:00")]
    end: Given<DateTime>,
    /// For whom: an `id`, or a typed id such as `se_personal_number:191212121212`.
    #[schema(value_type = String, example = "837047015488620153")]
    patient_id: Given<String>,
    /// With whom. May be left out when only one resource is free then.
    #[schema(value_type = Option<String>, example = "1390710863102485699")]
    resource_id: Given<String>,
    /// For what. May be left out when only one service is possible then.
    #[schema(value_type = Option<String>, example = "1390710863102485701")]
    healthcare_service_id: Given<String>,
    /// A comment to the care unit; see the capability `max_comment_length`.
    #[schema(value_type = Option<String>, example = "First consultation")]
    comment: Given<String>,
    /// A hold on the slot. Not supported yet.
    #[schema(value_type = Option<String>)]
    hold_id: Given<String>,
}

/// A change to an appointment: an update (times, resource, comment), a cancel (`status`), or a confirmation.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct ChangeRequest {
    /// The new start; only together with `end`.
    #[schema(value_type = Option<DateTime>, example = "2024-03-26T14:00:00+01:00")]
    start: Given<DateTime>,
    /// The new end; only together with `start`.
    #[schema(value_type = Option<DateTime>, example = "2024-03-26T14:30:00+01:00")]
    end: Given<DateTime>,
    /// Another resource, which must be free then.
    #[schema(value_type = Option<String>)]
    resource_id: Given<String>,
    /// A new comment (null empties it), or why it is cancelled.
    #[schema(value_type = Option<String>, example = "Patient asked for another day")]
    comment: Given<String>,
    /// `cancelled` cancels the appointment.
    #[schema(value_type = Option<CancelledStatus>, example = json!(null))]
    status: Given<CancelledStatus>,
    /// Confirms a booking or a cancel that awaits it.
    #[schema(value_type = Option<ConfirmationRequest>, example = json!(null))]
    confirmation: Given<ConfirmationRequest>,
}

/// The only state that a client can set.
#[derive(Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CancelledStatus {
    /// The appointment does not take place.
    Cancelled,
}

/// The code that the patient was sent.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ConfirmationRequest {
    /// The code.
    #[schema(value_type = String, min_length = 1, max_length = 64, example = "1234")]
    code: Given<String>,
}

impl Shaped for CancelledStatus {
    const SHAPE: Shape = Shape::Text;
}

impl Shaped for ConfirmationRequest {
    const SHAPE: Shape = Shape::Object;
}

/// The same change to several appointments.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct ChangeSeveralRequest {
    /// The appointments, at most 50, none twice.
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 50, example = json!(["1390726237298631770"]))]
    ids: Given<Vec<String>>,
    /// The new start; only together with `end`.
    #[schema(value_type = Option<DateTime>)]
    start: Given<DateTime>,
    /// The new end; only together with `start`.
    #[schema(value_type = Option<DateTime>)]
    end: Given<DateTime>,
    /// Another resource, which must be free then.
    #[schema(value_type = Option<String>)]
    resource_id: Given<String>,
    /// A new comment (null empties it), or why they are cancelled.
    #[schema(value_type = Option<String>, example = "The clinic is closed that day")]
    comment: Given<String>,
    /// `cancelled` cancels the appointments.
    #[schema(value_type = Option<CancelledStatus>, example = "cancelled")]
    status: Given<CancelledStatus>,
}

/// What became of one of several appointments.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Changed {
    /// The appointment as it is now.
    Done(Box<Appointment>),
    /// Why it was not changed.
    Failed(FailedChange),
}

/// Why one of several appointments was not changed.
#[derive(Serialize, ToSchema)]
pub(crate) struct FailedChange {
    /// The appointment, as the request named it.
    id: String,
    /// The problem.
    #[serde(flatten)]
    problem: ProblemBody,
}

/// What a change comes down to.
#[derive(Clone)]
enum Change {
    Update(AppointmentChange),
    Cancel { comment: Option<String> },
    Confirm { code: String },
}

impl Change {
    fn operation(&self) -> Operation {
        match self {
            Self::Update(AppointmentChange { window: None, resource: None, .. }) => {
                Operation::CommentAppointment
            }
            Self::Update(_) => Operation::MoveAppointment,
            Self::Cancel { .. } => Operation::CancelAppointment,
            Self::Confirm { .. } => Operation::ConfirmAppointment,
        }
    }

    fn has_comment(&self) -> bool {
        match self {
            Self::Update(change) => change.comment.is_some(),
            Self::Cancel { comment } => comment.is_some(),
            Self::Confirm { .. } => false,
        }
    }

    async fn carry_out(
        &self,
        ehr: &dyn vardbro_ehr::Ehr,
        ctx: &vardbro_ehr::Ctx,
        care_unit: &vardbro_model::id::CareUnitId,
        id: &AppointmentId,
    ) -> EhrResult<Appointment> {
        match self {
            Self::Update(change) => ehr.change_appointment(ctx, care_unit, id, change.clone()).await,
            Self::Cancel { comment } => ehr.cancel(ctx, care_unit, id, comment.as_deref()).await,
            Self::Confirm { code } => ehr.confirm(ctx, care_unit, id, code).await,
        }
    }
}

/// List appointments
#[utoipa::path(
    get, path = "/api/emrs/{emr}/care-units/{care_unit_id}/appointments", tag = "Appointments",
    operation_id = "list_appointments", params(EmrPath, CareUnitPath, AppointmentsQuery),
    responses((status = 200, description = "The appointments, by start.", body = Vec<Appointment>)),
)]
pub(crate) async fn list(
    scope: CareUnitScope,
    Query { fields, unknown }: Query<AppointmentsQuery>,
) -> Result<Answer<Vec<Appointment>>, Problem> {
    const OPERATION: Operation = Operation::ListAppointments;
    scope.require(OPERATION)?;
    let mut faults = Faults::from(unknown);
    let AppointmentsQuery {
        patient_id,
        resource_id,
        healthcare_service_id,
        start,
        end,
        status,
        limit,
        cursor,
    } = fields;
    let filters = [
        ("patient_id", patient_id.is_given()),
        ("resource_id", resource_id.is_given()),
        ("healthcare_service_id", healthcare_service_id.is_given()),
        ("start", start.is_given()),
        ("end", end.is_given()),
        ("status", status.is_given()),
    ];
    scope.check_filters(OPERATION, &filters, &mut faults);
    let query = AppointmentQuery {
        patient: scope.patient(patient_id, &mut faults),
        resource: scope.resource(resource_id, &mut faults),
        healthcare_service: healthcare_service_id.read(
            "healthcare_service_id",
            &mut faults,
            healthcare_service,
        ),
        window: window::optional(start, end, &mut faults),
        status: status.optional("status", &mut faults),
    };
    let page = page_request(limit, cursor, &mut faults);
    faults.finish()?;
    let page = scope
        .read(OPERATION, |ehr, ctx, care_unit| async move {
            ehr.appointments(&ctx, &care_unit, query, page).await
        })
        .await?;
    Ok(Answer::page(page.map(|appointment| appointment.seen_from(&scope)), &scope))
}

/// Get an appointment
#[utoipa::path(
    get, path = "/api/emrs/{emr}/care-units/{care_unit_id}/appointments/{appointment_id}", tag = "Appointments",
    operation_id = "get_appointment", params(EmrPath, CareUnitPath, AppointmentPath),
    responses((status = 200, description = "The appointment.", body = Appointment)),
)]
pub(crate) async fn get(scope: CareUnitScope, query: Query<Nothing>) -> Result<Answer<Appointment>, Problem> {
    no_parameters(query)?;
    scope.require(Operation::GetAppointment)?;
    let id = scope.appointment_in_path()?;
    let appointment = scope
        .read(Operation::GetAppointment, |ehr, ctx, care_unit| async move {
            ehr.appointment(&ctx, &care_unit, &id).await
        })
        .await?;
    Ok(Answer::ok(appointment.seen_from(&scope)))
}

/// Book an appointment
///
/// `start`, `end`, `resource_id` and `healthcare_service_id` are those of a timeslot. The EHR is asked whether it is still free.
#[utoipa::path(
    post, path = "/api/emrs/{emr}/care-units/{care_unit_id}/appointments", tag = "Appointments",
    operation_id = "book_appointment", params(EmrPath, CareUnitPath), request_body = BookRequest,
    responses((status = 201, description = "The appointment, in an array.", body = Vec<Appointment>)),
)]
pub(crate) async fn book(
    scope: CareUnitScope,
    query: Query<Nothing>,
    Body { fields, unknown }: Body<BookRequest>,
) -> Result<Answer<Vec<Appointment>>, Problem> {
    const OPERATION: Operation = Operation::BookAppointment;
    no_parameters(query)?;
    scope.require(OPERATION)?;
    let mut faults = Faults::from(unknown);
    let BookRequest { start, end, patient_id, resource_id, healthcare_service_id, comment, hold_id } = fields;
    if hold_id.is_given() {
        faults.at("hold_id", FaultCode::NotSupported, "Holds are not supported yet: book without one.");
    }
    let not_stored = scope.check_fields(OPERATION, &[("comment", comment.is_given())], &mut faults);
    let window = window::of_appointment(start, end, &mut faults);
    if !patient_id.is_given() {
        faults.at("patient_id", FaultCode::MissingRequiredField, "patient_id is required.");
    }
    let patient = scope.patient(patient_id, &mut faults);
    let resource = scope.resource(resource_id, &mut faults);
    let healthcare_service =
        healthcare_service_id.read("healthcare_service_id", &mut faults, healthcare_service);
    let comment = comment_of(&scope, comment, &mut faults).flatten();
    let (window, patient) = faults.unless_faulty(window.zip(patient))?;
    let booking = Booking { slot: SlotChoice { window, resource, healthcare_service }, patient, comment };
    let appointment = scope
        .write(OPERATION, |ehr, ctx, care_unit| async move { ehr.book(&ctx, &care_unit, booking).await })
        .await?;
    Ok(Answer::created(vec![appointment.seen_from(&scope)]).not_stored(&not_stored))
}

/// Move, comment, cancel or confirm an appointment
///
/// - `start` and `end`, `resource_id`, or all three move it; the time must be free, its own time counts as free.
/// - `comment` alone changes the comment.
/// - `{"status": "cancelled", "comment": "…"}` cancels it.
/// - `{"confirmation": {"code": "…"}}` confirms a booking or a cancel that awaits it.
///
/// The answer may carry a new id.
#[utoipa::path(
    patch, path = "/api/emrs/{emr}/care-units/{care_unit_id}/appointments/{appointment_id}", tag = "Appointments",
    operation_id = "change_appointment", params(EmrPath, CareUnitPath, AppointmentPath), request_body = ChangeRequest,
    responses((status = 200, description = "The appointment as it is now.", body = Appointment)),
)]
pub(crate) async fn change(
    scope: CareUnitScope,
    query: Query<Nothing>,
    Body { fields, unknown }: Body<ChangeRequest>,
) -> Result<Answer<Appointment>, Problem> {
    no_parameters(query)?;
    let id = scope.appointment_in_path()?;
    let (change, not_stored) = read_change(&scope, fields, Faults::from(unknown))?;
    let appointment = scope
        .write(change.operation(), |ehr, ctx, care_unit| async move {
            change.carry_out(ehr.as_ref(), &ctx, &care_unit, &id).await
        })
        .await?;
    Ok(Answer::ok(appointment.seen_from(&scope)).not_stored(&not_stored))
}

/// Move, comment or cancel several appointments
///
/// The same change to each of `ids`, one after another. Each entry of the answer is the appointment as it is now, or a problem
/// with the `id`.
#[utoipa::path(
    patch, path = "/api/emrs/{emr}/care-units/{care_unit_id}/appointments", tag = "Appointments",
    operation_id = "change_appointments", params(EmrPath, CareUnitPath), request_body = ChangeSeveralRequest,
    responses((status = 200, description = "What became of each, in the order of `ids`.", body = Vec<Changed>)),
)]
pub(crate) async fn change_several(
    scope: CareUnitScope,
    query: Query<Nothing>,
    Body { fields, unknown }: Body<ChangeSeveralRequest>,
) -> Result<Answer<Vec<Changed>>, Problem> {
    no_parameters(query)?;
    let mut faults = Faults::from(unknown);
    let ChangeSeveralRequest { ids, start, end, resource_id, comment, status } = fields;
    let ids = read_ids(ids, &mut faults);
    let fields = ChangeRequest { start, end, resource_id, comment, status, confirmation: Given::Absent };
    let (change, not_stored) = read_change(&scope, fields, faults)?;
    let outcomes = scope
        .write(change.operation(), |ehr, ctx, care_unit| async move {
            let mut outcomes = Vec::new();
            for id in ids {
                let outcome = match AppointmentId::parse(&id) {
                    Ok(known) => change.carry_out(ehr.as_ref(), &ctx, &care_unit, &known).await,
                    Err(_) => Err(EhrError::not_found(Thing::Appointment)),
                };
                match outcome {
                    // What is true of the care unit is true of all of them, and none was changed.
                    Err(error)
                        if error.kind == EhrErrorKind::NotFound(Thing::CareUnit)
                            && outcomes.iter().all(|(_, before): &(_, EhrResult<_>)| before.is_err()) =>
                    {
                        return Err(error);
                    }
                    outcome => outcomes.push((id, outcome)),
                }
            }
            Ok(outcomes)
        })
        .await?;
    let changed = outcomes
        .into_iter()
        .enumerate()
        .map(|(index, (id, outcome))| match outcome {
            Ok(appointment) => Changed::Done(Box::new(appointment.seen_from(&scope))),
            Err(error) => {
                let error = at_index(error, index);
                let problem = scope.emr.problem(&scope.link, error);
                scope.emr.exchange.access.fails_in_part(&problem);
                let problem = problem.body(&scope.emr.exchange.id.to_string());
                Changed::Failed(FailedChange { id, problem })
            }
        })
        .collect();
    Ok(Answer::ok(changed).not_stored(&not_stored))
}

/// An appointment that is none is a fault of its place in `ids`.
fn at_index(error: EhrError, index: usize) -> EhrError {
    match error.kind {
        EhrErrorKind::NotFound(thing @ Thing::Appointment) => {
            EhrError::fault(&format!("ids.{index}"), thing.fault_code(), error.detail)
        }
        _ => error,
    }
}

fn read_ids(ids: Given<Vec<String>>, faults: &mut Faults) -> Vec<String> {
    let given = ids.is_given();
    let ids = ids.required("ids", faults).unwrap_or_default();
    if given && ids.is_empty() && faults.is_empty() {
        faults.at("ids", FaultCode::MissingRequiredField, "Name at least one appointment.");
    }
    if ids.len() > MOST_IDS {
        faults.at("ids", FaultCode::MaxItemsExceeded, format!("At most {MOST_IDS} appointments at once."));
    }
    let mut seen = std::collections::HashSet::new();
    for (index, id) in ids.iter().enumerate().take(MOST_IDS) {
        if !seen.insert(id) {
            faults.at(format!("ids.{index}"), FaultCode::BadInput, "The same appointment stands twice.");
        }
    }
    ids
}

/// What a change comes down to, once the capabilities allow it, and the fields that are not stored.
fn read_change(
    scope: &CareUnitScope,
    fields: ChangeRequest,
    mut faults: Faults,
) -> Result<(Change, Vec<&'static str>), Problem> {
    let ChangeRequest { start, end, resource_id, comment, status, confirmation } = fields;
    let moves =
        [("start", start.is_given()), ("end", end.is_given()), ("resource_id", resource_id.is_given())];
    let moving = moves.iter().any(|(_, given)| *given);
    // A request with faults, too, is logged as what it asked for.
    scope.emr.exchange.access.asks(if confirmation.is_given() {
        Operation::ConfirmAppointment
    } else if status.is_given() {
        Operation::CancelAppointment
    } else if comment.is_given() && !moving {
        Operation::CommentAppointment
    } else {
        Operation::MoveAppointment
    });
    let others = |names: &[(&'static str, bool)], with: &str, faults: &mut Faults| {
        for (name, _) in names.iter().filter(|(_, given)| *given) {
            faults.at(*name, FaultCode::BadInput, format!("{name} cannot stand together with {with}."));
        }
    };
    let change = if confirmation.is_given() {
        others(&moves, "confirmation", &mut faults);
        others(
            &[("comment", comment.is_given()), ("status", status.is_given())],
            "confirmation",
            &mut faults,
        );
        let confirmation = confirmation.required("confirmation", &mut faults);
        let code = confirmation
            .and_then(|confirmation| confirmation.code.required("confirmation.code", &mut faults));
        if code.as_ref().is_some_and(|code| code.is_empty() || code.len() > 64) {
            let detail = "The code has 1 to 64 characters.";
            faults.at("confirmation.code", FaultCode::InvalidConfirmationCode, detail);
        }
        code.map(|code| Change::Confirm { code })
    } else if status.is_given() {
        others(&moves, "status", &mut faults);
        let comment = comment_of(scope, comment, &mut faults).flatten();
        status.required("status", &mut faults).map(|CancelledStatus::Cancelled| Change::Cancel { comment })
    } else {
        let window = match (start, end) {
            (Given::Absent | Given::Null, Given::Absent | Given::Null) => None,
            (start, end) => window::of_appointment(start, end, &mut faults),
        };
        let resource = scope.resource(resource_id, &mut faults);
        let comment = comment_of(scope, comment, &mut faults);
        Some(Change::Update(AppointmentChange { window, resource, comment }))
    };
    let nothing = matches!(
        &change,
        Some(Change::Update(AppointmentChange { window: None, resource: None, comment: None }))
    );
    if nothing && !moving && faults.is_empty() {
        let detail = "Give start and end, resource_id, comment, status or confirmation.";
        faults.add(vardbro_model::error::Fault::of_request(FaultCode::MissingRequiredField, detail));
    }
    let Some(change) = change.filter(|_| faults.is_empty()) else {
        return Err(faults.finish().err().unwrap_or_else(Problem::bug));
    };
    scope.require(change.operation())?;
    let not_stored =
        scope.check_fields(change.operation(), &[("comment", change.has_comment())], &mut faults);
    faults.finish()?;
    Ok((change, not_stored))
}

/// The comment, if it is not longer than the EHR takes.
#[expect(clippy::option_option, reason = "absent, null and given are three things")]
fn comment_of(scope: &CareUnitScope, comment: Given<String>, faults: &mut Faults) -> Option<Option<String>> {
    /// What a comment may be where the EHR tells no limit.
    const LONGEST: usize = 10_000;
    if let (Given::Value(text), Some(longest)) = (&comment, scope.capabilities().limits.max_comment_length)
        && text.chars().count() > longest
    {
        faults.at(
            "comment",
            FaultCode::InvalidCommentLength,
            format!("A comment has at most {longest} characters."),
        );
        return None;
    }
    comment.text_change("comment", LONGEST, faults)
}
