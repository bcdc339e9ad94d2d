//! Documents (assumed): PDF files, listed and filed, never read.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use vardbro_ehr::{EhrError, EhrResult, Thing};
use vardbro_model::document::{Document, NewDocument};
use vardbro_model::error::FaultCode;
use vardbro_model::page::{Page, PageRequest};
use vardbro_model::typed_id::PatientRef;

use super::authors::patient_id;
use super::paging::{Key, Order, page};
use super::session::Session;
use super::units::Unit;
use crate::config::Service;
use crate::mapping::{document as mapping, patient};
use crate::wire::documents::{self as native, Document as Native, NewDocument as NewNative};
use crate::wire::xml;

/// A document must have a title in TakeCare.
const NO_TITLE: &str = "Dokument";

impl Session<'_> {
    pub(super) async fn documents(
        &self,
        unit: &Unit,
        patient: &PatientRef,
        request: PageRequest,
    ) -> EhrResult<Page<Document>> {
        let number = patient::number(patient, self.today())?;
        let endpoint = self.config.services.at(Service::GetDocuments)?;
        let found = self.run(native::get(&self.api, endpoint, &unit.key, number.digits())).await?;
        if found.is_empty() {
            self.require_patient(unit, &number).await?;
        }
        let patient = patient_id(&number)?;
        let read = |one: &Native| {
            let author = self.resource_of(unit, one.created_by.as_deref()).map(|(_, id)| id);
            mapping::document(one, &unit.id, &patient, author, &self.config.zone)
        };
        let second = |one: &Document| one.created_at.map_or(0, |at| at.timestamp().as_second());
        page(found.iter().map(read).collect(), &request, Order::Descending, |one| {
            Key::new(second(one), one.emr_id.as_deref().unwrap_or_default())
        })
    }

    pub(super) async fn create_document(
        &self,
        unit: &Unit,
        patient: &PatientRef,
        new: NewDocument,
    ) -> EhrResult<Document> {
        let number = patient::number(patient, self.today())?;
        let endpoint = self.config.services.at(Service::CreateDocument)?;
        let title = text(new.title.as_deref(), "title")?.unwrap_or(NO_TITLE);
        let kind = text(new.kind.as_deref(), "type")?;
        let author = self.author(unit, new.created_by.as_ref()).await?;
        let document = NewNative {
            patient: number.digits(),
            author: &author,
            title,
            kind,
            format: &new.format,
            content: STANDARD.encode(&new.content.0),
        };
        let filed = match self.exchange(native::create(&self.api, endpoint, &unit.key, document)).await? {
            Ok(filed) => filed,
            Err(refused) => {
                return Err(match self.require_patient(unit, &number).await {
                    Err(error) if error.kind == EhrError::not_found(Thing::Patient).kind => {
                        refused.says(error)
                    }
                    _ => refused.error(),
                });
            }
        };
        let filed = Native {
            id: filed.id,
            title: Some(title.to_owned()),
            kind: kind.map(str::to_owned),
            format: Some(new.format.clone()),
            size: u64::try_from(new.content.0.len()).ok(),
            created: filed.created,
            created_by: Some(author.clone()),
        };
        let author = self.resource_of(unit, Some(&author)).map(|(_, id)| id);
        Ok(mapping::document(&filed, &unit.id, &patient_id(&number)?, author, &self.config.zone))
    }
}

/// A text that XML can hold; `None` if it says nothing.
fn text<'a>(text: Option<&'a str>, path: &str) -> EhrResult<Option<&'a str>> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    if text.is_some_and(|text| !text.chars().all(xml::holds)) {
        let detail = "It has a character that TakeCare cannot hold.";
        return Err(EhrError::fault(path, FaultCode::BadInput, detail));
    }
    Ok(text)
}
