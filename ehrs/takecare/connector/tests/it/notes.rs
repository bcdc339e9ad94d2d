use vardbro_ehr::connection::{MappedField, MappedTemplate, NoteMapping};
use vardbro_ehr::{Ehr, EhrErrorKind, Thing};
use vardbro_model::error::FaultCode;
use vardbro_model::id::NoteId;
use vardbro_model::medical_note::{NewNote, NoteStatus, TemplateId};
use vardbro_model::page::PageRequest;

use crate::clinic::{
    ANNA, Clinic, EHN, TOLVAN, connection, fault, faults, first, kind, patient_ref, resource_ref, ten,
};
use crate::scripted::{Said, Stage};

fn new(template: TemplateId) -> NewNote {
    let content = template.fields().iter().map(|field| (*field, format!("Om {field}: åäö."))).collect();
    NewNote { template, title: Some("Besök".into()), content, created_by: None, appointment: None }
}

#[tokio::test]
async fn every_template_is_written_unsigned_and_read_back() {
    let clinic = Clinic::open().await;
    let patient = patient_ref(ANNA);
    clinic.warm().await;
    for template in TemplateId::ALL {
        clinic.forget_calls();
        let before = clinic.running.ehr.state().notes;
        let mut note = new(*template);
        note.created_by = Some(resource_ref(EHN));
        let written = clinic.takecare.create_note(&clinic.ctx(), &ten(), &patient, note).await.unwrap();
        assert_eq!(clinic.call_count(), 2, "write and read: {:?}", clinic.calls());
        assert_eq!(clinic.running.ehr.state().notes, before + 1);
        assert_eq!((written.template_id, written.status), (Some(*template), NoteStatus::Unsigned));
        let fields: Vec<_> = written.content.keys().map(String::as_str).collect();
        assert_eq!(fields, template.fields());
        assert_eq!(written.content[template.fields()[0]], format!("Om {}: åäö.", template.fields()[0]));
        assert_eq!(written.created_by_id.as_ref().map(|id| id.as_str()), Some(EHN));
        assert_eq!(written.created_by.as_deref(), Some("Läkare Ehn (läk)"));
        let read = clinic.takecare.note(&clinic.ctx(), &ten(), &patient, written.id.as_ref().unwrap()).await;
        assert_eq!(read.unwrap(), written);
    }
}

#[tokio::test]
async fn notes_are_listed_newest_first_and_paged() {
    let clinic = Clinic::open().await;
    let patient = patient_ref(TOLVAN);
    let before =
        clinic.takecare.notes(&clinic.ctx(), &ten(), &patient, first(100)).await.unwrap().items.len();
    let mut written = Vec::new();
    for _ in 0..5 {
        clinic.wall.advance(jiff::SignedDuration::from_secs(1));
        let note = new(TemplateId::LeyrUnstructured);
        written.push(clinic.takecare.create_note(&clinic.ctx(), &ten(), &patient, note).await.unwrap());
    }
    written.reverse();
    let all = clinic.takecare.notes(&clinic.ctx(), &ten(), &patient, first(100)).await.unwrap().items;
    assert_eq!(all[..5], written);
    assert_eq!(all.len(), before + 5);
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let request = PageRequest { limit: 2, cursor };
        let page = clinic.takecare.notes(&clinic.ctx(), &ten(), &patient, request).await.unwrap();
        seen.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, all);
}

#[tokio::test]
async fn a_text_becomes_one_line_and_what_would_be_lost_is_refused() {
    let clinic = Clinic::open().await;
    let patient = patient_ref(ANNA);
    let with = |text: &str| NewNote {
        content: vec![("unstructured", text.to_owned())],
        ..new(TemplateId::LeyrUnstructured)
    };
    let note = with("Två rader\nmed <b>tecken</b> & \"5 µg\"\toch €");
    let written = clinic.takecare.create_note(&clinic.ctx(), &ten(), &patient, note).await.unwrap();
    assert_eq!(written.content["unstructured"], "Två rader med <b>tecken</b> & \"5 µg\" och €");
    let before = clinic.running.ehr.state().notes;
    let refused = clinic.takecare.create_note(&clinic.ctx(), &ten(), &patient, with("腰痛")).await;
    assert_eq!(fault(refused), (FaultCode::InvalidNoteContent, Some("content.unstructured".into())));
    assert_eq!(clinic.running.ehr.state().notes, before);
}

#[tokio::test]
async fn who_writes_is_a_resource_or_whom_the_settings_name() {
    let settle = |settings: vardbro_ehr::connection::Settings| {
        settings.with("user_ids", "991890000019=U1").with("default_user_id", "U2")
    };
    let stage = Stage::settled("2026-11-20T08:00:00Z", settle, |operation, _| {
        match operation {
        "CreateCaseNote" => Some(Said::Reply(
            "<CaseNoteConfirmation><DocumentId>7</DocumentId><DocCreatedTimestamp>20261120090000</DocCreatedTimestamp></CaseNoteConfirmation>".into(),
        )),
        "GetBookings" => Some(crate::scripted::bookings(&[crate::scripted::booking(
            "A", "202612010900", "202612010930", ANNA, "",
        )])),
        _ => None,
    }
    });
    let write = |by: Option<&str>| {
        let note = NewNote { created_by: by.map(resource_ref), ..new(TemplateId::LeyrUnstructured) };
        let stage = &stage;
        async move { stage.takecare.create_note(&stage.ctx, &ten(), &patient_ref(ANNA), note).await }
    };
    for (by, user) in [(None, "U2"), (Some(EHN), "U1"), (Some("10-1"), "1"), (Some("1"), "1")] {
        let written = write(by).await.unwrap();
        let sent = stage.last("CreateCaseNote");
        assert!(sent.contains(&format!("<UserId>{user}</UserId>")), "{sent}");
        assert!(sent.contains(&format!("<Signed>0</Signed><Signer>{user}</Signer>")), "{sent}");
        assert_eq!(written.created_by_id.is_some(), by.is_some());
    }
    for nobody in ["nobody", "11-1", "10-77"] {
        let refused = write(Some(nobody)).await;
        assert_eq!(fault(refused), (FaultCode::InvalidCreatedById, Some("created_by_id".into())), "{nobody}");
    }
}

