//! Case notes and documents that are already there.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};

use super::people::NUMBERS;
use crate::case_notes::CaseNote;
use crate::documents::Document;
use crate::note_templates::{ACUTE_VISIT, CARE_STATUS, NoteTemplate, UNSTRUCTURED};
use crate::places::{EHN, LIND, MAIN_UNIT};
use crate::state::Records;
use crate::time::after;

pub fn add(records: &mut Records, today: Date) {
    let [tolvan, mikael, ..] = NUMBERS;
    let on = |days: i64, hour: i8| today.saturating_sub(days.days()).at(hour, 10, 0, 0);
    let acute = [
        "Hosta sedan en vecka.",
        "Tidigare frisk. Röker inte.",
        "Lungor u.a. Ingen feber.",
        "Förkylning.",
        "Vila. Åter vid behov.",
    ];
    let check = ["Opåverkad.", "Kontroll om ett år."];
    let called = ["Ringde: hostan är bättre."];
    records.case_notes = vec![
        signed(on(8, 16), note(60_001, mikael, ACUTE_VISIT, &acute, EHN, on(9, 9))),
        note(60_002, mikael, UNSTRUCTURED, &called, EHN, on(2, 11)),
        signed(on(5, 15), note(60_003, tolvan, CARE_STATUS, &check, LIND, on(5, 14))),
    ];
    records.documents = vec![
        document(60_101, mikael, "Remissvar röntgen", Some("Remissvar"), 48_213, on(7, 13)),
        document(60_102, tolvan, "Brev till patienten", None, 12_044, on(4, 10)),
    ];
}

fn signed(at: DateTime, note: CaseNote) -> CaseNote {
    CaseNote { signed: Some(at), ..note }
}

fn note(
    id: u64,
    patient: &str,
    template: NoteTemplate,
    texts: &[&str],
    author: u64,
    written: DateTime,
) -> CaseNote {
    let texts = texts.iter().map(|text| (*text).to_owned());
    CaseNote {
        id,
        uuid: None,
        unit: MAIN_UNIT,
        patient: patient.to_owned(),
        template,
        event: written,
        user: author.to_string(),
        signer: author.to_string(),
        created: after(written, 15),
        signed: None,
        keywords: template.terms.iter().copied().zip(texts).collect(),
    }
}

fn document(
    id: u64,
    patient: &str,
    title: &str,
    kind: Option<&str>,
    size: usize,
    created: DateTime,
) -> Document {
    Document {
        id,
        unit: MAIN_UNIT,
        patient: patient.to_owned(),
        title: title.to_owned(),
        kind: kind.map(str::to_owned),
        size,
        user: EHN.to_string(),
        created,
    }
}
