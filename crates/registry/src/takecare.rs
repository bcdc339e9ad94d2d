use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use vardbro_ehr::connection::NoteMapping;
use vardbro_model::medical_note::TemplateId;
use vardbro_sandbox_kit::Clock;
use vardbro_takecare_sandbox::note_templates::{
    ACUTE_VISIT, ANAMNESIS, ASSESSMENT, CARE_STATUS, FOLLOW_UP_VISIT_PSYCHOLOGY, NEW_VISIT_PSYCHOLOGY, PLAN,
    REASON_OF_VISIT, STATUS, UNSTRUCTURED, WEB_FORM,
};
use vardbro_takecare_sandbox::{Options, start as start_sandbox};

use crate::Started;
use crate::notes::{field, template};

/// Läkare Ehn, in whose name is written what names nobody.
const DOCTOR: &str = "991890000019";

pub(super) async fn start(clock: Arc<dyn Clock>, listen: SocketAddr) -> io::Result<Started> {
    let running = start_sandbox(Options { clock, ..Options::default() }, listen).await?;
    let settings = BTreeMap::from([
        ("booking_url".to_owned(), running.native.clone()),
        ("default_user_id".to_owned(), DOCTOR.to_owned()),
    ]);
    let ehr = Arc::new(vardbro_takecare::TakeCare::new());
    Ok(Started { ehr, running, settings, note_mapping: note_mapping() })
}

fn note_mapping() -> NoteMapping {
    let term = |name: &str| {
        let term = match name {
            "reason_of_visit" => REASON_OF_VISIT,
            "anamnesis" => ANAMNESIS,
            "status" => STATUS,
            "assessment" => ASSESSMENT,
            "plan" => PLAN,
            _ => WEB_FORM,
        };
        field(term.id)
    };
    NoteMapping(
        TemplateId::ALL
            .iter()
            .map(|id| {
                let theirs = match id {
                    TemplateId::LeyrUnstructured => UNSTRUCTURED,
                    TemplateId::LeyrAcuteVisit => ACUTE_VISIT,
                    TemplateId::LeyrNewVisitPsychology => NEW_VISIT_PSYCHOLOGY,
                    TemplateId::LeyrFollowUpVisitPsychology => FOLLOW_UP_VISIT_PSYCHOLOGY,
                    TemplateId::LeyrCareStatus => CARE_STATUS,
                };
                (*id, template(*id, theirs.id, term))
            })
            .collect(),
    )
}
