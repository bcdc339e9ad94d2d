//! Documents.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vardbro_model::capabilities::Operation;
use vardbro_model::document::{Content, Document, DocumentWithContent, NewDocument};
use vardbro_model::error::FaultCode;
use vardbro_model::typed_id::PatientRef;

use super::emrs::{Nothing, no_parameters};
use super::medical_notes::PageQuery;
use super::paths::{CareUnitPath, DocumentPath, EmrPath, PatientPath, PatientQuery};
use crate::answer::{Answer, OfCareUnit};
use crate::problem::Problem;
use crate::request::{
    Body, BodyWith, Faults, Given, LARGEST_DOCUMENT_BODY, PatientKey, Query, QueryWith, created_by,
    page_request, the_key,
};
use crate::scope::CareUnitScope;

/// A document to be filed.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct DocumentRequest {
    /// The bytes, in base64.
    #[schema(value_type = String, content_encoding = "base64", example = "JVBERi0xLjQKJcOkw7zDtsOfCg==")]
    content: Given<String>,
    /// MIME type; see the capability `document_formats`.
    #[schema(value_type = String, example = "application/pdf")]
    format: Given<String>,
    /// Its title.
    #[schema(value_type = Option<String>, max_length = 255, example = "Lab result")]
    title: Given<String>,
    /// The EHR's kind of document.
    #[serde(rename = "type")]
    #[schema(value_type = Option<String>, max_length = 255)]
    kind: Given<String>,
    /// Who files it: a resource. See the capability `author`.
    #[schema(value_type = Option<String>)]
    created_by_id: Given<String>,
}

/// A document and its content.
#[derive(Serialize, ToSchema)]
pub(crate) struct DocumentAnswer {
    /// The metadata.
    #[serde(flatten)]
    document: Document,
    /// The bytes, in base64; null while the EHR still works on the document.
    #[schema(content_encoding = "base64", example = "JVBERi0xLjQKJcOkw7zDtsOfCg==")]
    content: Option<String>,
}

/// List documents
#[utoipa::path(
    get, path = "/api/emrs/{emr}/care-units/{care_unit_id}/patients/{patient_id}/documents", tag = "Documents",
    operation_id = "list_documents", params(EmrPath, CareUnitPath, PatientPath, PageQuery),
    responses((status = 200, description = "The patient's documents, newest first, without content.", body = Vec<Document>)),
)]
pub(crate) async fn list(
    scope: CareUnitScope,
    query: Query<PageQuery>,
) -> Result<Answer<Vec<Document>>, Problem> {
    scope.require(Operation::ListDocuments)?;
    let patient = scope.patient_in_path()?;
    list_of(scope, patient, query).await
}

/// List documents (alias)
#[utoipa::path(
    get, path = "/api/emrs/{emr}/care-units/{care_unit_id}/documents", tag = "Older paths",
    operation_id = "list_documents_alias", params(EmrPath, CareUnitPath, PatientQuery, PageQuery),
    responses((status = 200, description = "The patient's documents, newest first, without content.", body = Vec<Document>)),
)]
pub(crate) async fn list_alias(
    scope: CareUnitScope,
    QueryWith { key, query, .. }: QueryWith<PatientKey, PageQuery>,
) -> Result<Answer<Vec<Document>>, Problem> {
    scope.require(Operation::ListDocuments)?;
    let patient = scope.patient_named(the_key::<PatientKey>(key, None)?)?;
    list_of(scope, patient, query).await
}

async fn list_of(
    scope: CareUnitScope,
    patient: PatientRef,
    Query { fields, unknown }: Query<PageQuery>,
) -> Result<Answer<Vec<Document>>, Problem> {
    let mut faults = Faults::from(unknown);
    let page = page_request(fields.limit, fields.cursor, &mut faults);
    faults.finish()?;
    let page = scope
        .read(Operation::ListDocuments, |ehr, ctx, care_unit| async move {
            ehr.documents(&ctx, &care_unit, &patient, page).await
        })
        .await?;
    Ok(Answer::page(page.map(|document| document.seen_from(&scope)), &scope))
}

/// Get a document
///
/// The metadata and, once the EHR has it ready, the content.
#[utoipa::path(
    get, path = "/api/emrs/{emr}/care-units/{care_unit_id}/patients/{patient_id}/documents/{document_id}",
    tag = "Documents", operation_id = "get_document", params(EmrPath, CareUnitPath, PatientPath, DocumentPath),
    responses((status = 200, description = "The document.", body = DocumentAnswer)),
)]
pub(crate) async fn get(
    scope: CareUnitScope,
    query: Query<Nothing>,
) -> Result<Answer<DocumentAnswer>, Problem> {
    no_parameters(query)?;
    scope.require(Operation::GetDocument)?;
    let (patient, id) = (scope.patient_in_path()?, scope.document_in_path()?);
    let DocumentWithContent { document, content } = scope
        .read(Operation::GetDocument, |ehr, ctx, care_unit| async move {
            ehr.document(&ctx, &care_unit, &patient, &id).await
        })
        .await?;
    let content = content.map(|Content(bytes)| STANDARD.encode(bytes));
    Ok(Answer::ok(DocumentAnswer { document: document.seen_from(&scope), content }))
}