#[tokio::test]
async fn a_note_of_nobody_or_of_another_is_not_found() {
    let clinic = Clinic::open().await;
    let note = new(TemplateId::LeyrCareStatus);
    let written = clinic.takecare.create_note(&clinic.ctx(), &ten(), &patient_ref(ANNA), note).await;
    let id = written.unwrap().id.unwrap();
    let others = clinic.takecare.note(&clinic.ctx(), &ten(), &patient_ref(TOLVAN), &id).await;
    assert_eq!(kind(others), EhrErrorKind::NotFound(Thing::Note));
    let nothing = NoteId::parse("nothing").unwrap();
    let none = clinic.takecare.note(&clinic.ctx(), &ten(), &patient_ref(ANNA), &nothing).await;
    assert_eq!(kind(none), EhrErrorKind::NotFound(Thing::Note));
    let nobody = patient_ref("198112189876");
    let written =
        clinic.takecare.create_note(&clinic.ctx(), &ten(), &nobody, new(TemplateId::LeyrCareStatus)).await;
    assert_eq!(kind(written), EhrErrorKind::NotFound(Thing::Patient));
    let listed = clinic.takecare.notes(&clinic.ctx(), &ten(), &nobody, first(10)).await;
    assert_eq!(kind(listed), EhrErrorKind::NotFound(Thing::Patient));
}

#[tokio::test]
async fn what_a_note_cannot_have_is_refused_before_anything_is_sent() {
    let clinic = Clinic::open().await;
    clinic.warm().await;
    let booked = vardbro_model::id::AppointmentId::parse("A").unwrap();
    let linked = NewNote { appointment: Some(booked), ..new(TemplateId::LeyrCareStatus) };
    let refused = clinic.takecare.create_note(&clinic.ctx(), &ten(), &patient_ref(ANNA), linked).await;
    assert_eq!(fault(refused), (FaultCode::NotSupported, Some("appointment_id".into())));
    assert_eq!(clinic.call_count(), 0);
}

#[tokio::test]
async fn a_mapping_to_no_number_stops_the_connection() {
    let clinic = Clinic::open().await;
    let mut wrong = connection(
        vardbro_ehr::connection::Settings::default()
            .with("booking_url", "https://xchange.example/node/booking/booking.asmx")
            .with("externaluser", "A")
            .with("invokingsystem", "B"),
    );
    let field = MappedField { emr_id: "Text".into(), max_length: None };
    let template = MappedTemplate {
        emr_id: "1".into(),
        fields: [("unstructured".to_owned(), field)].into_iter().collect(),
    };
    wrong.note_mapping = NoteMapping([(TemplateId::LeyrUnstructured, template)].into_iter().collect());
    let error = clinic.takecare.wire_profile(&wrong).unwrap_err();
    assert!(error.detail.contains("leyr_unstructured"), "{}", error.detail);
    let templates = clinic.takecare.note_templates(&clinic.ctx(), &ten()).await.unwrap();
    assert_eq!(templates.len(), TemplateId::ALL.len());
    assert_eq!(templates[0].emr_id.as_deref(), Some("9001"));
}

#[tokio::test]
async fn both_orders_of_signed_and_signer_are_a_setting() {
    use vardbro_takecare_sandbox::{Options, SigningOrder};
    for (setting, order, works) in [
        ("signed_first", SigningOrder::SignedThenSigner, true),
        ("signer_first", SigningOrder::SignerThenSigned, true),
        ("signer_first", SigningOrder::SignedThenSigner, false),
    ] {
        let clinic = Clinic::open_with(
            "2026-11-20T03:00:00Z",
            |options| Options { signing_order: order, ..options },
            |settings| settings.with("signed_order", setting),
        )
        .await;
        let note = new(TemplateId::LeyrUnstructured);
        let written = clinic.takecare.create_note(&clinic.ctx(), &ten(), &patient_ref(ANNA), note).await;
        match works {
            true => assert!(written.is_ok()),
            false => assert!(faults(written.unwrap_err())[0].emr_error.is_some()),
        }
    }
}

#[tokio::test]
async fn whoever_wants_to_know_the_templates_is_told_whom_to_ask_and_for_what() {
    let clinic = Clinic::open().await;
    let error = clinic.takecare.offered_note_templates(&clinic.ctx()).await.unwrap_err();
    for word in ["CGM", "TemplateId", "TermId"] {
        assert!(error.detail.contains(word), "{}", error.detail);
    }
    assert_eq!(fault::<()>(Err(error)), (FaultCode::NotSupported, None));
    assert_eq!(clinic.call_count(), 0);
}
