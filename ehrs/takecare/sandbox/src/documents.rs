//! `Document`, a service that is assumed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::DateTime;

use crate::call::Call;
use crate::exchange::Answer;
use crate::patients::number;
use crate::places::is_user;
use crate::refusal::Refusal;
use crate::state::Session;
use crate::time::message_time;
use crate::xml::Markup;

/// What is told of a document. Its content cannot be asked for, so it is not kept.
pub struct Document {
    pub id: u64,
    pub unit: u32,
    pub patient: String,
    pub title: String,
    pub kind: Option<String>,
    /// In bytes.
    pub size: usize,
    /// Empty if whoever filed it did not say.
    pub user: String,
    pub created: DateTime,
}

const PDF: &str = "application/pdf";

/// GetDocuments: what was filed at this care unit.
pub fn list(session: &Session<'_>, mut call: Call<'_>) -> Answer {
    let place = call.place()?;
    let patient = number(&mut call.fields)?;
    call.fields.end()?;
    let here = |document: &&Document| document.unit == place.unit.id && document.patient == patient;
    Ok(place.container("Documents", session.documents.iter().filter(here).map(markup)))
}

fn markup(document: &Document) -> Markup {
    let user = (!document.user.is_empty()).then(|| Markup::text("CreatedByUserId", &document.user));
    let fields = [
        Some(Markup::text("DocumentId", document.id)),
        Some(Markup::text("DocumentTitle", &document.title)),
        document.kind.as_ref().map(|kind| Markup::text("DocumentType", kind)),
        Some(Markup::text("Format", PDF)),
        Some(Markup::text("Size", document.size)),
        user,
        Some(Markup::text("CreatedTimestamp", message_time(document.created))),
    ];
    Markup::of("Document", fields.into_iter().flatten())
}

/// CreateDocument
pub fn create(session: &mut Session<'_>, mut call: Call<'_>) -> Answer {
    let place = call.place()?;
    let patient = number(&mut call.fields)?;
    let user = call.fields.text("UserId")?;
    let title = call.fields.text("DocumentTitle")?;
    let kind = call.fields.optional_text("DocumentType")?;
    let format = call.fields.text("Format")?;
    let content = call.fields.text("Content")?;
    call.fields.end()?;
    if !session.patients.contains_key(patient) {
        return Err(Refusal::Patient);
    }
    if !user.is_empty() && !is_user(user) {
        return Err(Refusal::User);
    }
    if format != PDF {
        return Err(Refusal::Format);
    }
    let size = STANDARD.decode(content.trim()).map_err(|_| Refusal::Content)?.len();
    if size == 0 {
        return Err(Refusal::Content);
    }
    let document = Document {
        id: session.new_document_id(),
        unit: place.unit.id,
        patient: patient.to_owned(),
        title: title.to_owned(),
        kind: kind.map(str::to_owned),
        size,
        user: user.to_owned(),
        created: session.now,
    };
    let confirmation = [
        Markup::text("DocumentId", document.id),
        Markup::text("CreatedTimestamp", message_time(document.created)),
    ];
    session.documents.push(document);
    Ok(Markup::of("DocumentConfirmation", confirmation))
}
