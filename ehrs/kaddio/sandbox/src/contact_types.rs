//! The templates of journal entries (kontakttyper) that the organisation is seeded with, for settings that map onto them.

use async_graphql::Enum;

/// A template whose ids are the same on any day.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ContactType {
    pub id: &'static str,
    pub name: &'static str,
    pub headings: &'static [Heading],
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Heading {
    pub id: &'static str,
    pub name: &'static str,
    pub kind: HeadingKind,
}

/// ASSUMED. What stands under a heading.
#[derive(Clone, Copy, Debug, Enum, Eq, PartialEq)]
pub enum HeadingKind {
    Free,
    Preset,
    Diagnosis,
    ActionCodes,
    Picture,
}

const fn free(id: &'static str, name: &'static str) -> Heading {
    Heading { id, name, kind: HeadingKind::Free }
}

/// Free text.
pub const UNSTRUCTURED: ContactType = ContactType {
    id: "BHBGEC67GAN4xZyDj",
    name: "Fri anteckning",
    headings: &[free("n8MvCeifmPifyyrJT", "Anteckning")],
};

/// Reason of visit, anamnesis, status, assessment, plan.
pub const ACUTE_VISIT: ContactType = ContactType {
    id: "Zjhh8cRfY3rrKMDX4",
    name: "Akutbesök",
    headings: &[
        free("TjPDMb9BcSkNonTDF", "Kontaktorsak"),
        free("cDnKmTWzGxehAeLZ4", "Anamnes"),
        free("GN9jy7dtovvqgNdEP", "Status"),
        free("8Nqag9YHJdgYFqpYH", "Bedömning"),
        free("J8DjF9b3nEXs6oh7N", "Planering"),
    ],
};

/// Reason of visit, anamnesis, assessment, plan.
pub const NEW_VISIT_PSYCHOLOGY: ContactType = ContactType {
    id: "qPnazgbPsAiDHw87L",
    name: "Nybesök psykolog",
    headings: &[
        free("6ebM4YupeeYeda4XE", "Kontaktorsak"),
        free("XHHuToRyHcwNxAQL7", "Anamnes"),
        free("GRxvv4J3dLsMQSBJy", "Bedömning"),
        free("nJb5x7zErW8xyPePJ", "Planering"),
    ],
};

/// Status, assessment, plan.
pub const FOLLOW_UP_VISIT_PSYCHOLOGY: ContactType = ContactType {
    id: "vadSgKWYxiegSZwXq",
    name: "Återbesök psykolog",
    headings: &[
        free("jA629c2QbnoKe9dDx", "Status"),
        free("eWZPhwrSHyRDA998e", "Bedömning"),
        free("hNZiSabceEeMyBNeQ", "Planering"),
    ],
};

/// Status, plan.
pub const CARE_STATUS: ContactType = ContactType {
    id: "RQqz2v4RwiDE9CyWw",
    name: "Vårdstatus",
    headings: &[free("qB6FMtMHTp7yCifmg", "Status"), free("uLCgswuYM5i6745EN", "Planering")],
};

/// Headings of every kind.
pub const PHYSIOTHERAPY: ContactType = ContactType {
    id: "BAQhHKjjmdpSi3JKD",
    name: "Fysioterapi",
    headings: &[
        Heading { id: "tAPKiBeFhKAo7EGoA", name: "Besöksform", kind: HeadingKind::Preset },
        free("fkizSMJ2acnzywTNe", "Status"),
        Heading { id: "yKjWYxYcitqc5XTTZ", name: "Diagnos", kind: HeadingKind::Diagnosis },
        Heading { id: "kKBo5bAiNDktxRmDf", name: "Åtgärder", kind: HeadingKind::ActionCodes },
        Heading { id: "yccPsX9TaD9Es3RPp", name: "Smärtteckning", kind: HeadingKind::Picture },
    ],
};

/// In the order of the list.
pub const ALL: [ContactType; 6] =
    [ACUTE_VISIT, PHYSIOTHERAPY, UNSTRUCTURED, NEW_VISIT_PSYCHOLOGY, CARE_STATUS, FOLLOW_UP_VISIT_PSYCHOLOGY];
