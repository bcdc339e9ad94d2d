use vardbro_ehr::{Ehr, EhrErrorKind, Thing};
use vardbro_model::document::{Content, DocumentStatus, NewDocument};
use vardbro_model::error::FaultCode;
use vardbro_model::id::DocumentId;

use crate::clinic::{ANNA, Clinic, EHN, fault, first, kind, patient_ref, resource_ref, ten};

fn pdf(title: Option<&str>) -> NewDocument {
    NewDocument {
        content: Content(b"%PDF-1.4 A letter".to_vec()),
        format: "application/pdf".into(),
        title: title.map(str::to_owned),
        kind: None,
        created_by: None,
    }
}

#[tokio::test]
async fn a_document_is_filed_with_one_call_and_listed_newest_first() {
    let clinic = Clinic::open().await;
    clinic.warm().await;
    let patient = patient_ref(ANNA);
    let before = clinic.running.ehr.state().documents;
    let new = NewDocument {
        kind: Some("Remissvar".into()),
        created_by: Some(resource_ref(EHN)),
        ..pdf(Some("Svar – från å & ö"))
    };
    let filed = clinic.takecare.create_document(&clinic.ctx(), &ten(), &patient, new).await.unwrap();
    assert_eq!(clinic.call_count(), 1, "{:?}", clinic.calls());
    assert_eq!(filed.status, DocumentStatus::Available);
    assert_eq!(
        (filed.title.as_deref(), filed.kind.as_deref()),
        (Some("Svar – från å & ö"), Some("Remissvar"))
    );
    assert_eq!((filed.size_bytes, filed.format.as_deref()), (Some(17), Some("application/pdf")));
    assert_eq!(filed.created_by_id.as_ref().map(|id| id.as_str()), Some(EHN));
    clinic.wall.advance(jiff::SignedDuration::from_secs(1));
    let second = clinic.takecare.create_document(&clinic.ctx(), &ten(), &patient, pdf(None)).await.unwrap();
    assert_eq!(clinic.running.ehr.state().documents, before + 2);
    let listed = clinic.takecare.documents(&clinic.ctx(), &ten(), &patient, first(100)).await.unwrap().items;
    assert_eq!(listed[..2], [second, filed]);
}

#[tokio::test]
async fn what_is_no_patient_has_no_documents() {
    let clinic = Clinic::open().await;
    let nobody = patient_ref("198112189876");
    let filed = clinic.takecare.create_document(&clinic.ctx(), &ten(), &nobody, pdf(None)).await;
    assert_eq!(kind(filed), EhrErrorKind::NotFound(Thing::Patient));
    let listed = clinic.takecare.documents(&clinic.ctx(), &ten(), &nobody, first(10)).await;
    assert_eq!(kind(listed), EhrErrorKind::NotFound(Thing::Patient));
    let author = NewDocument { created_by: Some(resource_ref("10-77")), ..pdf(None) };
    let refused = clinic.takecare.create_document(&clinic.ctx(), &ten(), &patient_ref(ANNA), author).await;
    assert_eq!(fault(refused), (FaultCode::InvalidCreatedById, Some("created_by_id".into())));
}

#[tokio::test]
async fn reading_a_document_is_not_supported() {
    let clinic = Clinic::open().await;
    let id = DocumentId::parse("1").unwrap();
    let read = clinic.takecare.document(&clinic.ctx(), &ten(), &patient_ref(ANNA), &id).await;
    assert_eq!(fault(read).0, FaultCode::NotSupported);
    assert_eq!(clinic.call_count(), 0);
}
