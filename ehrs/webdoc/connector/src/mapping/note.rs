//! Notes: our templates are record templates of Webdoc's, and their fields keywords, both named by number.

use vardbro_ehr::connection::NoteMapping;
use vardbro_ehr::{EhrError, EhrResult, EmrTemplate, EmrTemplateField};
use vardbro_model::error::{Fault, FaultCode};
use vardbro_model::medical_note::{NewNote, NoteTemplate, NoteTemplateField, TemplateId};

use crate::wire::Code;
use crate::wire::notes::KeywordValue;
use crate::wire::types::{Keyword, RecordTemplate};

/// The templates that are mapped, with the fields that are.
pub(crate) fn templates(mapping: &NoteMapping) -> Vec<NoteTemplate> {
    let mapped = TemplateId::ALL.iter().filter_map(|id| Some((*id, mapping.0.get(id)?)));
    mapped
        .map(|(id, template)| NoteTemplate {
            id,
            name: id.name().to_owned(),
            emr_id: Some(template.emr_id.clone()),
            fields: id
                .fields()
                .iter()
                .filter_map(|name| Some((name, template.fields.get(*name)?)))
                .map(|(name, field)| NoteTemplateField {
                    name: (*name).to_owned(),
                    emr_id: Some(field.emr_id.clone()),
                    max_length: field.max_length,
                })
                .collect(),
        })
        .collect()
}

/// A record template of Webdoc's, by the ids that a mapping takes. Keywords that only head others take no text, and are in their names.
pub(crate) fn offered(native: &RecordTemplate) -> EmrTemplate {
    let keywords = &native.keywords;
    let heads = |keyword: &Keyword| keywords.iter().any(|under| under.parent_id == Some(keyword.id));
    let title = |keyword: &Keyword| keyword.title.clone().unwrap_or_else(|| keyword.id.to_string());
    let field = |keyword: &Keyword| {
        let head = keywords.iter().find(|head| keyword.parent_id == Some(head.id));
        EmrTemplateField {
            emr_id: keyword.id.to_string(),
            name: head.map_or_else(|| title(keyword), |head| format!("{} / {}", title(head), title(keyword))),
            max_length: longest(keyword).and_then(|most| u32::try_from(most).ok()),
            kind: keyword.kind.as_ref().map(|kind| format!("type {kind}")),
            required: keyword.warn_if_empty,
        }
    };
    let written = keywords.iter().filter(|keyword| longest(keyword).is_some() || !heads(keyword));
    EmrTemplate {
        emr_id: native.id.to_string(),
        name: native.title.clone().unwrap_or_else(|| native.id.to_string()),
        fields: written.map(field).collect(),
    }
}

/// The record template that our template is mapped to.
pub(crate) fn record_template(new: &NewNote, mapping: &NoteMapping) -> EhrResult<Code> {
    let name = new.template.as_str();
    let unmapped = |what: &str| {
        let detail = format!("{name} is {what}.");
        EhrError::fault("template_id", FaultCode::InvalidNoteContent, detail)
    };
    let template =
        mapping.0.get(&new.template).ok_or_else(|| unmapped("not mapped to a record template of Webdoc"))?;
    template
        .emr_id
        .trim()
        .parse()
        .map_err(|()| unmapped("mapped to something that is no record template of Webdoc"))
}

/// The keywords of a new note, or every fault of its content at once. `template` is Webdoc's own, where it may be read.
pub(crate) fn keywords(
    new: &NewNote,
    mapping: &NoteMapping,
    template: Option<&RecordTemplate>,
) -> EhrResult<Vec<KeywordValue>> {
    let mut faults = Vec::new();
    let mut keywords: Vec<KeywordValue> = Vec::new();
    for (field, text) in &new.content {
        if text.trim().is_empty() {
            continue;
        }
        let mut wrong = |detail: String| {
            faults.push(Fault::at(format!("content.{field}"), FaultCode::InvalidNoteContent, detail));
        };
        let mapped = mapping.0.get(&new.template).and_then(|template| template.fields.get(*field));
        let Some(mapped) = mapped else {
            wrong(format!(
                "The field {field} of {} is not mapped to a keyword of Webdoc.",
                new.template.as_str()
            ));
            continue;
        };
        let Ok(id) = mapped.emr_id.trim().parse::<Code>() else {
            wrong(format!("The field {field} is mapped to something that is no keyword of Webdoc."));
            continue;
        };
        let keyword = template.map(|template| template.keywords.iter().find(|keyword| keyword.id == id));
        if keyword.is_some_and(|keyword| keyword.is_none()) {
            wrong(format!("Webdoc's record template has no keyword {id}, to which {field} is mapped."));
            continue;
        }
        let keyword = keyword.flatten();
        let limits =
            [mapped.max_length.and_then(|most| usize::try_from(most).ok()), keyword.and_then(longest)];
        if let Some(most) = limits.into_iter().flatten().min().filter(|most| text.chars().count() > *most) {
            let name = keyword.and_then(|keyword| keyword.title.as_deref());
            let name = name.map_or_else(|| id.to_string(), |title| format!("{id} ({title})"));
            wrong(format!("Webdoc's keyword {name} takes at most {most} characters."));
        }
        if keywords.iter().any(|known| known.id == id) {
            wrong(format!("Another field is mapped to the keyword {id} too."));
        }
        keywords.push(KeywordValue { id, value: text.clone() });
    }
    if faults.is_empty() && keywords.is_empty() {
        faults.push(Fault::at("content", FaultCode::InvalidNoteContent, "The note has no text."));
    }
    if faults.is_empty() { Ok(keywords) } else { Err(EhrError::invalid(faults)) }
}

