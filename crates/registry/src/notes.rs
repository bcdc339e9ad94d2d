//! How the note templates of a sandbox are mapped.

use vardbro_ehr::connection::{MappedField, MappedTemplate};
use vardbro_model::medical_note::TemplateId;

/// A template of the EHR for one of ours, each field as `theirs` says.
pub(crate) fn template(
    ours: TemplateId,
    emr_id: impl ToString,
    theirs: impl Fn(&str) -> MappedField,
) -> MappedTemplate {
    let fields = ours.fields().iter().map(|name| ((*name).to_owned(), theirs(name)));
    MappedTemplate { emr_id: emr_id.to_string(), fields: fields.collect() }
}

/// A field of the EHR that takes a text of any length.
pub(crate) fn field(emr_id: impl ToString) -> MappedField {
    MappedField { emr_id: emr_id.to_string(), max_length: None }
}
