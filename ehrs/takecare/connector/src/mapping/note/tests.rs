use std::collections::BTreeMap;

use vardbro_ehr::EhrErrorKind;
use vardbro_ehr::connection::MappedField;

use super::*;

fn mapped(emr_id: &str, fields: &[(&str, &str)]) -> MappedTemplate {
    let field = |(name, term): &(&str, &str)| {
        ((*name).to_owned(), MappedField { emr_id: (*term).to_owned(), max_length: Some(40) })
    };
    MappedTemplate { emr_id: emr_id.to_owned(), fields: fields.iter().map(field).collect() }
}

fn mapping() -> NoteMapping {
    NoteMapping(BTreeMap::from([
        (TemplateId::LeyrUnstructured, mapped("1", &[("unstructured", "11934")])),
        (TemplateId::LeyrCareStatus, mapped("2", &[("status", "10"), ("plan", "20")])),
        (
            TemplateId::LeyrFollowUpVisitPsychology,
            mapped("2", &[("status", "10"), ("assessment", "30"), ("plan", "20")]),
        ),
    ]))
}

fn new(template: TemplateId, content: Vec<(&'static str, &str)>) -> NewNote {
    let content = content.into_iter().map(|(name, text)| (name, text.to_owned())).collect();
    NewNote { template, title: None, content, created_by: None, appointment: None }
}

fn unstructured(text: &str) -> EhrResult<(i32, Vec<(i32, String)>)> {
    let note = new(TemplateId::LeyrUnstructured, vec![("unstructured", text)]);
    Templates::read(&mapping()).unwrap().keywords(&note)
}

fn faults<T: std::fmt::Debug>(result: EhrResult<T>) -> Vec<Fault> {
    match result.unwrap_err().kind {
        EhrErrorKind::Invalid(faults) => faults,
        other => panic!("{other:?}"),
    }
}

#[test]
fn fields_become_keywords_and_breaks_become_spaces() {
    let written = unstructured("Två rader\r\n\r\nmed\ttab \noch  µ\n");
    assert_eq!(written, Ok((1, vec![(11934, "Två rader med tab och  µ".to_owned())])));
}

#[test]
fn letters_and_signs_that_survive_are_taken() {
    assert!(unstructured("Åäö Ñ ß ÿ € ¡¢£¤¥§¨¯´¶·¿ ~!{").is_ok());
}

#[test]
fn a_character_that_would_be_lost_is_named() {
    for (text, named) in [
        ("a – b", "“–” (U+2013)"),
        ("2 × 3", "“×” (U+00D7)"),
        ("腰", "“腰” (U+8170)"),
        ("a\u{a0}b", "U+00A0"),
        ("a\u{1}b", "character (U+0001)"),
    ] {
        let fault = faults(unstructured(text)).remove(0);
        assert_eq!(
            (fault.code, fault.path.as_deref()),
            (FaultCode::InvalidNoteContent, Some("content.unstructured"))
        );
        assert!(fault.detail.contains(named), "{}", fault.detail);
    }
}

#[test]
fn what_is_too_long_or_not_mapped_or_empty_is_told() {
    assert!(faults(unstructured(&"a".repeat(41)))[0].detail.contains("40"));
    assert_eq!(faults(unstructured(" \n "))[0].path.as_deref(), Some("content"));
    let templates = Templates::read(&mapping()).unwrap();
    let note = new(TemplateId::LeyrAcuteVisit, vec![("plan", "x")]);
    assert_eq!(faults(templates.keywords(&note))[0].path.as_deref(), Some("template_id"));
}

#[test]
fn a_mapping_to_no_number_is_named() {
    for (template, name) in [
        (mapped("A1", &[("unstructured", "1")]), "TemplateId"),
        (mapped("1", &[("unstructured", "text")]), "unstructured"),
    ] {
        let mapping = NoteMapping(BTreeMap::from([(TemplateId::LeyrUnstructured, template)]));
        let error = Templates::read(&mapping).unwrap_err();
        assert!(
            error.detail.contains("leyr_unstructured") && error.detail.contains(name),
            "{}",
            error.detail
        );
    }
}

fn read(template: i32, keywords: &[(i32, &str)]) -> MedicalNote {
    let keyword = |(term, value): &(i32, &str)| Keyword {
        term: *term,
        name: Some(format!("Term {term}")),
        value: Some((*value).to_owned()),
    };
    let native = CaseNote {
        id: "4711".into(),
        uuid: None,
        title: Some("Anteckning".into()),
        template,
        created_by: None,
        created: Some(jiff::civil::date(2026, 11, 20).at(10, 15, 0, 0)),
        saved: None,
        is_signed: true,
        keywords: keywords.iter().map(keyword).collect(),
    };
    let setting = Setting {
        unit: &CareUnitId::parse("10").unwrap(),
        patient: &PatientId::parse("191212121212").unwrap(),
        zone: &TimeZone::get("Europe/Stockholm").unwrap(),
        author: None,
        author_name: None,
    };
    note(&native, &Templates::read(&mapping()).unwrap(), setting)
}

#[test]
fn of_templates_that_share_one_the_best_fit_is_taken() {
    let short = read(2, &[(20, "Rest."), (10, "Well.")]);
    assert_eq!(short.template_id, Some(TemplateId::LeyrCareStatus));
    assert_eq!(short.content.keys().collect::<Vec<_>>(), ["status", "plan"]);
    let long = read(2, &[(10, "Well."), (20, "Rest."), (30, "Fine.")]);
    assert_eq!(long.template_id, Some(TemplateId::LeyrFollowUpVisitPsychology));
}

#[test]
fn a_note_of_takecares_own_keeps_its_own_names() {
    let note = read(99, &[(10, "Well."), (10, "Still.")]);
    assert_eq!(note.template_id, None);
    assert_eq!(note.content["Term 10"], "Well.");
    assert_eq!(note.content["Term 10 (10)"], "Still.");
    assert_eq!((note.status, note.title.as_deref()), (NoteStatus::Signed, Some("Anteckning")));
    assert_eq!(note.updated_at.unwrap().to_string(), "2026-11-20T10:15:00+01:00");
}
