//! Documents.

use jiff::Timestamp;
use vardbro_model::document::{Document, DocumentStatus};
use vardbro_model::id::{CareUnitId, PatientId, ResourceId};
use vardbro_model::time::DateTime;

use super::{id, text};
use crate::wire::attachments::PatientAttachment;

pub(crate) fn document(
    native: &PatientAttachment,
    care_unit: &CareUnitId,
    patient: &PatientId,
    created_by_id: Option<ResourceId>,
    at: impl Fn(Timestamp) -> DateTime,
) -> Document {
    Document {
        id: Some(id::document(native.id)),
        emr_id: Some(native.id.to_string()),
        care_unit_id: care_unit.clone(),
        patient_id: patient.clone(),
        title: text(native.description.as_ref()).or_else(|| text(native.filename.as_ref())),
        kind: None,
        format: text(native.content_type.as_ref()),
        size_bytes: native.size,
        status: if native.is_processed() { DocumentStatus::Available } else { DocumentStatus::Processing },
        created_by_id,
        created_at: native.created_at.map(at),
    }
}

/// A file name that says nothing of the patient, with the extension of its MIME type.
pub(crate) fn filename(format: &str) -> String {
    let extension = match format {
        "application/pdf" => "pdf",
        "image/jpeg" | "image/jpg" => "jpg",
        "image/png" => "png",
        "image/gif" => "gif",
        "image/tiff" => "tiff",
        "image/webp" => "webp",
        "image/heic" => "heic",
        "image/svg+xml" => "svg",
        "image/bmp" => "bmp",
        "text/plain" => "txt",
        "text/csv" => "csv",
        "text/html" => "html",
        "text/xml" | "application/xml" => "xml",
        "application/json" => "json",
        "application/rtf" | "text/rtf" => "rtf",
        "application/zip" => "zip",
        "application/msword" => "doc",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "docx",
        "application/vnd.ms-excel" => "xls",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "xlsx",
        "application/vnd.oasis.opendocument.text" => "odt",
        "application/dicom" => "dcm",
        "audio/mpeg" => "mp3",
        "audio/mp4" => "m4a",
        "video/mp4" => "mp4",
        "video/quicktime" => "mov",
        _ => "bin",
    };
    format!("document.{extension}")
}
