//! Documents in patients' records.

use jiff::Timestamp;
use vardbro_ehr::{EhrError, EhrResult, Thing};
use vardbro_model::document::{Content, Document, DocumentStatus, DocumentWithContent, NewDocument};
use vardbro_model::error::{Fault, FaultCode};
use vardbro_model::id::{CareUnitId, DocumentId, PatientId, ResourceId};
use vardbro_model::page::{Page, PageRequest};
use vardbro_model::time::DateTime;
use vardbro_model::typed_id::PatientRef;

use crate::capabilities::{DOCUMENT_FORMATS, MAX_DOCUMENT_BYTES};
use crate::state::{State, Unit, certain, page_of};

/// A document as the EHR keeps it.
pub(crate) struct Filed {
    pub(crate) id: DocumentId,
    pub(crate) patient: PatientId,
    pub(crate) title: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) format: String,
    pub(crate) content: Content,
    pub(crate) created_by: Option<ResourceId>,
    pub(crate) created_at: Timestamp,
}

impl State {
    pub(crate) fn documents(
        &self,
        care_unit: &CareUnitId,
        patient: &PatientRef,
        page: &PageRequest,
    ) -> EhrResult<Page<Document>> {
        let unit = self.unit(care_unit)?;
        let patient = self.patient_id(patient)?;
        let newest_first: Vec<&Filed> =
            self.documents.iter().rev().filter(|filed| filed.patient == patient).collect();
        Ok(page_of(newest_first, page)?.map(|filed| filed.view(unit)))
    }

    pub(crate) fn document(
        &self,
        care_unit: &CareUnitId,
        patient: &PatientRef,
        id: &DocumentId,
    ) -> EhrResult<DocumentWithContent> {
        let unit = self.unit(care_unit)?;
        let patient = self.patient_id(patient)?;
        let filed = self.documents.iter().find(|filed| filed.patient == patient && filed.id == *id);
        let filed = filed.ok_or_else(|| EhrError::not_found(Thing::Document))?;
        Ok(DocumentWithContent { document: filed.view(unit), content: Some(filed.content.clone()) })
    }

    pub(crate) fn create_document(
        &mut self,
        care_unit: &CareUnitId,
        patient: &PatientRef,
        new: NewDocument,
        now: Timestamp,
    ) -> EhrResult<Document> {
        self.unit(care_unit)?;
        let patient = self.patient_id(patient)?;
        let mut faults = unacceptable(&new);
        let created_by = match &new.created_by {
            None => None,
            Some(named) => self.author(care_unit, named).map_err(|fault| faults.push(fault)).ok(),
        };
        if !faults.is_empty() {
            return Err(EhrError::invalid(faults));
        }
        let filed = Filed {
            id: certain(DocumentId::parse(&format!("doc-{}", self.next_number()))),
            patient,
            title: new.title,
            kind: new.kind,
            format: new.format,
            content: new.content,
            created_by,
            created_at: now,
        };
        let view = filed.view(self.unit(care_unit)?);
        self.documents.push(filed);
        Ok(view)
    }
}

impl Filed {
    fn view(&self, unit: &Unit) -> Document {
        Document {
            id: Some(self.id.clone()),
            emr_id: Some(self.id.as_str().to_owned()),
            care_unit_id: unit.unit.id.clone(),
            patient_id: self.patient.clone(),
            title: self.title.clone(),
            kind: self.kind.clone(),
            format: Some(self.format.clone()),
            size_bytes: Some(size(&self.content)),
            status: DocumentStatus::Available,
            created_by_id: self.created_by.clone(),
            created_at: Some(DateTime::in_zone(self.created_at, &unit.zone)),
        }
    }
}

fn unacceptable(new: &NewDocument) -> Vec<Fault> {
    let mut faults = Vec::new();
    if !DOCUMENT_FORMATS.contains(&new.format.as_str()) {
        let detail = format!("The formats are {}.", DOCUMENT_FORMATS.join(", "));
        faults.push(Fault::at("format", FaultCode::InvalidDocument, detail));
    }
    if new.content.0.is_empty() {
        faults.push(Fault::at("content", FaultCode::InvalidDocument, "The document is empty."));
    }
    if size(&new.content) > MAX_DOCUMENT_BYTES {
        let detail = format!("A document has at most {MAX_DOCUMENT_BYTES} bytes.");
        faults.push(Fault::at("content", FaultCode::InvalidDocument, detail));
    }
    faults
}

fn size(content: &Content) -> u64 {
    u64::try_from(content.0.len()).unwrap_or(u64::MAX)
}
