use std::time::Duration;

use vardbro_cliniko_sandbox::Options;
use vardbro_ehr::{Ctx, Ehr, EhrErrorKind, Thing};
use vardbro_model::document::{Content, DocumentStatus, NewDocument};
use vardbro_model::error::FaultCode;
use vardbro_model::id::{DocumentId, ResourceId};
use vardbro_model::typed_id::ResourceRef;

use crate::clinic::{Clinic, fault, first, kind, nobody, reference};

fn letter() -> NewDocument {
    NewDocument {
        content: Content((0..=255).cycle().take(70_000).collect()),
        format: "application/pdf".into(),
        title: Some("Referral".into()),
        kind: Some("letter".into()),
        created_by: None,
    }
}

#[tokio::test]
async fn a_document_is_filed_listed_and_read_back_byte_for_byte() {
    let clinic = Clinic::open_now().await;
    let unit = clinic.unit().await;
    let id = reference(&clinic.patient(&unit).await);
    clinic.forget_calls();
    let filed = clinic.cliniko.create_document(&clinic.ctx(), &unit, &id, letter()).await.unwrap();
    assert_eq!((filed.status, filed.title.as_deref()), (DocumentStatus::Available, Some("Referral")));
    assert_eq!((filed.format.as_deref(), filed.size_bytes), (Some("application/pdf"), Some(70_000)));
    assert_eq!(filed.kind, None);

    let listed = clinic.cliniko.documents(&clinic.ctx(), &unit, &id, first(10)).await.unwrap().items;
    assert!(listed.len() == 1 && listed[0] == filed);
    let document = filed.id.clone().unwrap();
    let read = clinic.cliniko.document(&clinic.ctx(), &unit, &id, &document).await.unwrap();
    assert!(read.document == filed);
    assert_eq!(read.content, Some(letter().content));

    let other = reference(&clinic.patient(&unit).await);
    let missing = EhrErrorKind::NotFound(Thing::Document);
    assert_eq!(kind(clinic.cliniko.document(&clinic.ctx(), &unit, &other, &document).await), missing);
    let unknown = DocumentId::parse("4242").unwrap();
    assert_eq!(kind(clinic.cliniko.document(&clinic.ctx(), &unit, &id, &unknown).await), missing);
}

#[tokio::test]
async fn a_document_that_cliniko_still_works_on_is_no_error() {
    let options = Options { attachment_delay: Duration::from_secs(600), ..Options::default() };
    let clinic = Clinic::open_with(options, |settings| settings).await;
    let unit = clinic.unit().await;
    let id = reference(&clinic.patient(&unit).await);
    let ctx = Ctx { deadline: tokio::time::Instant::now() + Duration::from_secs(5), ..clinic.ctx() };
    let filed = clinic.cliniko.create_document(&ctx, &unit, &id, letter()).await.unwrap();
    assert_eq!(filed.status, DocumentStatus::Processing);
    let read = clinic.cliniko.document(&clinic.ctx(), &unit, &id, &filed.id.unwrap()).await.unwrap();
    assert_eq!((read.document.status, read.content), (DocumentStatus::Processing, None));
}

#[tokio::test]
async fn what_cannot_be_filed_is_told() {
    let clinic = Clinic::open_now().await;
    let unit = clinic.unit().await;
    let id = reference(&clinic.patient(&unit).await);
    let before = clinic.running.ehr.state().documents;
    let unknown = clinic.cliniko.create_document(&clinic.ctx(), &unit, &nobody(), letter()).await;
    assert_eq!(kind(unknown), EhrErrorKind::NotFound(Thing::Patient));
    let unknown = clinic.cliniko.documents(&clinic.ctx(), &unit, &nobody(), first(10)).await;
    assert_eq!(kind(unknown), EhrErrorKind::NotFound(Thing::Patient));
    let long = NewDocument { title: Some("x".repeat(256)), ..letter() };
    let long = clinic.cliniko.create_document(&clinic.ctx(), &unit, &id, long).await;
    assert_eq!(fault(long), (FaultCode::BadInput, Some("title".into())));
    let by = Some(ResourceRef::Id(ResourceId::parse("42").unwrap()));
    let forged = NewDocument { created_by: by, ..letter() };
    let forged = clinic.cliniko.create_document(&clinic.ctx(), &unit, &id, forged).await;
    assert_eq!(fault(forged).0, FaultCode::InvalidCreatedById);
    assert_eq!(clinic.running.ehr.state().documents, before);
}
