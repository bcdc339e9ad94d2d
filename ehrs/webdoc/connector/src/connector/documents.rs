//! Filing documents. Webdoc takes a file and tells nothing of it afterwards, not even its id.

use std::sync::Arc;

use futures::try_join;
use vardbro_ehr::{EhrError, EhrErrorKind, EhrResult, Thing};
use vardbro_model::document::{Content, Document, DocumentStatus, NewDocument};
use vardbro_model::error::FaultCode;
use vardbro_model::id::ResourceId;

use super::session::Session;
use super::units::Unit;
use crate::mapping::document as mapping;
use crate::mapping::number::Number;
use crate::mapping::patient::own_number;
use crate::wire::documents::{self as native, NewDocument as NewNative};
use crate::wire::types::{self, DocumentType};

impl Session<'_> {
    pub(super) async fn create_document(
        &self,
        unit: &Unit,
        number: &Number,
        new: NewDocument,
    ) -> EhrResult<Document> {
        let file_name = mapping::file_name(new.title.as_deref(), &new.format).ok_or_else(|| {
            let formats: Vec<&str> = mapping::FORMATS.iter().map(|(format, _)| *format).collect();
            let detail = format!("Webdoc takes {}.", formats.join(", "));
            EhrError::fault("format", FaultCode::InvalidDocument, detail)
        })?;
        let Content(content) = &new.content;
        let size = u64::try_from(content.len()).unwrap_or(u64::MAX);
        if size > mapping::MAX_BYTES {
            let detail = format!("Webdoc takes at most {} bytes.", mapping::MAX_BYTES);
            return Err(EhrError::fault("content", FaultCode::InvalidDocument, detail));
        }
        if !mapping::begins_as(content, &new.format) {
            let detail =
                format!("The content is no {}: the file is damaged, or of another format.", new.format);
            return Err(EhrError::fault("content", FaultCode::InvalidDocument, detail));
        }
        let (kind, author, patient) = try_join!(
            self.document_type(new.kind.as_deref()),
            self.author(unit, new.created_by.as_ref()),
            self.patient_of(number),
        )?;
        let number = own_number(&patient, number.clone(), self.today());
        let call = native::create(
            self.api(),
            unit.native(),
            &NewNative {
                file_name: &file_name,
                content_type: &new.format,
                file: content,
                document_type_id: kind.id,
                personal_number: &number.native(),
                user_id: author.as_ref().map(|author| author.id.as_str()),
            },
            u128::from(self.random.bits()) << 64 | u128::from(self.random.bits()),
        );
        self.attempt(call).await.map_err(|failed| {
            let error = failed.unsettled();
            let detail = match error.kind {
                EhrErrorKind::OutcomeUnknown => {
                    format!("{} Webdoc is known to break on damaged files.", error.detail)
                }
                _ => error.detail,
            };
            EhrError { detail, ..error }
        })?;
        Ok(Document {
            id: None,
            emr_id: None,
            care_unit_id: unit.id.clone(),
            patient_id: number.patient_id().ok_or_else(|| EhrError::not_found(Thing::Patient))?,
            title: None,
            kind: kind.name.clone().or_else(|| Some(kind.id.to_string())),
            format: Some(new.format),
            size_bytes: Some(size),
            status: DocumentStatus::Available,
            created_by_id: author.and_then(|author| ResourceId::parse(&author.id).ok()),
            created_at: None,
        })
    }

    async fn document_types(&self) -> EhrResult<Arc<Vec<DocumentType>>> {
        let ask = || self.run(types::document_types(self.api()));
        self.memory.document_types.get(self.config.key, self.ctx.fresh, ask).await
    }

    /// The active document type of that name or id, or the connection's.
    async fn document_type(&self, named: Option<&str>) -> EhrResult<DocumentType> {
        let types = self.document_types().await?;
        let mut active: Vec<&DocumentType> = types.iter().filter(|kind| kind.active != Some(false)).collect();
        let listed = |active: &[&DocumentType]| {
            let name = |kind: &&DocumentType| kind.name.clone().unwrap_or_else(|| kind.id.to_string());
            active.iter().map(name).collect::<Vec<_>>().join(", ")
        };
        let Some(wanted) = named.or(self.config.default_document_type.as_deref()) else {
            let detail = format!("Webdoc needs the type of a document; it has {}.", listed(&active));
            return Err(EhrError::fault("type", FaultCode::MissingRequiredField, detail));
        };
        let all = listed(&active);
        let wanted = wanted.trim().to_lowercase();
        active.retain(|kind| {
            kind.id.to_string() == wanted
                || kind.name.as_ref().is_some_and(|name| name.trim().to_lowercase() == wanted)
        });
        match active.as_slice() {
            [only] => Ok((*only).clone()),
            [] => {
                let detail = format!("Webdoc has no such type of document; it has {all}.");
                Err(EhrError::fault("type", FaultCode::InvalidDocument, detail))
            }
            several => {
                let ids: Vec<String> = several.iter().map(|kind| kind.id.to_string()).collect();
                let detail = format!(
                    "Webdoc has several such types of document: name one by its id, {}.",
                    ids.join(", ")
                );
                Err(EhrError::fault("type", FaultCode::InvalidDocument, detail))
            }
        }
    }
}
