use serde_json::json;
use vardbro_ehr::{Ehr, EhrErrorKind, Thing};
use vardbro_kaddio_sandbox::Options;
use vardbro_model::error::FaultCode;
use vardbro_model::id::{NoteId, ResourceId};
use vardbro_model::medical_note::{NewNote, NoteStatus, TemplateId};
use vardbro_model::page::PageRequest;
use vardbro_model::typed_id::ResourceRef;

use crate::clinic::{Clinic, Meddling, fault, first, kind, nobody, reference};

fn visit() -> NewNote {
    NewNote {
        template: TemplateId::LeyrAcuteVisit,
        title: Some("Acute".into()),
        content: vec![
            ("reason_of_visit", "Ont < 3 dagar & <b>feber</b>\nandra raden".into()),
            ("status", " ".into()),
            ("plan", "Vila".into()),
        ],
        created_by: None,
        appointment: None,
    }
}

fn by(id: &ResourceId) -> NewNote {
    NewNote { created_by: Some(ResourceRef::Id(id.clone())), ..visit() }
}

#[tokio::test]
async fn a_note_is_unsigned_and_comes_back_as_it_was_written() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let patient = clinic.patient(&unit).await;
    let slot = clinic.slot(&unit).await;
    let appointment = clinic.book(&unit, &slot, &patient).await.unwrap();
    let id = reference(&patient);
    clinic.forget_calls();
    let new = NewNote { appointment: Some(appointment.id.clone()), ..visit() };
    let note = clinic.kaddio.create_note(&clinic.ctx(), &unit, &id, new).await.unwrap();
    // The patient and the appointment, at once; the entry.
    assert_eq!(clinic.call_count(), 3, "{:?}", clinic.calls());
    assert_eq!((note.status, note.title.as_deref()), (NoteStatus::Unsigned, Some("Akutbesök")));
    assert_eq!(note.template_id, Some(TemplateId::LeyrAcuteVisit));
    assert_eq!(note.appointment_id, Some(appointment.id));
    assert!(note.created_by_id.is_some() && note.created_by.is_some());
    assert_eq!(
        serde_json::to_value(&note.content).unwrap(),
        json!({"reason_of_visit": "Ont < 3 dagar & <b>feber</b>\nandra raden", "plan": "Vila"})
    );
    let note_id = note.id.clone().unwrap();
    let read = clinic.kaddio.note(&clinic.ctx(), &unit, &id, &note_id).await.unwrap();
    assert!(read == note);

    let author = note.created_by_id.as_ref().unwrap().as_str();
    let sign = "mutation($id: ID!) { signContact(contactId: $id) { signed } }";
    clinic.native_as(Some(author), sign, json!({"id": note.emr_id})).await;
    let signed = clinic.kaddio.note(&clinic.ctx(), &unit, &id, &note_id).await.unwrap();
    assert_eq!(signed.status, NoteStatus::Signed);
}

#[tokio::test]
async fn the_author_is_the_host_that_is_named() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let id = reference(&clinic.patient(&unit).await);
    let resources = clinic.kaddio.resources(&clinic.ctx(), &unit, None).await.unwrap();
    for resource in &resources {
        let note = clinic.kaddio.create_note(&clinic.ctx(), &unit, &id, by(&resource.id)).await.unwrap();
        assert_eq!(note.created_by_id.as_ref(), Some(&resource.id));
        assert_eq!(note.created_by.as_deref(), Some(resource.name.as_str()));
    }
    for nobody in ["nobody", "mFdvd5CdhTGeoh7uf"] {
        let nobody = by(&ResourceId::parse(nobody).unwrap());
        let refused = clinic.kaddio.create_note(&clinic.ctx(), &unit, &id, nobody).await;
        assert_eq!(fault(refused), (FaultCode::InvalidCreatedById, Some("created_by_id".into())));
    }
}

#[tokio::test]
async fn without_a_name_the_default_author_writes_then_who_acts_then_the_tokens_owner() {
    let plain = Clinic::open().await;
    let unit = plain.unit().await;
    let write = async |clinic: &Clinic| {
        let id = reference(&clinic.patient(&unit).await);
        clinic.kaddio.create_note(&clinic.ctx(), &unit, &id, visit()).await.unwrap().created_by_id.unwrap()
    };
    let owner = write(&plain).await;
    let resources = plain.kaddio.resources(&plain.ctx(), &unit, None).await.unwrap();
    let mut others = resources.into_iter().map(|resource| resource.id).filter(|id| *id != owner);
    let (acting, writing) = (others.next().unwrap(), others.next().unwrap());
    let acts = |s: vardbro_ehr::connection::Settings| s.with("impersonation_id", acting.as_str());
    let clinic = Clinic::open_with(Options::default(), acts).await;
    assert_eq!(write(&clinic).await, acting);
    let clinic =
        Clinic::open_with(Options::default(), |s| acts(s).with("default_author", writing.as_str())).await;
    assert_eq!(write(&clinic).await, writing);
}

