//! Case notes. Writing one is a published message whose address is not; reading them is assumed (ASSUMED.md).

use jiff::civil::DateTime;
use vardbro_ehr::wire::Safety;

use super::{Api, Element, Endpoint, Kind, Native, UnitKey, Unreadable, times};

/// `TemplateType` of the templates in use.
const TEMPLATE_TYPE: &str = "1";

/// In which order `Signed` and `Signer` stand: the public copies of the message disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedOrder {
    /// `Signed`, then `Signer`.
    SignedFirst,
    /// `Signer`, then `Signed`.
    SignerFirst,
}

/// A note to be written, unsigned.
#[derive(Clone, PartialEq, Eq)]
pub struct NewCaseNote<'a> {
    /// The patient's number.
    pub patient: &'a str,
    /// Who writes it, and is to sign it.
    pub author: &'a str,
    /// Local.
    pub event: DateTime,
    /// In which order `Signed` and `Signer` stand.
    pub signed_order: SignedOrder,
    /// `TemplateId`.
    pub template: i32,
    /// Tells the note again.
    pub uuid: &'a str,
    /// `TermId` and text; none is empty.
    pub keywords: &'a [(i32, String)],
}

/// A note. Does not print what it holds.
#[derive(Clone, PartialEq, Eq)]
pub struct CaseNote {
    /// `DocumentId`.
    pub id: String,
    /// `UUID`, as the writer gave it.
    pub uuid: Option<String>,
    /// `DocumentTitle`.
    pub title: Option<String>,
    /// `TemplateId`.
    pub template: i32,
    /// `DocCreatedByUserId`.
    pub created_by: Option<String>,
    /// `DocCreatedTimestamp`, local.
    pub created: Option<DateTime>,
    /// `DocSavedTimestamp`, local.
    pub saved: Option<DateTime>,
    /// Whether `SignedTimestamp` has a value.
    pub is_signed: bool,
    /// In order.
    pub keywords: Vec<Keyword>,
}

/// What stands under one heading of a note. Does not print what it holds.
#[derive(Clone, PartialEq, Eq)]
pub struct Keyword {
    /// `TermId`.
    pub term: i32,
    /// The heading.
    pub name: Option<String>,
    /// The text.
    pub value: Option<String>,
}

impl std::fmt::Debug for CaseNote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CaseNote").field("id", &self.id).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Keyword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keyword").field("term", &self.term).finish_non_exhaustive()
    }
}

/// What became of a note that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// `DocumentId`.
    pub id: String,
    /// `DocCreatedTimestamp`, local.
    pub created: Option<DateTime>,
}

/// `GetCaseNotes`.
pub fn get(api: &Api, endpoint: &Endpoint, unit: &UnitKey, patient: &str) -> Native<Vec<CaseNote>> {
    let kind = Kind { safety: Safety::Read, label: "CaseNote.GetCaseNotes", read };
    let patient = Element::text("PatId", patient);
    api.call(endpoint, kind, unit, unit.elements().into_iter().chain([patient]))
}

/// `CreateCaseNote`. The message names no care unit; the envelope does.
pub fn create(api: &Api, endpoint: &Endpoint, unit: &UnitKey, new: &NewCaseNote<'_>) -> Native<Written> {
    let kind = Kind { safety: Safety::Once, label: "CaseNote.CreateCaseNote", read: read_confirmation };
    let (signed, signer) = (Element::text("Signed", "0"), Element::text("Signer", new.author));
    let signed = match new.signed_order {
        SignedOrder::SignedFirst => [signed, signer],
        SignedOrder::SignerFirst => [signer, signed],
    };
    let keyword = |(term, note): &(i32, String)| {
        let inside = [Element::text("TermId", term.to_string()), Element::text("Note", note.as_str())];
        Element::of("TextKeyWord", inside)
    };
    let before = [
        Element::text("PatId", new.patient),
        Element::text("UserId", new.author),
        Element::text("EventTime", times::second(new.event)),
    ];
    let after = [
        Element::text("TemplateId", new.template.to_string()),
        Element::text("TemplateType", TEMPLATE_TYPE),
        Element::text("UUID", new.uuid),
        Element::of("Keywords", [Element::of("TextKeywords", new.keywords.iter().map(keyword))]),
    ];
    api.call(endpoint, kind, unit, before.into_iter().chain(signed).chain(after))
}

pub(super) fn read(root: &Element) -> Result<Vec<CaseNote>, Unreadable> {
    root.need("CaseNotes")?;
    super::rows(root, "CaseNotes", "CaseNote", |row| {
        let keywords = row.child("Keywords").into_iter().flat_map(|list| list.all("Keyword"));
        Ok(CaseNote {
            id: row.required("DocumentId")?.to_owned(),
            uuid: row.optional("UUID"),
            title: row.optional("DocumentTitle"),
            template: row.number("TemplateId")?,
            created_by: row.optional("DocCreatedByUserId"),
            created: times::optional(row, "DocCreatedTimestamp"),
            saved: times::optional(row, "DocSavedTimestamp"),
            is_signed: row.told("SignedTimestamp").is_some(),
            keywords: keywords.map(keyword).collect::<Result<_, _>>()?,
        })
    })
}

fn keyword(row: &Element) -> Result<Keyword, Unreadable> {
    Ok(Keyword { term: row.number("TermId")?, name: row.optional("Name"), value: row.optional("Value") })
}

pub(super) fn read_confirmation(root: &Element) -> Result<Written, Unreadable> {
    let written = root.need("CaseNoteConfirmation")?;
    Ok(Written {
        id: written.required("DocumentId")?.to_owned(),
        created: times::optional(written, "DocCreatedTimestamp"),
    })
}
