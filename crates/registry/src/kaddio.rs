use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use vardbro_ehr::connection::NoteMapping;
use vardbro_kaddio_sandbox::contact_types::{
    ACUTE_VISIT, CARE_STATUS, FOLLOW_UP_VISIT_PSYCHOLOGY, NEW_VISIT_PSYCHOLOGY, UNSTRUCTURED,
};
use vardbro_kaddio_sandbox::custom_fields::{
    CO_ADDRESS, COUNTRY, DATE_OF_BIRTH, GENDER, OTHER_EMAILS, OTHER_PHONES,
};
use vardbro_kaddio_sandbox::{Options, start as start_sandbox};
use vardbro_model::medical_note::TemplateId;
use vardbro_sandbox_kit::Clock;

use crate::Started;
use crate::notes::{field, template};

pub(super) async fn start(clock: Arc<dyn Clock>, listen: SocketAddr) -> io::Result<Started> {
    let running = start_sandbox(Options { clock, ..Options::default() }, listen).await?;
    let settings = BTreeMap::from([
        ("url".to_owned(), running.native.clone()),
        ("custom_fields".to_owned(), custom_fields()),
    ]);
    let ehr = Arc::new(vardbro_kaddio::Kaddio::new());
    Ok(Started { ehr, running, settings, note_mapping: note_mapping() })
}

fn custom_fields() -> String {
    let fields = [
        ("date_of_birth", DATE_OF_BIRTH),
        ("gender", GENDER),
        ("co_address", CO_ADDRESS),
        ("country", COUNTRY),
        ("other_phones", OTHER_PHONES),
        ("other_emails", OTHER_EMAILS),
    ];
    fields.map(|(ours, theirs)| format!("{ours}={}", theirs.id)).join(", ")
}

fn note_mapping() -> NoteMapping {
    let mapped = |id: TemplateId| {
        let theirs = match id {
            TemplateId::LeyrUnstructured => UNSTRUCTURED,
            TemplateId::LeyrAcuteVisit => ACUTE_VISIT,
            TemplateId::LeyrNewVisitPsychology => NEW_VISIT_PSYCHOLOGY,
            TemplateId::LeyrFollowUpVisitPsychology => FOLLOW_UP_VISIT_PSYCHOLOGY,
            TemplateId::LeyrCareStatus => CARE_STATUS,
        };
        let heading = |name: &str| {
            let title = match name {
                "reason_of_visit" => "Kontaktorsak",
                "anamnesis" => "Anamnes",
                "status" => "Status",
                "assessment" => "Bedömning",
                "plan" => "Planering",
                _ => "Anteckning",
            };
            let heading = theirs.headings.iter().find(|heading| heading.name == title);
            // A title that is no heading shows when a note is written.
            field(heading.map_or(title, |heading| heading.id))
        };
        (id, template(id, theirs.id, heading))
    };
    NoteMapping(TemplateId::ALL.iter().copied().map(mapped).collect())
}