#[tokio::test]
async fn notes_are_listed_newest_first_and_belong_to_their_patient() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let id = reference(&clinic.patient(&unit).await);
    assert!(clinic.kaddio.notes(&clinic.ctx(), &unit, &id, first(10)).await.unwrap().items.is_empty());
    let mut written = Vec::new();
    for _ in 0..5 {
        clinic.wait();
        let note = clinic.kaddio.create_note(&clinic.ctx(), &unit, &id, visit()).await.unwrap();
        written.push(note.id.unwrap());
    }
    written.reverse();
    let mut read = Vec::new();
    let mut cursor = None;
    loop {
        let page = PageRequest { limit: 2, cursor };
        let page = clinic.kaddio.notes(&clinic.ctx(), &unit, &id, page).await.unwrap();
        read.extend(page.items.into_iter().map(|note| note.id.unwrap()));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(read, written);

    let other = reference(&clinic.patient(&unit).await);
    let foreign = clinic.kaddio.note(&clinic.ctx(), &unit, &other, &written[0]).await;
    assert_eq!(kind(foreign), EhrErrorKind::NotFound(Thing::Note));
    let unknown = clinic.kaddio.note(&clinic.ctx(), &unit, &id, &NoteId::parse("nothing").unwrap()).await;
    assert_eq!(kind(unknown), EhrErrorKind::NotFound(Thing::Note));
    let missing = EhrErrorKind::NotFound(Thing::Patient);
    assert_eq!(kind(clinic.kaddio.notes(&clinic.ctx(), &unit, &nobody(), first(10)).await), missing);
    assert_eq!(kind(clinic.kaddio.create_note(&clinic.ctx(), &unit, &nobody(), visit()).await), missing);
}

#[tokio::test]
async fn what_is_not_mapped_or_empty_is_named_without_a_call() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let id = reference(&clinic.patient(&unit).await);
    clinic.forget_calls();
    let content = vec![("plan", "x".to_owned())];
    let unmapped = NewNote { template: TemplateId::LeyrCareStatus, content, ..visit() };
    let ctx = clinic.ctx();
    let code = FaultCode::InvalidNoteContent;
    let result = clinic.kaddio.create_note(&ctx, &unit, &id, unmapped).await;
    assert_eq!(fault(result), (code, Some("template_id".into())));
    let long = NewNote { content: vec![("plan", "x".repeat(1001))], ..visit() };
    let result = clinic.kaddio.create_note(&ctx, &unit, &id, long).await;
    assert_eq!(fault(result), (code, Some("content.plan".into())));
    assert_eq!(clinic.call_count(), 0);
}

#[tokio::test]
async fn a_note_goes_with_the_patients_own_appointment_only() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let (ada, eva) = (clinic.patient(&unit).await, clinic.patient(&unit).await);
    let slot = clinic.slot(&unit).await;
    let appointment = clinic.book(&unit, &slot, &ada).await.unwrap().id;
    let before = clinic.running.ehr.state().notes;
    let new = NewNote { appointment: Some(appointment), ..visit() };
    let wrong = clinic.kaddio.create_note(&clinic.ctx(), &unit, &reference(&eva), new).await;
    assert_eq!(kind(wrong), EhrErrorKind::NotFound(Thing::Appointment));
    assert_eq!(clinic.running.ehr.state().notes, before);
}

#[tokio::test]
async fn a_lost_answer_leaves_a_note_unknown_and_it_is_written_once() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let id = reference(&clinic.patient(&unit).await);
    let before = clinic.running.ehr.state().notes;
    let ctx = clinic.with_fate("create_contact", || Meddling::Lose);
    let lost = clinic.kaddio.create_note(&ctx, &unit, &id, visit()).await;
    assert_eq!(kind(lost), EhrErrorKind::OutcomeUnknown);
    assert_eq!(clinic.running.ehr.state().notes, before + 1);
    let refuse =
        || Meddling::Answer(200, r#"{"data":{"note":null},"errors":[{"message":"Mallen är inaktiv"}]}"#);
    let ctx = clinic.with_fate("create_contact", refuse);
    let refused = clinic.kaddio.create_note(&ctx, &unit, &id, visit()).await.unwrap_err();
    assert_eq!(refused.emr_error.as_deref(), Some("Mallen är inaktiv"));
    assert_eq!(fault::<()>(Err(refused)).0, FaultCode::BadInput);
}

#[tokio::test]
async fn templates_are_those_that_the_connection_maps() {
    let clinic = Clinic::open().await;
    let unit = clinic.unit().await;
    let templates = clinic.kaddio.note_templates(&clinic.ctx(), &unit).await.unwrap();
    let ids: Vec<_> = templates.iter().map(|template| template.id).collect();
    assert_eq!(ids, &TemplateId::ALL[..4]);
    assert_eq!(templates[1].fields[0].name, "reason_of_visit");
}
