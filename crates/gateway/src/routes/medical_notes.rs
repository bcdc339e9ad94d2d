//! Medical notes.

use serde::Deserialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use vardbro_ehr::connection::MappedField;
use vardbro_model::capabilities::Operation;
use vardbro_model::error::FaultCode;
use vardbro_model::id::AppointmentId;
use vardbro_model::medical_note::{MedicalNote, NewNote, NoteContent, NoteTemplate, TemplateId};
use vardbro_model::typed_id::PatientRef;

use super::emrs::{Nothing, no_parameters};
use super::paths::{CareUnitPath, EmrPath, NotePath, PatientPath, PatientQuery};
use crate::answer::{Answer, OfCareUnit};
use crate::problem::Problem;
use crate::request::{
    Body, BodyWith, Faults, Given, Limit, PatientKey, Query, QueryWith, created_by, page_request, the_key,
};
use crate::scope::CareUnitScope;

/// Characters of one field of a note.
const LONGEST_FIELD: usize = 100_000;

#[derive(Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// Items of a page, 1 to 500.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 500, default = 100)]
    pub(crate) limit: Given<Limit>,
    /// Where the page begins, from the `Link` of the page before.
    #[param(value_type = Option<String>)]
    pub(crate) cursor: Given<String>,
}

/// A note to be written.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct NoteRequest {
    /// The template; the prefix `leyr_` is optional.
    #[schema(value_type = String, example = "leyr_unstructured")]
    template_id: Given<String>,
    /// Its title.
    #[schema(value_type = Option<String>, max_length = 255, example = "Video visit")]
    title: Given<String>,
    /// Text by the template's field names.
    #[schema(value_type = std::collections::HashMap<String, String>, example = json!({"unstructured": "Feels well."}))]
    content: Given<NoteContent>,
    /// Who writes it: a resource. See the capability `author`.
    #[schema(value_type = Option<String>)]
    created_by_id: Given<String>,
    /// The appointment that it belongs to.
    #[schema(value_type = Option<String>)]
    appointment_id: Given<String>,
}

/// List medical notes
#[utoipa::path(
    get, path = "/api/emrs/{emr}/care-units/{care_unit_id}/patients/{patient_id}/medical-notes", tag = "Medical notes",
    operation_id = "list_medical_notes", params(EmrPath, CareUnitPath, PatientPath, PageQuery),
    responses((status = 200, description = "The patient's notes, newest first.", body = Vec<MedicalNote>)),
)]
pub(crate) async fn list(
    scope: CareUnitScope,
    query: Query<PageQuery>,
) -> Result<Answer<Vec<MedicalNote>>, Problem> {
    scope.require(Operation::ReadNotes)?;
    let patient = scope.patient_in_path()?;
    list_of(scope, patient, query).await
}

/// List medical notes (alias)
#[utoipa::path(
    get, path = "/api/emrs/{emr}/care-units/{care_unit_id}/medical-notes", tag = "Older paths",
    operation_id = "list_medical_notes_alias", params(EmrPath, CareUnitPath, PatientQuery, PageQuery),
    responses((status = 200, description = "The patient's notes, newest first.", body = Vec<MedicalNote>)),
)]
pub(crate) async fn list_alias(
    scope: CareUnitScope,
    QueryWith { key, query, .. }: QueryWith<PatientKey, PageQuery>,
) -> Result<Answer<Vec<MedicalNote>>, Problem> {
    scope.require(Operation::ReadNotes)?;
    let patient = scope.patient_named(the_key::<PatientKey>(key, None)?)?;
    list_of(scope, patient, query).await
}

async fn list_of(
    scope: CareUnitScope,
    patient: PatientRef,
    Query { fields, unknown }: Query<PageQuery>,
) -> Result<Answer<Vec<MedicalNote>>, Problem> {
    let mut faults = Faults::from(unknown);
    let page = page_request(fields.limit, fields.cursor, &mut faults);
    faults.finish()?;
    let page = scope
        .read(Operation::ReadNotes, |ehr, ctx, care_unit| async move {
            ehr.notes(&ctx, &care_unit, &patient, page).await
        })
        .await?;
    Ok(Answer::page(page.map(|note| note.seen_from(&scope)), &scope))
}

