//! `CaseNote`, a service of which the message for writing is published, and the rest assumed.

use jiff::civil::DateTime;

use crate::call::Call;
use crate::exchange::Answer;
use crate::message::Fields;
use crate::note_templates::{ALL, NoteTemplate, Term};
use crate::options::SigningOrder;
use crate::patients::twelve_digits;
use crate::places::is_user;
use crate::refusal::Refusal;
use crate::state::Session;
use crate::time::{message_time, read_minute, read_second};
use crate::xml::{Element, Markup};

pub struct CaseNote {
    pub id: u64,
    /// The client's own.
    pub uuid: Option<String>,
    pub unit: u32,
    pub patient: String,
    pub template: NoteTemplate,
    pub event: DateTime,
    /// Empty if the writer did not say.
    pub user: String,
    pub signer: String,
    pub created: DateTime,
    pub signed: Option<DateTime>,
    pub keywords: Vec<(Term, String)>,
}

/// GetCaseNotes: what was written at this care unit.
pub fn list(session: &Session<'_>, mut call: Call<'_>) -> Answer {
    let place = call.place()?;
    let patient = twelve_digits(call.fields.text("PatId")?)?;
    call.fields.end()?;
    let here = |note: &&CaseNote| note.unit == place.unit.id && note.patient == patient;
    Ok(place.container("CaseNotes", session.case_notes.iter().filter(here).map(markup)))
}

fn markup(note: &CaseNote) -> Markup {
    let keywords = note.keywords.iter().map(|(term, value)| {
        let term = [Markup::text("TermId", term.id), Markup::text("Name", term.name)];
        Markup::of("Keyword", term.into_iter().chain([Markup::text("Value", value)]))
    });
    let fields = [
        Some(Markup::text("DocumentId", note.id)),
        note.uuid.as_ref().map(|uuid| Markup::text("UUID", uuid)),
        Some(Markup::text("DocumentTitle", note.template.name)),
        Some(Markup::text("TemplateId", note.template.id)),
        Some(Markup::text("TemplateName", note.template.name)),
        Some(Markup::text("EventDateTime", message_time(note.event))),
        Some(Markup::text("DocCreatedByUserId", &note.user)),
        Some(Markup::text("DocCreatedTimestamp", message_time(note.created))),
        Some(Markup::text("DocSavedTimestamp", message_time(note.signed.unwrap_or(note.created)))),
        Some(Markup::text("SignerId", &note.signer)),
        note.signed.map(|_| Markup::text("SignedById", &note.signer)),
        note.signed.map(|signed| Markup::text("SignedTimestamp", message_time(signed))),
        Some(Markup::of("Keywords", keywords)),
    ];
    Markup::of("CaseNote", fields.into_iter().flatten())
}

/// CreateCaseNote: the envelope alone names the care unit.
pub fn create(session: &mut Session<'_>, mut call: Call<'_>) -> Answer {
    let unit = call.unit()?.id;
    let fields = &mut call.fields;
    let patient = twelve_digits(fields.text("PatId")?)?;
    let user = fields.text("UserId")?;
    let event = event_time(fields)?;
    let (signed, signer) = signing(fields, call.options.signing_order)?;
    let template: i32 = signed_number(fields.text("TemplateId")?)?;
    let template_type: i32 = signed_number(fields.text("TemplateType")?)?;
    let uuid = fields.optional_text("UUID")?.map(str::to_owned);
    let keywords = keywords(fields.element("Keywords")?)?;
    call.fields.end()?;
    if template_type != 1 {
        return Err(Refusal::IllegalArgument);
    }
    if !session.patients.contains_key(patient) {
        return Err(Refusal::Patient);
    }
    if ![user, signer].into_iter().all(|id| id.is_empty() || is_user(id)) {
        return Err(Refusal::User);
    }
    let template = ALL.into_iter().find(|known| known.id == template).ok_or(Refusal::Template)?;
    let keywords = keywords
        .into_iter()
        .map(|(id, note)| {
            let term = template.terms.iter().find(|term| term.id == id).ok_or(Refusal::Term)?;
            if note.chars().all(survives) { Ok((*term, note)) } else { Err(Refusal::NoteText) }
        })
        .collect::<Result<_, _>>()?;
    let note = CaseNote {
        id: session.new_document_id(),
        uuid,
        unit,
        patient: patient.to_owned(),
        template,
        event,
        user: user.to_owned(),
        signer: signer.to_owned(),
        created: session.now,
        signed: signed.then_some(session.now),
        keywords,
    };
    let confirmation = [
        Some(Markup::text("DocumentId", note.id)),
        note.uuid.as_ref().map(|uuid| Markup::text("UUID", uuid)),
        Some(Markup::text("DocCreatedTimestamp", message_time(note.created))),
    ];
    session.case_notes.push(note);
    Ok(Markup::of("CaseNoteConfirmation", confirmation.into_iter().flatten()))
}

/// `yyyyMMddHHmm` or `yyyyMMddHHmmss`
fn event_time(fields: &mut Fields<'_>) -> Result<DateTime, Refusal> {
    let digits = fields.text("EventTime")?.trim();
    read_minute(digits).or_else(|| read_second(digits)).ok_or(Refusal::IllegalArgument)
}

/// Without `Signed` it is not signed.
fn signing<'c>(fields: &mut Fields<'c>, order: SigningOrder) -> Result<(bool, &'c str), Refusal> {
    let signed = |fields: &mut Fields<'c>| match fields.optional_number("Signed")? {
        None | Some(0_u8) => Ok(false),
        Some(1) => Ok(true),
        Some(_) => Err(Refusal::IllegalArgument),
    };
    match order {
        SigningOrder::SignedThenSigner => Ok((signed(fields)?, fields.text("Signer")?)),
        SigningOrder::SignerThenSigned => {
            let signer = fields.text("Signer")?;
            Ok((signed(fields)?, signer))
        }
    }
}

fn signed_number(text: &str) -> Result<i32, Refusal> {
    text.trim().parse().map_err(|_| Refusal::IllegalArgument)
}

/// Text keywords, at least one; the templates have no others.
fn keywords(element: &Element) -> Result<Vec<(i32, String)>, Refusal> {
    let mut kinds = Fields::of(element)?;
    let mut list = Fields::of(kinds.element("TextKeywords")?)?;
    kinds.end()?;
    let mut keywords = Vec::new();
    while let Some(keyword) = list.optional_element("TextKeyWord") {
        let mut fields = Fields::of(keyword)?;
        keywords.push((signed_number(fields.text("TermId")?)?, fields.text("Note")?.to_owned()));
        fields.end()?;
    }
    list.end()?;
    if keywords.is_empty() { Err(Refusal::IllegalArgument) } else { Ok(keywords) }
}

/// What is known to survive in a text; line breaks do not.
fn survives(character: char) -> bool {
    match character {
        ' '..='~' | '€' | '¡'..='¥' | '§' | '¨' | '¯' | '´'..='·' | '¿' => character != '¦',
        'À'..='ÿ' => character.is_alphabetic(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::survives;

    #[test]
    fn the_known_characters_survive_and_no_others() {
        let known = " !~Aa0€¡¢£¤¥§¨¯´µ¶·¿ÀÅÖßåäöéÿ";
        assert!(known.chars().all(survives));
        let unknown = "\n\r\t\u{7f}\u{a0}¦©ª«¬®°±²³¸¹º»¼½¾×÷Āœ–—’“”…✓日😀";
        assert!(!unknown.chars().any(survives));
    }
}
