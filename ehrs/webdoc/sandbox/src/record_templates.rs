//! The record templates that the clinics are seeded with, for settings that map onto them.

/// A template whose ids are the same on any day.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RecordTemplate {
    pub id: i64,
    pub title: &'static str,
    /// Ids that it had before.
    pub previous_versions: &'static [i64],
    pub keywords: &'static [Keyword],
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Keyword {
    pub id: i64,
    pub title: &'static str,
    /// How many characters it takes; none is a heading, which takes no text.
    pub max_length: Option<usize>,
    pub default_value: Option<&'static str>,
    /// The heading that it stands under.
    pub parent: Option<i64>,
}

/// What a keyword of running text takes.
pub const LONG_TEXT: usize = 20_000;

/// What a line takes.
pub const LINE: usize = 255;

pub const UNSTRUCTURED: RecordTemplate = RecordTemplate {
    id: 7,
    title: "Fri anteckning",
    previous_versions: &[],
    keywords: &[text(101, "Anteckning")],
};

pub const ACUTE_VISIT: RecordTemplate = RecordTemplate {
    id: 8,
    title: "Akutbesök",
    previous_versions: &[3, 5],
    keywords: &[
        heading(110, "Besök"),
        Keyword { parent: Some(110), ..line(111, "Kontaktorsak") },
        Keyword { parent: Some(110), ..text(112, "Anamnes") },
        Keyword { parent: Some(110), ..text(113, "Status") },
        Keyword { max_length: Some(64), default_value: Some("70"), parent: Some(110), ..text(114, "Puls") },
        heading(115, "Slutsats"),
        Keyword { parent: Some(115), ..text(116, "Bedömning") },
        Keyword { parent: Some(115), ..text(117, "Planering") },
    ],
};

pub const NEW_VISIT_PSYCHOLOGY: RecordTemplate = RecordTemplate {
    id: 9,
    title: "Nybesök psykolog",
    previous_versions: &[],
    keywords: &[
        line(121, "Kontaktorsak"),
        text(122, "Anamnes"),
        text(123, "Bedömning"),
        text(124, "Planering"),
    ],
};

pub const FOLLOW_UP: RecordTemplate = RecordTemplate {
    id: 10,
    title: "Återbesök psykolog",
    previous_versions: &[],
    keywords: &[text(131, "Status"), text(132, "Bedömning"), text(133, "Planering")],
};

pub const CARE_STATUS: RecordTemplate = RecordTemplate {
    id: 11,
    title: "Vårdstatus",
    previous_versions: &[],
    keywords: &[text(141, "Status"), text(142, "Planering")],
};

pub const HEALTH_DECLARATION: RecordTemplate = RecordTemplate {
    id: 12,
    title: "Hälsodeklaration",
    previous_versions: &[6],
    keywords: &[
        Keyword { max_length: Some(64), ..text(151, "Längd") },
        Keyword { max_length: Some(64), ..text(152, "Vikt") },
        text(153, "Läkemedel"),
    ],
};

/// In the order of the list.
pub const ALL: [RecordTemplate; 6] =
    [UNSTRUCTURED, ACUTE_VISIT, NEW_VISIT_PSYCHOLOGY, FOLLOW_UP, CARE_STATUS, HEALTH_DECLARATION];

impl RecordTemplate {
    pub fn keyword(&self, title: &str) -> Option<&'static Keyword> {
        self.keywords.iter().find(|keyword| keyword.title == title)
    }
}

const fn text(id: i64, title: &'static str) -> Keyword {
    Keyword { id, title, max_length: Some(LONG_TEXT), default_value: None, parent: None }
}

const fn line(id: i64, title: &'static str) -> Keyword {
    Keyword { max_length: Some(LINE), ..text(id, title) }
}

const fn heading(id: i64, title: &'static str) -> Keyword {
    Keyword { max_length: None, ..text(id, title) }
}
