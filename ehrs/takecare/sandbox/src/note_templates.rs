//! The case-note templates that the sandbox knows, for settings that map onto them.

/// A template and the headings that it has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NoteTemplate {
    /// Its `TemplateId`.
    pub id: i32,
    pub name: &'static str,
    pub terms: &'static [Term],
}

/// A heading; the same one has the same id in every template.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Term {
    /// Its `TermId`.
    pub id: i32,
    pub name: &'static str,
}

/// The one term of these that TakeCare is known to have; the ids of the others are invented.
pub const WEB_FORM: Term = Term { id: 11934, name: "Resultat från Webbformulär" };
pub const REASON_OF_VISIT: Term = Term { id: 90001, name: "Kontaktorsak" };
pub const ANAMNESIS: Term = Term { id: 90002, name: "Anamnes" };
pub const STATUS: Term = Term { id: 90003, name: "Status" };
pub const ASSESSMENT: Term = Term { id: 90004, name: "Bedömning" };
pub const PLAN: Term = Term { id: 90005, name: "Planering" };

pub const UNSTRUCTURED: NoteTemplate = NoteTemplate { id: 9001, name: "Fri text", terms: &[WEB_FORM] };

pub const ACUTE_VISIT: NoteTemplate = NoteTemplate {
    id: 9002,
    name: "Akutbesök",
    terms: &[REASON_OF_VISIT, ANAMNESIS, STATUS, ASSESSMENT, PLAN],
};

pub const NEW_VISIT_PSYCHOLOGY: NoteTemplate = NoteTemplate {
    id: 9003,
    name: "Nybesök psykolog",
    terms: &[REASON_OF_VISIT, ANAMNESIS, ASSESSMENT, PLAN],
};

pub const FOLLOW_UP_VISIT_PSYCHOLOGY: NoteTemplate =
    NoteTemplate { id: 9004, name: "Återbesök psykolog", terms: &[STATUS, ASSESSMENT, PLAN] };

pub const CARE_STATUS: NoteTemplate = NoteTemplate { id: 9005, name: "Vårdstatus", terms: &[STATUS, PLAN] };

pub const ALL: [NoteTemplate; 5] =
    [UNSTRUCTURED, ACUTE_VISIT, NEW_VISIT_PSYCHOLOGY, FOLLOW_UP_VISIT_PSYCHOLOGY, CARE_STATUS];
