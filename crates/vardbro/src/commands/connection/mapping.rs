//! `vardbro connection map` and `mapping`: our note templates in the EHR's words.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;
use serde_json::{Map, Value};
use vardbro_ehr::EhrErrorKind;
use vardbro_ehr::EmrTemplate;
use vardbro_ehr::connection::{MappedField, MappedTemplate, NoteMapping};
use vardbro_model::medical_note::TemplateId;

use super::super::desk::Desk;
use super::super::output::Told;
use super::super::{Failure, document};
use super::named::{Which, find, title, update};
use super::templates::offered;

/// As `connection map` takes it.
#[derive(Serialize)]
#[serde(transparent)]
struct Printed(NoteMapping);

#[derive(Serialize)]
struct Mapped {
    connection: String,
    /// Whether the EHR was asked for its templates and fields; if not, why.
    checked: bool,
    unchecked_because: Option<String>,
    mapping: NoteMapping,
    /// Fields of ours that nothing stands for: notes cannot have them.
    unmapped: Vec<String>,
}

pub async fn map(desk: &Desk, which: &Which, file: &Path, no_check: bool) -> Result<(), Failure> {
    let mut named = find(desk, which).await?;
    let unchecked = Some("it was not wanted".to_owned());
    let (offered, unchecked_because) = if no_check {
        (None, unchecked)
    } else {
        match offered(desk, &named).await? {
            Ok(offered) => (Some(offered), None),
            Err(error) if matches!(error.kind, EhrErrorKind::Invalid(_)) => (None, Some(error.detail)),
            Err(error) => return Err(Failure::MappingUnchecked(error.detail)),
        }
    };
    let mut reading = Reading::default();
    let mapping = reading.mapping(document::read(file)?);
    if let Some(offered) = &offered {
        reading.compare(&mapping, offered);
    }
    Failure::all(reading.faults)?;

    named.connection.note_mapping = mapping.clone();
    update(desk, &named).await?;
    let connection = title(&named.connection);
    let unmapped = unmapped(&mapping);
    desk.tell(&Mapped { connection, checked: offered.is_some(), unchecked_because, mapping, unmapped })
}

pub async fn print(desk: &Desk, which: &Which) -> Result<(), Failure> {
    desk.tell(&Printed(find(desk, which).await?.connection.note_mapping))
}

fn unmapped(mapping: &NoteMapping) -> Vec<String> {
    let fields = mapping.0.iter().flat_map(|(template, mapped)| {
        let missing = template.fields().iter().filter(|field| !mapped.fields.contains_key(**field));
        missing.map(|field| format!("{}.{field}", template.as_str()))
    });
    fields.collect()
}

/// Reads a mapping and notes everything that is wrong with it.
#[derive(Default)]
struct Reading {
    faults: Vec<String>,
}

impl Reading {
    fn mapping(&mut self, document: Map<String, Value>) -> NoteMapping {
        let mut mapping = BTreeMap::new();
        for (name, value) in document {
            let Some(template) = TemplateId::parse(&name) else {
                let ours = TemplateId::ALL.iter().map(|template| template.as_str()).collect::<Vec<_>>();
                self.faults.push(format!("{name} is no template of ours: they are {}", ours.join(", ")));
                continue;
            };
            if let Some(mapped) = self.template(template, value)
                && mapping.insert(template, mapped).is_some()
            {
                self.faults.push(format!("{} stands there twice", template.as_str()));
            }
        }
        NoteMapping(mapping)
    }

    fn template(&mut self, ours: TemplateId, value: Value) -> Option<MappedTemplate> {
        let name = ours.as_str();
        let Value::Object(mut keys) = value else {
            self.faults.push(format!("{name} must be a table with emr_id and fields"));
            return None;
        };
        let emr_id = self.emr_id(name, keys.remove("emr_id"));
        let fields = match keys.remove("fields") {
            None => Map::new(),
            Some(Value::Object(fields)) => fields,
            Some(_) => {
                self.faults.push(format!("{name}.fields must be a table"));
                Map::new()
            }
        };
        self.no_others(name, &keys, "emr_id and fields");
        let mut mapped = BTreeMap::new();
        for (field, value) in fields {
            if !ours.fields().contains(&field.as_str()) {
                let known = ours.fields().join(", ");
                self.faults.push(format!("{field} is no field of {name}: they are {known}"));
            } else if let Some(theirs) = self.field(&format!("{name}.{field}"), value) {
                mapped.insert(field, theirs);
            }
        }
        Some(MappedTemplate { emr_id: emr_id?, fields: mapped })
    }

    /// The EHR's id alone, or a table.
    fn field(&mut self, name: &str, value: Value) -> Option<MappedField> {
        let mut keys = match value {
            Value::Object(keys) => keys,
            alone => return Some(MappedField { emr_id: self.emr_id(name, Some(alone))?, max_length: None }),
        };
        let emr_id = self.emr_id(name, keys.remove("emr_id"));
        let max_length = keys.remove("max_length").filter(|length| !length.is_null());
        let length =
            max_length.as_ref().and_then(Value::as_u64).and_then(|length| u32::try_from(length).ok());
        if max_length.is_some() && length.is_none_or(|length| length == 0) {
            self.faults.push(format!("{name}.max_length must be a positive number"));
        }
        self.no_others(name, &keys, "emr_id and max_length");
        Some(MappedField { emr_id: emr_id?, max_length: length })
    }

