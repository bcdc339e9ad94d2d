//! Documents: files in a patient's record.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::{CareUnitId, DocumentId, PatientId, ResourceId};
use crate::time::DateTime;
use crate::typed_id::ResourceRef;

/// Whether a document can be read yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DocumentStatus {
    /// The EHR still works on it.
    Processing,
    /// It can be read.
    Available,
}

/// A document's metadata. Does not print what it holds.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "1390726237298633001", "emr_id": "1390726237298633001", "care_unit_id": "1390726237298631001",
    "patient_id": "837047015488620153", "title": "Lab result", "type": null, "format": "application/pdf", "size_bytes": 48213,
    "status": "available", "created_by_id": "1390710863102485699", "created_at": "2024-03-25T14:40:00+01:00"
}))]
pub struct Document {
    /// Use this in every later call; `null` where the EHR does not tell.
    pub id: Option<DocumentId>,
    /// The EHR's own id, for people and debugging.
    pub emr_id: Option<String>,
    /// The care unit that was asked.
    pub care_unit_id: CareUnitId,
    /// Whose it is.
    pub patient_id: PatientId,
    /// Its title.
    pub title: Option<String>,
    /// The EHR's kind of document.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// MIME type.
    #[schema(example = "application/pdf")]
    pub format: Option<String>,
    /// Size of the content in bytes.
    pub size_bytes: Option<u64>,
    /// Whether it can be read yet.
    pub status: DocumentStatus,
    /// Who filed it.
    pub created_by_id: Option<ResourceId>,
    /// When it was filed.
    pub created_at: Option<DateTime>,
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document").field("id", &self.id).field("status", &self.status).finish_non_exhaustive()
    }
}

/// A document and its bytes. Does not print what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentWithContent {
    /// The metadata.
    pub document: Document,
    /// The bytes; `None` while the EHR still works on it.
    pub content: Option<Content>,
}

/// The bytes of a document. Do not print themselves.
#[derive(Clone, PartialEq, Eq)]
pub struct Content(pub Vec<u8>);

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

/// A document to be filed. Does not print what it holds.
#[derive(Clone)]
pub struct NewDocument {
    /// The bytes.
    pub content: Content,
    /// MIME type, lower case, without parameters.
    pub format: String,
    /// Its title.
    pub title: Option<String>,
    /// The EHR's kind of document.
    pub kind: Option<String>,
    /// Who files it; `None`: whoever the EHR or the connection decides.
    pub created_by: Option<ResourceRef>,
}

impl fmt::Debug for NewDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewDocument")
            .field("format", &self.format)
            .field("content", &self.content)
            .finish_non_exhaustive()
    }
}
