//! Documents: a ticket for the storage, the upload, the record; then Cliniko works on the file for a while.

use std::time::Duration;

use bytes::Bytes;
use futures::try_join;
use tokio::time::{Instant, sleep};
use url::Url;
use vardbro_ehr::wire::Delivery;
use vardbro_ehr::{EhrError, EhrErrorKind, EhrResult, Thing};
use vardbro_model::document::{Content, Document, DocumentWithContent, NewDocument};
use vardbro_model::error::FaultCode;
use vardbro_model::id::{DocumentId, ResourceId};
use vardbro_model::page::{Page, PageRequest};
use vardbro_model::time::DateTime;

use super::paging::{Listing, Order};
use super::session::Session;
use super::units::Unit;
use crate::mapping::{document as mapping, id};
use crate::wire::attachments::{self as native, NewPatientAttachment, PatientAttachment};
use crate::wire::{Filters, Id};

const NEWEST_FIRST: Listing<PatientAttachment> = Listing {
    list: native::list,
    field: "created_at",
    order: Order::Descending,
    at: |attachment| attachment.created_at,
    id: |attachment| attachment.id,
};

/// Cliniko's description of a file takes this many characters.
const MAX_TITLE: usize = 255;

/// How often a new file is asked after: soon at first, then every two seconds, ten seconds at most.
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(10);

/// What must be left of the caller's time for another question.
const RESERVE: Duration = Duration::from_secs(3);

/// From our host to the storage is one redirect; the storage may have one of its own.
const MAX_REDIRECTS: usize = 3;

