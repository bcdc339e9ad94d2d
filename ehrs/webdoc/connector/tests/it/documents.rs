//! Filing documents.

use vardbro_ehr::{Ehr, EhrErrorKind, Thing};
use vardbro_model::document::{Content, NewDocument};
use vardbro_model::error::FaultCode;

use crate::clinic::{Clinic, Fate, Meddling, fault, faults, kind, patient, tolvan, typed};

fn pdf(kind: Option<&str>) -> NewDocument {
    NewDocument {
        content: Content(b"%PDF-1.4 \x00\xff\r\n--".to_vec()),
        format: "application/pdf".into(),
        title: Some("Provsvar å".into()),
        kind: kind.map(str::to_owned),
        created_by: Some(typed("hsa_id:SE2321000131-E000000012345")),
    }
}

fn documents(clinic: &Clinic) -> usize {
    clinic.running.ehr.state().documents
}

#[tokio::test]
async fn a_document_is_filed_by_the_name_or_id_of_its_type() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let before = documents(&clinic);
    for kind in ["Remiss", "rEMISS ", "22"] {
        let filed =
            clinic.webdoc.create_document(&clinic.ctx(), &unit, &tolvan(), pdf(Some(kind))).await.unwrap();
        assert_eq!((filed.id, filed.kind.as_deref()), (None, Some("Remiss")));
        assert_eq!((filed.title, filed.size_bytes), (None, Some(15)));
        assert!(filed.created_by_id.is_some());
    }
    assert_eq!(documents(&clinic), before + 3);
}

#[tokio::test]
async fn a_wrong_type_is_refused_with_the_right_ones() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    for (kind, code) in [
        (Some("referral"), FaultCode::InvalidDocument),
        (Some("24"), FaultCode::InvalidDocument),
        (None, FaultCode::MissingRequiredField),
    ] {
        let refused = clinic.webdoc.create_document(&clinic.ctx(), &unit, &tolvan(), pdf(kind)).await;
        let told = faults(refused.unwrap_err()).remove(0);
        assert_eq!((told.code, told.path.as_deref()), (code, Some("type")), "{kind:?}");
        assert!(told.detail.contains("Remiss") && told.detail.contains("Intyg"), "{}", told.detail);
    }
    assert_eq!(clinic.calls_of("POST /v1/clinics"), 0);
}

#[tokio::test]
async fn the_connections_type_and_user_are_taken_where_the_request_names_none() {
    let clinic = Clinic::open_set(|settings| {
        settings
            .with("default_document_type", "intyg")
            .with("acting_user_id", "84f92e37-b5c0-4318-869d-fb2374d5c109")
    })
    .await;
    let unit = clinic.unit().await;
    let new = NewDocument { created_by: None, ..pdf(None) };
    let filed = clinic.webdoc.create_document(&clinic.ctx(), &unit, &tolvan(), new).await.unwrap();
    assert_eq!(filed.kind.as_deref(), Some("Intyg"));
    assert_eq!(filed.created_by_id.unwrap().as_str(), "84f92e37-b5c0-4318-869d-fb2374d5c109");
}

#[tokio::test]
async fn every_format_that_is_declared_is_taken() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    for format in &clinic.webdoc.capabilities().limits.document_formats {
        let content: &[u8] = match *format {
            "application/pdf" => b"%PDF-1.4",
            "image/jpeg" => b"\xff\xd8\xff\xe0",
            "image/png" => b"\x89PNG\r\n\x1a\n",
            "image/gif" => b"GIF89a",
            "image/tiff" => b"II*\0",
            "image/bmp" => b"BM",
            "image/x-xcf" => b"gimp xcf ",
            _ => b"\0\0\x02",
        };
        let content = Content([content, &[0; 64]].concat());
        let new = NewDocument { content, format: (*format).to_owned(), ..pdf(Some("Remiss")) };
        let filed = clinic.webdoc.create_document(&clinic.ctx(), &unit, &tolvan(), new).await.unwrap();
        assert_eq!(filed.format.as_deref(), Some(*format));
    }
    let new = NewDocument { format: "text/plain".into(), ..pdf(Some("Remiss")) };
    let refused = clinic.webdoc.create_document(&clinic.ctx(), &unit, &tolvan(), new).await;
    assert_eq!(fault(refused), (FaultCode::InvalidDocument, Some("format".into())));
    let new = NewDocument { format: "image/png".into(), ..pdf(Some("Remiss")) };
    let refused = clinic.webdoc.create_document(&clinic.ctx(), &unit, &tolvan(), new).await;
    assert_eq!(fault(refused), (FaultCode::InvalidDocument, Some("content".into())));
    let new = NewDocument { content: Content(vec![0; 20_000_001]), ..pdf(Some("Remiss")) };
    let refused = clinic.webdoc.create_document(&clinic.ctx(), &unit, &tolvan(), new).await;
    assert_eq!(fault(refused), (FaultCode::InvalidDocument, Some("content".into())));
}

#[tokio::test]
async fn nobody_has_no_document_and_nobody_files_none() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let missing =
        clinic.webdoc.create_document(&clinic.ctx(), &unit, &patient("nobody"), pdf(Some("22"))).await;
    assert_eq!(kind(missing), EhrErrorKind::NotFound(Thing::Patient));
    let new = NewDocument { created_by: Some(typed("nobody")), ..pdf(Some("22")) };
    let refused = clinic.webdoc.create_document(&clinic.ctx(), &unit, &tolvan(), new).await;
    assert_eq!(fault(refused), (FaultCode::InvalidCreatedById, Some("created_by_id".into())));
    assert_eq!(clinic.calls_of("POST /v1/clinics"), 0);
}

#[tokio::test]
async fn a_lost_answer_or_a_breakdown_leaves_the_outcome_unknown() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let fates: [Fate; 2] = [|| Meddling::Lose, || Meddling::Answer(500, String::new())];
    for fate in fates {
        let ctx = clinic.with_fate("POST", "/documents", fate);
        let lost = clinic.webdoc.create_document(&ctx, &unit, &tolvan(), pdf(Some("22"))).await;
        assert_eq!(kind(lost), EhrErrorKind::OutcomeUnknown);
    }
    let ctx = clinic.with_fate("POST", "/documents", || Meddling::Answer(400, "Fel".into()));
    let refused = clinic.webdoc.create_document(&ctx, &unit, &tolvan(), pdf(Some("22"))).await;
    assert_eq!(fault(refused), (FaultCode::BadInput, None));
}
