//! Notes: two steps, and what stands when the second one fails.

use vardbro_ehr::{Ehr, EhrErrorKind, Thing};
use vardbro_model::error::FaultCode;
use vardbro_model::id::{AppointmentId, CareUnitId};
use vardbro_model::medical_note::{NewNote, NoteStatus, TemplateId};

use crate::clinic::{Clinic, Fate, Meddling, fault, faults, kind, patient, tolvan, typed};

const INTEGRATION: &str = "84f92e37-b5c0-4318-869d-fb2374d5c109";

fn unstructured(text: &str) -> NewNote {
    NewNote {
        template: TemplateId::LeyrUnstructured,
        title: Some("Videobesök".into()),
        content: vec![("unstructured", text.into())],
        created_by: None,
        appointment: None,
    }
}

async fn open(settings: &[(&str, &str)]) -> (Clinic, CareUnitId) {
    let clinic = Clinic::open_set(|given| {
        settings.iter().fold(given, |given, (name, value)| given.with(name, *value))
    })
    .await;
    let unit = clinic.unit().await;
    (clinic, unit)
}

fn notes(clinic: &Clinic) -> usize {
    clinic.running.ehr.state().notes
}

#[tokio::test]
async fn a_note_is_written_unsigned_in_the_connections_users_name() {
    let (clinic, unit) = open(&[("acting_user_id", INTEGRATION)]).await;
    let before = notes(&clinic);
    let note = clinic
        .webdoc
        .create_note(&clinic.ctx(), &unit, &tolvan(), unstructured("Mår bra.\nÅter vid behov"))
        .await
        .unwrap();
    assert_eq!((note.status, notes(&clinic)), (NoteStatus::Unsigned, before + 1));
    assert_eq!(note.content["unstructured"], "Mår bra.\nÅter vid behov");
    assert_eq!((note.patient_id.as_str(), note.title), ("191212121212", None));
    assert_eq!(note.created_by_id.unwrap().as_str(), INTEGRATION);
    assert!(note.created_by.is_some_and(|name| name.contains("Integration")));
    assert_eq!(note.id.unwrap().as_str(), note.emr_id.unwrap());
    assert_eq!((clinic.calls_of("POST /v1/notes"), clinic.calls_of("/records")), (1, 1));
}

#[tokio::test]
async fn a_resource_may_be_named_as_the_author_by_any_id() {
    let (clinic, unit) = open(&[]).await;
    for author in ["hsa_id:SE2321000131-E000000012345", "se_personal_number:198702072391"] {
        let new = NewNote { created_by: Some(typed(author)), ..unstructured("Text") };
        let note = clinic.webdoc.create_note(&clinic.ctx(), &unit, &tolvan(), new).await.unwrap();
        assert!(note.created_by_id.is_some() && note.created_by.is_some());
    }
    let new = NewNote { created_by: Some(typed("nobody")), ..unstructured("Text") };
    let refused = clinic.webdoc.create_note(&clinic.ctx(), &unit, &tolvan(), new).await;
    assert_eq!(fault(refused), (FaultCode::InvalidCreatedById, Some("created_by_id".into())));
}

#[tokio::test]
async fn somebody_must_write_it() {
    let (clinic, unit) = open(&[]).await;
    let told = faults(
        clinic.webdoc.create_note(&clinic.ctx(), &unit, &tolvan(), unstructured("Text")).await.unwrap_err(),
    );
    assert_eq!(
        (told[0].code, told[0].path.as_deref()),
        (FaultCode::MissingRequiredField, Some("created_by_id"))
    );
    assert!(told[0].detail.contains("created_by_id") && told[0].detail.contains("acting_user_id"));
    assert_eq!(clinic.calls_of("POST /v1/notes"), 0);
    let (clinic, unit) = open(&[("acting_user_id", "nobody")]).await;
    let error =
        clinic.webdoc.create_note(&clinic.ctx(), &unit, &tolvan(), unstructured("Text")).await.unwrap_err();
    assert!(error.detail.contains("acting_user_id"), "{}", error.detail);
}

#[tokio::test]
async fn nobody_has_no_note_and_a_booking_none_either() {
    let (clinic, unit) = open(&[("acting_user_id", INTEGRATION)]).await;
    let missing =
        clinic.webdoc.create_note(&clinic.ctx(), &unit, &patient("nobody"), unstructured("Text")).await;
    assert_eq!(kind(missing), EhrErrorKind::NotFound(Thing::Patient));
    let new = NewNote { appointment: AppointmentId::parse("41aa.20261124").ok(), ..unstructured("Text") };
    let refused = clinic.webdoc.create_note(&clinic.ctx(), &unit, &tolvan(), new).await;
    assert_eq!(fault(refused), (FaultCode::NotSupported, Some("appointment_id".into())));
    assert_eq!(clinic.calls_of("POST /v1/notes"), 0);
}

#[tokio::test]
async fn the_mappings_limit_is_honoured_before_anything_is_sent() {
    let (clinic, unit) = open(&[("acting_user_id", INTEGRATION)]).await;
    let calls = clinic.call_count();
    let new = NewNote {
        template: TemplateId::LeyrCareStatus,
        content: vec![("status", "x".repeat(51)), ("plan", "kort".into())],
        ..unstructured("")
    };
    let told = faults(clinic.webdoc.create_note(&clinic.ctx(), &unit, &tolvan(), new).await.unwrap_err());
    assert_eq!(
        (told[0].code, told[0].path.as_deref()),
        (FaultCode::InvalidNoteContent, Some("content.status"))
    );
    assert!(told[0].detail.contains("50"), "{}", told[0].detail);
    let unmapped = NewNote { template: TemplateId::LeyrAcuteVisit, ..unstructured("Text") };
    let refused = clinic.webdoc.create_note(&clinic.ctx(), &unit, &tolvan(), unmapped).await;
    assert_eq!(fault(refused), (FaultCode::InvalidNoteContent, Some("template_id".into())));
    assert_eq!(clinic.call_count(), calls);
}