    fn emr_id(&mut self, name: &str, value: Option<Value>) -> Option<String> {
        let id = match value {
            Some(Value::String(id)) => id.trim().to_owned(),
            Some(Value::Number(id)) => id.to_string(),
            _ => String::new(),
        };
        if id.is_empty() {
            self.faults.push(format!("{name} needs an emr_id: the EHR's id of it"));
            return None;
        }
        Some(id)
    }

    fn no_others(&mut self, name: &str, keys: &Map<String, Value>, known: &str) {
        self.faults.extend(keys.keys().map(|key| format!("{name} has no {key}, only {known}")));
    }

    /// What is mapped must be there.
    fn compare(&mut self, mapping: &NoteMapping, offered: &[EmrTemplate]) {
        for (ours, mapped) in &mapping.0 {
            let name = ours.as_str();
            let Some(theirs) = offered.iter().find(|theirs| theirs.emr_id == mapped.emr_id) else {
                self.faults.push(format!("{name}: the EHR has no template {}", mapped.emr_id));
                continue;
            };
            for (field, mapped) in &mapped.fields {
                let found = theirs.fields.iter().find(|theirs| theirs.emr_id == mapped.emr_id);
                let Some(found) = found else {
                    let theirs = &theirs.name;
                    self.faults.push(format!("{name}.{field}: {theirs} has no field {}", mapped.emr_id));
                    continue;
                };
                if let (Some(given), Some(most)) = (mapped.max_length, found.max_length)
                    && given > most
                {
                    self.faults.push(format!("{name}.{field}: the EHR takes at most {most} characters"));
                }
            }
        }
    }
}

impl Told for Printed {
    fn words(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(toml::to_string(&self.0).map_err(io::Error::other)?.as_bytes())
    }
}

impl Told for Mapped {
    fn words(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { connection, checked: _, unchecked_because, mapping, unmapped } = self;
        writeln!(out, "{} templates are mapped for {connection}.", mapping.0.len())?;
        if let Some(why) = unchecked_because {
            writeln!(out, "The EHR was not asked whether it has them: {why}")?;
        }
        if !unmapped.is_empty() {
            writeln!(
                out,
                "Nothing stands for these fields, so notes cannot have them: {}",
                unmapped.join(", ")
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use vardbro_ehr::EmrTemplateField;

    use super::*;

    fn read(value: Value) -> (NoteMapping, Vec<String>) {
        let Value::Object(document) = value else { panic!("not a table") };
        let mut reading = Reading::default();
        let mapping = reading.mapping(document);
        (mapping, reading.faults)
    }

    #[test]
    fn what_is_printed_is_read_back() {
        let (mapping, faults) = read(json!({
            "leyr_unstructured": {"emr_id": 7, "fields": {"unstructured": {"emr_id": "q", "max_length": 500}}},
            "care_status": {"emr_id": "8", "fields": {"plan": "p"}},
        }));
        assert_eq!(faults, [""; 0]);
        let mut text = Vec::new();
        Printed(mapping.clone()).words(&mut text).unwrap();

        let printed = toml::from_str(std::str::from_utf8(&text).unwrap()).unwrap();

        assert_eq!(read(printed), (mapping, Vec::new()));
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let (_, faults) = read(json!({
            "leyr_unstructured": {"fields": {"plan": "p", "unstructured": {"emr_id": "q", "max_length": -1, "size": 1}}},
            "porridge": {},
            "leyr_care_status": "8",
        }));
        assert_eq!(faults.len(), 6, "{faults:?}");
    }

    #[test]
    fn what_the_ehr_does_not_have_is_a_fault() {
        let (mapping, _) = read(json!({
            "leyr_unstructured": {"emr_id": "7", "fields": {"unstructured": {"emr_id": "q", "max_length": 500}}},
            "leyr_care_status": {"emr_id": "7", "fields": {"plan": "p"}},
            "leyr_acute_visit": {"emr_id": "9"},
        }));
        let field = EmrTemplateField {
            emr_id: "q".to_owned(),
            name: "Note".to_owned(),
            max_length: Some(400),
            kind: None,
            required: None,
        };
        let offered = [EmrTemplate { emr_id: "7".to_owned(), name: "Short".to_owned(), fields: vec![field] }];
        let mut reading = Reading::default();

        reading.compare(&mapping, &offered);

        assert_eq!(
            reading.faults,
            [
                "leyr_unstructured.unstructured: the EHR takes at most 400 characters",
                "leyr_acute_visit: the EHR has no template 9",
                "leyr_care_status.plan: Short has no field p",
            ]
        );
    }
}