/// Get a medical note
#[utoipa::path(
    get, path = "/api/emrs/{emr}/care-units/{care_unit_id}/patients/{patient_id}/medical-notes/{note_id}",
    tag = "Medical notes", operation_id = "get_medical_note", params(EmrPath, CareUnitPath, PatientPath, NotePath),
    responses((status = 200, description = "The note.", body = MedicalNote)),
)]
pub(crate) async fn get(scope: CareUnitScope, query: Query<Nothing>) -> Result<Answer<MedicalNote>, Problem> {
    no_parameters(query)?;
    scope.require(Operation::ReadNotes)?;
    let (patient, id) = (scope.patient_in_path()?, scope.note_in_path()?);
    let note = scope
        .read(Operation::ReadNotes, |ehr, ctx, care_unit| async move {
            ehr.note(&ctx, &care_unit, &patient, &id).await
        })
        .await?;
    Ok(Answer::ok(note.seen_from(&scope)))
}

/// Write a medical note
///
/// The note is created unsigned: a clinician signs it in the EHR.
#[utoipa::path(
    post, path = "/api/emrs/{emr}/care-units/{care_unit_id}/patients/{patient_id}/medical-notes", tag = "Medical notes",
    operation_id = "create_medical_note", params(EmrPath, CareUnitPath, PatientPath), request_body = NoteRequest,
    responses((status = 201, description = "The note.", body = MedicalNote)),
)]
pub(crate) async fn create(
    scope: CareUnitScope,
    query: Query<Nothing>,
    body: Body<NoteRequest>,
) -> Result<Answer<MedicalNote>, Problem> {
    no_parameters(query)?;
    scope.require(Operation::CreateNote)?;
    let patient = scope.patient_in_path()?;
    create_for(scope, patient, body).await
}

/// Write a medical note (alias)
#[utoipa::path(
    post, path = "/api/emrs/{emr}/care-units/{care_unit_id}/medical-notes", tag = "Older paths",
    operation_id = "create_medical_note_alias", params(EmrPath, CareUnitPath), request_body = NoteRequest,
    responses((status = 201, description = "The note.", body = MedicalNote)),
)]
pub(crate) async fn create_alias(
    scope: CareUnitScope,
    query: Query<Nothing>,
    BodyWith { key, body, .. }: BodyWith<PatientKey, NoteRequest>,
) -> Result<Answer<MedicalNote>, Problem> {
    no_parameters(query)?;
    scope.require(Operation::CreateNote)?;
    let patient = scope.patient_named(the_key::<PatientKey>(None, key)?)?;
    create_for(scope, patient, body).await
}

async fn create_for(
    scope: CareUnitScope,
    patient: PatientRef,
    Body { fields, unknown }: Body<NoteRequest>,
) -> Result<Answer<MedicalNote>, Problem> {
    const OPERATION: Operation = Operation::CreateNote;
    let mut faults = Faults::from(unknown);
    let NoteRequest { template_id, title, content, created_by_id, appointment_id } = fields;
    let given = [
        ("title", title.is_given()),
        ("created_by_id", created_by_id.is_given()),
        ("appointment_id", appointment_id.is_given()),
    ];
    let not_stored = scope.check_fields(OPERATION, &given, &mut faults);
    let template = read_template(template_id, &mut faults);
    let content = content.required("content", &mut faults);
    let content =
        template.zip(content).map(|(template, content)| read_content(&scope, template, content, &mut faults));
    let note = NewNote {
        template: template.unwrap_or(TemplateId::LeyrUnstructured),
        title: title.text("title", 255, &mut faults),
        content: content.unwrap_or_default(),
        created_by: {
            let author = created_by_id.optional("created_by_id", &mut faults);
            created_by(author, scope.emr.today(), scope.capabilities(), &mut faults)
        },
        appointment: appointment_id.optional("appointment_id", &mut faults).and_then(|text| {
            let id = AppointmentId::parse(&text).ok();
            if id.is_none() {
                faults.at("appointment_id", FaultCode::InvalidAppointmentId, "There is no such appointment.");
            }
            id
        }),
    };
    faults.finish()?;
    let note = scope
        .write(OPERATION, |ehr, ctx, care_unit| async move {
            ehr.create_note(&ctx, &care_unit, &patient, note).await
        })
        .await?;
    Ok(Answer::created(note.seen_from(&scope)).not_stored(&not_stored))
}

