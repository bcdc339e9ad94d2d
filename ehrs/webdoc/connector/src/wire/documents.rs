//! Documents.

use http::Method;
use vardbro_ehr::wire::{Call, Safety};

use super::multipart::Form;
use super::{Api, Code, Native, Scope, nothing, request};

/// A document to be filed.
#[expect(missing_docs, reason = "the fields bear Webdoc's own names")]
pub struct NewDocument<'a> {
    pub file_name: &'a str,
    pub content_type: &'a str,
    pub file: &'a [u8],
    pub document_type_id: Code,
    /// As Webdoc writes it, with its dash.
    pub personal_number: &'a str,
    pub user_id: Option<&'a str>,
}

/// `POST /v1/clinics/{clinicId}/documents`. Nothing comes back.
pub fn create(api: &Api, clinic: &str, new: &NewDocument<'_>, boundary: u128) -> Native<()> {
    let mut form = Form::new(boundary)
        .text("documentTypeId", &new.document_type_id.to_string())
        .text("personalNumber", new.personal_number);
    if let Some(user) = new.user_id {
        form = form.text("userId", user);
    }
    let body = form.file("file", new.file_name, new.content_type, new.file).finish();
    let url = api.url(&["v1", "clinics", clinic, "documents"]);
    let request = request(Method::POST, &url, Some(body));
    let call = Call::new(Safety::Once, "POST /v1/clinics/{clinicId}/documents", request);
    Native { call, scope: Scope::DocumentsWrite, read: nothing }
}