impl Session<'_> {
    pub(super) async fn documents(
        &self,
        unit: &Unit,
        patient: Id,
        request: PageRequest,
    ) -> EhrResult<Page<Document>> {
        let filters = Filters::default().is("patient_id", patient);
        let page = NEWEST_FIRST.page(self, filters, (None, None), &request, is_kept).await?;
        if page.items.is_empty() {
            if request.cursor.is_none() {
                self.live_patient(patient).await?;
            }
            return Ok(Page { items: Vec::new(), next: page.next });
        }
        let practitioners = self.practitioners(unit).await?;
        let filed_by = |row: &PatientAttachment| {
            let user = row.user.id()?;
            let found = practitioners.iter().find(|practitioner| practitioner.user.id() == Some(user))?;
            Some(id::resource(found.id))
        };
        Ok(page.map(|row| self.read_document(unit, patient, &row, filed_by(&row))))
    }

    fn read_document(
        &self,
        unit: &Unit,
        patient: Id,
        native: &PatientAttachment,
        filed_by: Option<ResourceId>,
    ) -> Document {
        let at = |at| DateTime::in_zone(at, &unit.zone);
        mapping::document(native, &unit.id, &id::patient(patient), filed_by, at)
    }

    async fn filed_by(&self, unit: &Unit, native: &PatientAttachment) -> EhrResult<Option<ResourceId>> {
        let Some(user) = native.user.id() else { return Ok(None) };
        let practitioners = self.practitioners(unit).await?;
        let found = practitioners.iter().find(|practitioner| practitioner.user.id() == Some(user));
        Ok(found.map(|practitioner| id::resource(practitioner.id)))
    }

    pub(super) async fn document(
        &self,
        unit: &Unit,
        patient: Id,
        document: &DocumentId,
    ) -> EhrResult<DocumentWithContent> {
        let missing = || EhrError::not_found(Thing::Document);
        let document = Id::parse(document.as_str()).ok_or_else(missing)?;
        let found = self.get(native::get(self.api(), document), Thing::Document).await?;
        if found.patient.id() != Some(patient) || !is_kept(&found) {
            return Err(missing());
        }
        let content =
            async { if found.is_processed() { self.content(&found).await.map(Some) } else { Ok(None) } };
        let (content, filed_by) = try_join!(content, self.filed_by(unit, &found))?;
        Ok(DocumentWithContent {
            document: self.read_document(unit, patient, &found, filed_by),
            content: content.map(|bytes| Content(bytes.to_vec())),
        })
    }

    /// Our host answers bytes, or the way to the storage, which is asked without credentials.
    async fn content(&self, attachment: &PatientAttachment) -> EhrResult<Bytes> {
        let first = native::content(self.api(), attachment);
        let mut here = Url::parse(&first.call.request.uri().to_string()).ok();
        let mut call = first;
        for _ in 0..=MAX_REDIRECTS {
            let refusal = match self.bytes(call).await? {
                Ok(bytes) => return Ok(bytes),
                Err(refusal) if refusal.status().is_redirection() => refusal,
                // What the storage says may name the file.
                Err(refusal) => {
                    return Err(EhrError::failed(format!(
                        "The document's content was refused (HTTP {}).",
                        refusal.status().as_u16()
                    ))
                    .delivered(Delivery::Rejected));
                }
            };
            let target = match (refusal.location(), &here) {
                (Some(location), Some(here)) => here.join(location).ok(),
                _ => None,
            };
            let target =
                target.ok_or_else(|| EhrError::failed("The document's content is nowhere to be found."))?;
            call = native::stored_file(&target);
            here = Some(target);
        }
        Err(EhrError::failed("The document's content is hidden behind too many redirects."))
    }

    pub(super) async fn create_document(
        &self,
        unit: &Unit,
        patient: Id,
        new: NewDocument,
    ) -> EhrResult<Document> {
        let title = new.title.as_deref().map(str::trim).filter(|title| !title.is_empty());
        if title.is_some_and(|title| title.chars().count() > MAX_TITLE) {
            let detail = format!("Cliniko takes at most {MAX_TITLE} characters.");
            return Err(EhrError::fault("title", FaultCode::BadInput, detail));
        }
        let ticket = self.get(native::presigned_post(self.api(), patient), Thing::Patient);
        let (ticket, _, ()) =
            try_join!(ticket, self.live_patient(patient), self.require_author(new.created_by.as_ref()))?;

        let filename = mapping::filename(&new.format);
        let upload = native::upload(&ticket, &filename, &new.format, &new.content.0);
        let stored = match self.bytes(upload).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(refusal)) => {
                return Err(EhrError::failed(format!(
                    "Cliniko's file storage refused the document (HTTP {}).",
                    refusal.status().as_u16()
                ))
                .delivered(Delivery::Rejected));
            }
            // A file that no record has taken over is nothing yet.
            Err(error) if error.kind == EhrErrorKind::OutcomeUnknown => {
                return Err(EhrError::new(
                    EhrErrorKind::Timeout,
                    "Cliniko's file storage did not answer in time. Nothing was filed.",
                ));
            }
            Err(error) => return Err(error),
        };
        let upload_url = native::upload_url(&ticket, &filename, &stored);
        let record = NewPatientAttachment {
            patient_id: patient,
            upload_url: &upload_url,
            description: title,
            filename: &filename,
        };
        let created = self.run(native::create(self.api(), &record)).await?;
        let processed = self.wait_for(created).await;
        // It is filed, whatever becomes of naming who did it.
        let filed_by = self.filed_by(unit, &processed).await.ok().flatten();
        let mut document = self.read_document(unit, patient, &processed, filed_by);
        // Cliniko tells these only once it has worked on the file.
        document.format.get_or_insert(new.format);
        document.size_bytes = document.size_bytes.or_else(|| u64::try_from(new.content.0.len()).ok());
        Ok(document)
    }

    /// Asks after a new file until Cliniko has worked on it. It is no error when that takes longer.
    async fn wait_for(&self, mut attachment: PatientAttachment) -> PatientAttachment {
        let end = (Instant::now() + PATIENCE)
            .min(self.ctx.deadline.checked_sub(RESERVE).unwrap_or_else(Instant::now));
        let mut wait = FIRST_WAIT;
        while !attachment.is_processed() && Instant::now() + wait <= end {
            sleep(wait).await;
            wait = (wait * 2).min(LONGEST_WAIT);
            match self.find(native::get(self.api(), attachment.id)).await {
                Ok(Some(found)) => attachment = found,
                Ok(None) | Err(_) => break,
            }
        }
        attachment
    }
}

fn is_kept(attachment: &PatientAttachment) -> bool {
    attachment.archived_at.is_none()
}