/// List note templates
///
/// The templates and their fields, as mapped for this EHR.
#[utoipa::path(
    get, path = "/api/emrs/{emr}/care-units/{care_unit_id}/medical-note-templates", tag = "Medical notes",
    operation_id = "list_medical_note_templates", params(EmrPath, CareUnitPath),
    responses((status = 200, description = "The templates.", body = Vec<NoteTemplate>)),
)]
pub(crate) async fn templates(
    scope: CareUnitScope,
    query: Query<Nothing>,
) -> Result<Answer<Vec<NoteTemplate>>, Problem> {
    no_parameters(query)?;
    scope.require(Operation::ListNoteTemplates)?;
    let templates = scope
        .read(Operation::ListNoteTemplates, |ehr, ctx, care_unit| async move {
            ehr.note_templates(&ctx, &care_unit).await
        })
        .await?;
    Ok(Answer::ok(templates))
}

fn read_template(given: Given<String>, faults: &mut Faults) -> Option<TemplateId> {
    let text = given.required("template_id", faults)?;
    let template = TemplateId::parse(&text);
    if template.is_none() {
        let known: Vec<_> = TemplateId::ALL.iter().map(|template| template.as_str()).collect();
        let detail = format!("There is no such template; there are {}.", known.join(", "));
        faults.at("template_id", FaultCode::InvalidNoteContent, detail);
    }
    template
}

/// The fields in the template's order, each one known, mapped, and no longer than the EHR takes.
fn read_content(
    scope: &CareUnitScope,
    template: TemplateId,
    content: NoteContent,
    faults: &mut Faults,
) -> Vec<(&'static str, String)> {
    const CODE: FaultCode = FaultCode::InvalidNoteContent;
    let mapped = scope.link.connection.note_mapping.0.get(&template);
    if mapped.is_none() {
        let detail = format!("The template {} is not mapped for this connection.", template.as_str());
        faults.at("template_id", CODE, detail);
    }
    let mut texts = Vec::new();
    for (name, value) in content {
        let path = format!("content.{name}");
        let Some(field) = template.fields().iter().find(|field| **field == name) else {
            let detail = format!("{} has the fields {}.", template.as_str(), template.fields().join(", "));
            faults.at(path, CODE, detail);
            continue;
        };
        let text = match value {
            Value::Null => continue,
            Value::String(text) if text.trim().is_empty() => continue,
            Value::String(text) => text,
            _ => {
                faults.at(path, CODE, "Expected a string.");
                continue;
            }
        };
        let mapped = mapped.map(|template| template.fields.get(*field));
        if mapped.is_some_and(|field| field.is_none()) {
            faults.at(path, CODE, "The field is not mapped for this connection.");
            continue;
        }
        if let Some(detail) = too_long(&text, mapped.flatten()) {
            faults.at(path, CODE, detail);
            continue;
        }
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            faults.at(path, CODE, "The field cannot hold control characters.");
            continue;
        }
        texts.push((*field, text));
    }
    if texts.is_empty() && faults.is_empty() {
        let detail = format!("Give at least one of the fields {}.", template.fields().join(", "));
        faults.at("content", CODE, detail);
    }
    texts.sort_by_key(|(name, _)| template.fields().iter().position(|field| field == name));
    texts
}

/// Why the text does not fit, if it does not: into the EHR's field that ours is mapped to, or into any.
fn too_long(text: &str, mapped: Option<&MappedField>) -> Option<String> {
    let of_ehr = mapped.and_then(|field| Some((field, usize::try_from(field.max_length?).ok()?)));
    let length = text.chars().count();
    match of_ehr {
        Some((field, longest)) if length > longest => Some(format!(
            "The EHR's field {} holds at most {longest} characters, not {length}.",
            field.emr_id
        )),
        _ if length > LONGEST_FIELD => Some(format!("A field holds at most {LONGEST_FIELD} characters.")),
        _ => None,
    }
}