#[tokio::test]
async fn webdocs_own_limit_is_honoured_where_it_may_be_read() {
    use vardbro_webdoc_sandbox::record_templates::LONG_TEXT;
    let scopes = "clinics:read users:read patient:read patient:write system-admin";
    for answer in [
        vardbro_webdoc_sandbox::RecordTemplateAnswer::Object,
        vardbro_webdoc_sandbox::RecordTemplateAnswer::Array,
    ] {
        let clinic = Clinic::open_with(
            |options| options.record_template = answer,
            |settings| settings.with("acting_user_id", INTEGRATION).with("scopes", scopes),
        )
        .await;
        let unit = clinic.unit().await;
        let long = unstructured(&"å".repeat(LONG_TEXT + 1));
        let told =
            faults(clinic.webdoc.create_note(&clinic.ctx(), &unit, &tolvan(), long).await.unwrap_err());
        assert_eq!(
            (told[0].code, told[0].path.as_deref()),
            (FaultCode::InvalidNoteContent, Some("content.unstructured"))
        );
        assert!(told[0].detail.contains(&LONG_TEXT.to_string()), "{}", told[0].detail);
        assert_eq!(clinic.calls_of("POST /v1/notes"), 0);
        let longest = unstructured(&"å".repeat(LONG_TEXT));
        clinic.webdoc.create_note(&clinic.ctx(), &unit, &tolvan(), longest).await.unwrap();
        assert_eq!(clinic.calls_of("recordTemplates"), 1, "remembered");
    }
}

#[tokio::test]
async fn a_text_that_is_refused_leaves_an_empty_note_and_the_error_names_it() {
    let (clinic, unit) = open(&[("acting_user_id", INTEGRATION)]).await;
    let before = notes(&clinic);
    let ctx = clinic.with_fate("PATCH", "/records", || Meddling::Answer(400, "Ogiltigt".into()));
    let error = clinic.webdoc.create_note(&ctx, &unit, &tolvan(), unstructured("Text")).await.unwrap_err();
    assert_eq!((&error.kind, error.emr_error.as_deref()), (&EhrErrorKind::Failed, Some("Ogiltigt")));
    assert!(error.detail.contains("empty unsigned note") && error.detail.contains('-'), "{}", error.detail);
    assert_eq!(notes(&clinic), before + 1);
}

#[tokio::test]
async fn lost_answers_to_either_step_leave_the_outcome_unknown() {
    let (clinic, unit) = open(&[("acting_user_id", INTEGRATION)]).await;
    for (method, path) in [("POST", "/v1/notes"), ("PATCH", "/records")] {
        let fates: [Fate; 3] =
            [|| Meddling::Lose, || Meddling::Swallow, || Meddling::Answer(500, String::new())];
        for fate in fates {
            let ctx = clinic.with_fate(method, path, fate);
            let error =
                clinic.webdoc.create_note(&ctx, &unit, &tolvan(), unstructured("Text")).await.unwrap_err();
            assert_eq!(error.kind, EhrErrorKind::OutcomeUnknown, "{error:?}");
        }
    }
    let ctx = clinic.with_fate("POST", "/v1/notes", || Meddling::Answer(200, String::new()));
    let error = clinic.webdoc.create_note(&ctx, &unit, &tolvan(), unstructured("Text")).await.unwrap_err();
    assert_eq!(error.kind, EhrErrorKind::OutcomeUnknown);
}

#[tokio::test]
async fn a_text_that_did_not_arrive_is_sent_once_more() {
    let (clinic, unit) = open(&[("acting_user_id", INTEGRATION)]).await;
    clinic.webdoc.create_note(&clinic.ctx(), &unit, &tolvan(), unstructured("Before")).await.unwrap();
    // Through the whole wire, where lost answers to what is idempotent are repeated.
    let mut written = 0;
    for seed in 0..5 {
        clinic.faults(serde_json::json!({"seed": seed, "lose_response_rate": 0.3}));
        match clinic.webdoc.create_note(&clinic.ctx(), &unit, &tolvan(), unstructured("Text")).await {
            Ok(_) => written += 1,
            Err(error) => assert_ne!(error.delivery, vardbro_ehr::wire::Delivery::NotSent, "{error:?}"),
        }
    }
    assert!(written > 0);
    assert!(clinic.calls_of("POST /v1/notes") <= 13, "a note is asked for once");
}

#[tokio::test]
async fn templates_are_listed_as_mapped_and_notes_cannot_be_read() {
    let (clinic, unit) = open(&[]).await;
    let templates = clinic.webdoc.note_templates(&clinic.ctx(), &unit).await.unwrap();
    let names: Vec<_> = templates.iter().map(|template| template.id).collect();
    assert_eq!(names, [TemplateId::LeyrUnstructured, TemplateId::LeyrCareStatus]);
    assert_eq!(templates[1].fields[0].max_length, Some(50));
    let read = clinic.webdoc.notes(&clinic.ctx(), &unit, &tolvan(), crate::clinic::first(10)).await;
    assert_eq!(fault(read), (FaultCode::NotSupported, None));
}
