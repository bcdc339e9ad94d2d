use vardbro_ehr::EhrErrorKind;
use vardbro_ehr::connection::MappedField;

use super::*;
use crate::wire::reply;

fn mapped(contact_type: &str, fields: &[(&str, &str)]) -> MappedTemplate {
    let field = |(name, heading): &(&str, &str)| {
        ((*name).to_owned(), MappedField { emr_id: (*heading).to_owned(), max_length: Some(20) })
    };
    MappedTemplate { emr_id: contact_type.to_owned(), fields: fields.iter().map(field).collect() }
}

fn mapping() -> NoteMapping {
    NoteMapping(BTreeMap::from([
        (TemplateId::LeyrUnstructured, mapped("tFree", &[("unstructured", "hText")])),
        (TemplateId::LeyrAcuteVisit, mapped("tVisit", &[("reason_of_visit", "hReason"), ("plan", "hPlan")])),
        (TemplateId::LeyrCareStatus, mapped("tVisit", &[("status", "hStatus"), ("plan", "hPlan")])),
    ]))
}

fn written(template: TemplateId, content: &[(&'static str, &str)]) -> NewNote {
    let content = content.iter().map(|(field, text)| (*field, (*text).to_owned())).collect();
    NewNote { template, title: None, content, created_by: None, appointment: None }
}

fn contact(template: &str, headings: serde_json::Value) -> Contact {
    let data = serde_json::json!({
        "id": "kOne", "patient_id": "cOne", "template_id": template, "signed": false, "fields": headings,
    });
    reply::data(data).unwrap()
}

fn read(contact: &Contact) -> MedicalNote {
    let ids = (CareUnitId::parse("p").unwrap(), PatientId::parse("cOne").unwrap());
    note(contact, (&ids.0, &ids.1), &mapping(), DateTime::utc)
}

fn faults(new: &NewNote) -> Vec<(FaultCode, String)> {
    match headings(new, &mapping()).err().map(|error| error.kind) {
        Some(EhrErrorKind::Invalid(faults)) => {
            faults.into_iter().map(|fault| (fault.code, fault.path.unwrap())).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn fields_become_headings_and_empty_ones_are_left_out() {
    let new =
        written(TemplateId::LeyrAcuteVisit, &[("reason_of_visit", "Ont <b>\nsedan igår"), ("plan", " ")]);
    let (contact_type, headings) = headings(&new, &mapping()).unwrap();
    assert_eq!(contact_type.as_str(), "tVisit");
    let sent = serde_json::to_value(&headings).unwrap();
    assert_eq!(sent, serde_json::json!([{"headingId": "hReason", "text": "Ont <b>\nsedan igår"}]));
}

#[test]
fn what_is_not_mapped_too_long_or_empty_is_named_all_at_once() {
    let code = FaultCode::InvalidNoteContent;
    let unmapped = written(TemplateId::LeyrNewVisitPsychology, &[("plan", "x")]);
    assert_eq!(faults(&unmapped), [(code, "template_id".to_owned())]);
    let long = "x".repeat(21);
    let wrong = written(TemplateId::LeyrAcuteVisit, &[("anamnesis", "x"), ("plan", &long)]);
    assert_eq!(faults(&wrong), [(code, "content.anamnesis".to_owned()), (code, "content.plan".to_owned())]);
    let empty = written(TemplateId::LeyrAcuteVisit, &[("plan", " \n")]);
    assert_eq!(faults(&empty), [(code, "content".to_owned())]);
}

#[test]
fn headings_become_fields_and_those_of_kaddios_own_keep_their_names() {
    let native = contact(
        "tVisit",
        serde_json::json!([
            {"id": "hOwn", "name": "plan", "text": "theirs"},
            {"id": "hPlan", "name": "Planering", "text": "Vila"},
            {"id": "hReason", "name": "Kontaktorsak", "text": "Hosta"},
            {"id": "hNone", "name": "Diagnos", "text": null},
        ]),
    );
    let note = read(&native);
    assert_eq!((note.template_id, note.status), (Some(TemplateId::LeyrAcuteVisit), NoteStatus::Unsigned));
    assert_eq!(
        serde_json::to_string(&note.content).unwrap(),
        r#"{"reason_of_visit":"Hosta","plan":"Vila","plan (2)":"theirs"}"#
    );
}

#[test]
fn of_several_templates_for_one_contact_type_the_fitting_one_is_named() {
    let status = contact("tVisit", serde_json::json!([{"id": "hStatus", "name": "Status", "text": "Bra"}]));
    assert_eq!(read(&status).template_id, Some(TemplateId::LeyrCareStatus));
    let foreign = contact("tOther", serde_json::json!([{"id": "hX", "name": "Fritext", "text": "Text"}]));
    let note = read(&foreign);
    assert_eq!(note.template_id, None);
    assert_eq!(serde_json::to_string(&note.content).unwrap(), r#"{"Fritext":"Text"}"#);
}

#[test]
fn a_signed_entry_is_signed() {
    let native = Contact { signed: true, ..contact("tFree", serde_json::json!(null)) };
    assert_eq!(read(&native).status, NoteStatus::Signed);
}