fn longest(keyword: &Keyword) -> Option<usize> {
    keyword.max_length.and_then(|most| usize::try_from(most).ok()).filter(|most| *most > 0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;
    use vardbro_ehr::EhrErrorKind;
    use vardbro_ehr::connection::{MappedField, MappedTemplate};

    use super::*;

    fn mapping(fields: &[(&str, &str, Option<u32>)]) -> NoteMapping {
        let field = |(name, id, most): &(&str, &str, Option<u32>)| {
            ((*name).to_owned(), MappedField { emr_id: (*id).to_owned(), max_length: *most })
        };
        let template = MappedTemplate { emr_id: "7".into(), fields: fields.iter().map(field).collect() };
        NoteMapping(BTreeMap::from([(TemplateId::LeyrCareStatus, template)]))
    }

    fn note(content: &[(&'static str, &str)]) -> NewNote {
        NewNote {
            template: TemplateId::LeyrCareStatus,
            title: None,
            content: content.iter().map(|(name, text)| (*name, (*text).to_owned())).collect(),
            created_by: None,
            appointment: None,
        }
    }

    fn faults<T: std::fmt::Debug>(result: EhrResult<T>) -> Vec<(String, String)> {
        let EhrErrorKind::Invalid(faults) = result.unwrap_err().kind else { panic!("not a fault") };
        faults.into_iter().map(|fault| (fault.path.unwrap(), fault.detail)).collect()
    }

    #[test]
    fn fields_become_keywords_and_empty_ones_are_left_out() {
        let mapping = mapping(&[("status", "101", None), ("plan", "102", Some(10))]);
        let new = note(&[("status", "Bra"), ("plan", " ")]);
        assert_eq!(record_template(&new, &mapping).unwrap(), Code(7));
        let keywords = keywords(&new, &mapping, None).unwrap();
        assert_eq!(keywords, [KeywordValue { id: Code(101), value: "Bra".into() }]);
    }

    #[test]
    fn every_fault_of_the_content_is_told_at_once() {
        let mapping = mapping(&[("status", "101", Some(3))]);
        let told = faults(keywords(&note(&[("status", "Mår bra"), ("plan", "Vila")]), &mapping, None));
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(
            told[0].0 == "content.status" && told[0].1.contains("101") && told[0].1.contains('3'),
            "{told:?}"
        );
        assert_eq!(told[1].0, "content.plan");
    }

    #[test]
    fn the_shorter_of_both_limits_holds_and_the_keyword_is_named() {
        let template: RecordTemplate = serde_json::from_value(json!({
            "id": "7", "title": "Anteckning",
            "keywords": [{"id": 101, "title": "Status", "maxLength": "4"}, {"id": "102", "title": "Plan", "maxLength": null}],
        }))
        .unwrap();
        let mapping = mapping(&[("status", "101", Some(64)), ("plan", "103", None)]);
        let told =
            faults(keywords(&note(&[("status", "Nöjd!"), ("plan", "Vila")]), &mapping, Some(&template)));
        assert!(told[0].1.contains("101 (Status)") && told[0].1.contains("at most 4"), "{told:?}");
        assert!(told[1].1.contains("no keyword 103"), "{told:?}");
    }

    #[test]
    fn what_is_not_mapped_is_told() {
        let nothing = NoteMapping::default();
        assert_eq!(faults(record_template(&note(&[]), &nothing))[0].0, "template_id");
        let empty = faults(keywords(&note(&[]), &mapping(&[("status", "101", None)]), None));
        assert_eq!(empty[0].0, "content");
    }
}