/// File a document
#[utoipa::path(
    post, path = "/api/emrs/{emr}/care-units/{care_unit_id}/patients/{patient_id}/documents", tag = "Documents",
    operation_id = "create_document", params(EmrPath, CareUnitPath, PatientPath), request_body = DocumentRequest,
    responses((status = 201, description = "The document, without content.", body = Document)),
)]
pub(crate) async fn create(
    scope: CareUnitScope,
    query: Query<Nothing>,
    body: Body<DocumentRequest, LARGEST_DOCUMENT_BODY>,
) -> Result<Answer<Document>, Problem> {
    no_parameters(query)?;
    scope.require(Operation::CreateDocument)?;
    let patient = scope.patient_in_path()?;
    create_for(scope, patient, body).await
}

/// File a document (alias)
#[utoipa::path(
    post, path = "/api/emrs/{emr}/care-units/{care_unit_id}/documents", tag = "Older paths",
    operation_id = "create_document_alias", params(EmrPath, CareUnitPath), request_body = DocumentRequest,
    responses((status = 201, description = "The document, without content.", body = Document)),
)]
pub(crate) async fn create_alias(
    scope: CareUnitScope,
    query: Query<Nothing>,
    BodyWith { key, body, .. }: BodyWith<PatientKey, DocumentRequest, LARGEST_DOCUMENT_BODY>,
) -> Result<Answer<Document>, Problem> {
    no_parameters(query)?;
    scope.require(Operation::CreateDocument)?;
    let patient = scope.patient_named(the_key::<PatientKey>(None, key)?)?;
    create_for(scope, patient, body).await
}

async fn create_for(
    scope: CareUnitScope,
    patient: PatientRef,
    Body { fields, unknown }: Body<DocumentRequest, LARGEST_DOCUMENT_BODY>,
) -> Result<Answer<Document>, Problem> {
    const OPERATION: Operation = Operation::CreateDocument;
    let mut faults = Faults::from(unknown);
    let DocumentRequest { content, format, title, kind, created_by_id } = fields;
    let given =
        [("title", title.is_given()), ("type", kind.is_given()), ("created_by_id", created_by_id.is_given())];
    let not_stored = scope.check_fields(OPERATION, &given, &mut faults);
    let content = read_content(&scope, content, &mut faults);
    let format = read_format(&scope, format, &mut faults);
    let title = title.text("title", 255, &mut faults);
    let kind = kind.text("type", 255, &mut faults);
    let author = created_by_id.optional("created_by_id", &mut faults);
    let created_by = created_by(author, scope.emr.today(), scope.capabilities(), &mut faults);
    let (content, format) = faults.unless_faulty(content.zip(format))?;
    let document = NewDocument { content, format, title, kind, created_by };
    let document = scope
        .write(OPERATION, |ehr, ctx, care_unit| async move {
            ehr.create_document(&ctx, &care_unit, &patient, document).await
        })
        .await?;
    Ok(Answer::created(document.seen_from(&scope)).not_stored(&not_stored))
}

fn read_content(scope: &CareUnitScope, given: Given<String>, faults: &mut Faults) -> Option<Content> {
    const CODE: FaultCode = FaultCode::InvalidDocument;
    let mut text = given.required("content", faults)?;
    // Programs that encode base64 break it into lines.
    text.retain(|c| !c.is_ascii_whitespace());
    let Ok(bytes) = STANDARD.decode(text) else {
        faults.at("content", CODE, "Expected base64 (the standard alphabet, with padding).");
        return None;
    };
    if bytes.is_empty() {
        faults.at("content", CODE, "The document is empty.");
        return None;
    }
    let most = scope.capabilities().limits.max_document_bytes.unwrap_or(u64::MAX);
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > most {
        faults.at("content", CODE, format!("A document has at most {most} bytes (max_document_bytes)."));
        return None;
    }
    Some(Content(bytes))
}

fn read_format(scope: &CareUnitScope, given: Given<String>, faults: &mut Faults) -> Option<String> {
    const CODE: FaultCode = FaultCode::InvalidDocument;
    let format = given.required("format", faults)?.to_ascii_lowercase();
    let token = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    let mime =
        format.len() <= 127 && format.split_once('/').is_some_and(|(kind, sub)| token(kind) && token(sub));
    if !mime {
        faults.at("format", CODE, "Expected a MIME type without parameters, such as application/pdf.");
        return None;
    }
    let formats = &scope.capabilities().limits.document_formats;
    if !formats.is_empty() && !formats.contains(&format.as_str()) {
        faults.at("format", CODE, format!("This EHR takes {} (document_formats).", formats.join(", ")));
        return None;
    }
    Some(format)
}
