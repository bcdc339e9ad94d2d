//! Documents (assumed: `GetDocuments`, `CreateDocument` of ASSUMED.md).

use jiff::civil::DateTime;
use vardbro_ehr::wire::Safety;

use super::{Api, Element, Endpoint, Kind, Native, UnitKey, Unreadable, times};

/// A document to be filed.
#[derive(Clone, PartialEq, Eq)]
pub struct NewDocument<'a> {
    /// The patient's number.
    pub patient: &'a str,
    /// Who files it.
    pub author: &'a str,
    /// `DocumentTitle`.
    pub title: &'a str,
    /// `DocumentType`.
    pub kind: Option<&'a str>,
    /// `Format`: a MIME type.
    pub format: &'a str,
    /// `Content`: base64.
    pub content: String,
}

/// A document's metadata. Does not print what it holds.
#[derive(Clone, PartialEq, Eq)]
pub struct Document {
    /// `DocumentId`.
    pub id: String,
    /// `DocumentTitle`.
    pub title: Option<String>,
    /// `DocumentType`.
    pub kind: Option<String>,
    /// `Format`: a MIME type.
    pub format: Option<String>,
    /// `Size`, in bytes.
    pub size: Option<u64>,
    /// `CreatedByUserId`.
    pub created_by: Option<String>,
    /// `CreatedTimestamp`, local.
    pub created: Option<DateTime>,
}

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Document").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What became of a document that was filed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    /// `DocumentId`.
    pub id: String,
    /// `CreatedTimestamp`, local.
    pub created: Option<DateTime>,
}

/// `GetDocuments`.
pub fn get(api: &Api, endpoint: &Endpoint, unit: &UnitKey, patient: &str) -> Native<Vec<Document>> {
    let kind = Kind { safety: Safety::Read, label: "Document.GetDocuments", read };
    let patient = Element::text("PatientId", patient);
    api.call(endpoint, kind, unit, unit.elements().into_iter().chain([patient]))
}

/// `CreateDocument`.
pub fn create(api: &Api, endpoint: &Endpoint, unit: &UnitKey, new: NewDocument<'_>) -> Native<Filed> {
    let kind = Kind { safety: Safety::Once, label: "Document.CreateDocument", read: read_confirmation };
    let children = [
        Some(Element::text("PatientId", new.patient)),
        Some(Element::text("UserId", new.author)),
        Some(Element::text("DocumentTitle", new.title)),
        new.kind.map(|kind| Element::text("DocumentType", kind)),
        Some(Element::text("Format", new.format)),
        Some(Element::text("Content", new.content)),
    ];
    api.call(endpoint, kind, unit, unit.elements().into_iter().chain(children.into_iter().flatten()))
}

pub(super) fn read(root: &Element) -> Result<Vec<Document>, Unreadable> {
    root.need("Documents")?;
    super::rows(root, "Documents", "Document", |row| {
        Ok(Document {
            id: row.required("DocumentId")?.to_owned(),
            title: row.optional("DocumentTitle"),
            kind: row.optional("DocumentType"),
            format: row.optional("Format"),
            size: row.told("Size").and_then(|size| size.parse().ok()),
            created_by: row.optional("CreatedByUserId"),
            created: times::optional(row, "CreatedTimestamp"),
        })
    })
}

pub(super) fn read_confirmation(root: &Element) -> Result<Filed, Unreadable> {
    let filed = root.need("DocumentConfirmation")?;
    Ok(Filed {
        id: filed.required("DocumentId")?.to_owned(),
        created: times::optional(filed, "CreatedTimestamp"),
    })
}
