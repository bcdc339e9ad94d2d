//! The note templates that the account is seeded with, for settings that map onto them.

/// A template whose id is the same on any day.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NoteTemplate {
    pub id: &'static str,
    pub name: &'static str,
    pub sections: &'static [NoteSection],
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NoteSection {
    pub name: &'static str,
    /// The names of its questions.
    pub questions: &'static [&'static str],
}

/// Every question is a paragraph.
pub const STANDARD_CONSULTATION: NoteTemplate = NoteTemplate {
    id: "1390700000005121031",
    name: "Standard Consultation",
    sections: &[NoteSection {
        name: "Consultation",
        questions: &["Reason of visit", "Anamnesis", "Status", "Assessment", "Plan"],
    }],
};

/// Questions of several types.
pub const PHYSIOTHERAPY: NoteTemplate = NoteTemplate {
    id: "1390700000005122055",
    name: "Physiotherapy",
    sections: &[
        NoteSection { name: "Subjective", questions: &["Reason of visit", "Onset", "Pain score"] },
        NoteSection { name: "Objective", questions: &["Status", "Side", "Tests"] },
        NoteSection { name: "Plan", questions: &["Plan"] },
    ],
};

/// One paragraph.
pub const SHORT_NOTE: NoteTemplate = NoteTemplate {
    id: "1390700000005123079",
    name: "Short note",
    sections: &[NoteSection { name: "Consultation", questions: &["Note"] }],
};

/// In the order of the list.
pub const ALL: [NoteTemplate; 3] = [STANDARD_CONSULTATION, PHYSIOTHERAPY, SHORT_NOTE];
