//! Answers: the SOAP envelope, the XML inside its string, and the three ways in which TakeCare says something.

use super::Unreadable;
use super::xml::{self, Element};

/// What TakeCare said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer<T> {
    /// It did what was asked.
    Done(T),
    /// It says no: `MsgType="Error"`, which comes with HTTP 200.
    Refused(Refusal),
    /// The service did not get as far as an answer: a SOAP fault.
    Fault(Fault),
}

/// TakeCare's no.
#[derive(Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Its number and words, which may name a patient. Of numbers only 3000 ("Unknown error") and 3001 ("Illegal argument!") are
    /// known, so nothing is decided by them.
    pub words: String,
}

/// A SOAP fault.
#[derive(Clone, PartialEq, Eq)]
pub struct Fault {
    /// Whether the request is to blame, so that nothing was done.
    pub of_the_request: bool,
    /// Its words, which may name a patient.
    pub words: String,
}

// What they say may name a patient.
impl std::fmt::Debug for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Refusal { *** }")
    }
}

impl std::fmt::Debug for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fault").field("of_the_request", &self.of_the_request).finish_non_exhaustive()
    }
}

impl<T> Answer<T> {
    /// The same, with what was done read further.
    pub(super) fn and_then<U>(
        self,
        read: impl FnOnce(T) -> Result<U, Unreadable>,
    ) -> Result<Answer<U>, Unreadable> {
        Ok(match self {
            Self::Done(done) => Answer::Done(read(done)?),
            Self::Refused(refusal) => Answer::Refused(refusal),
            Self::Fault(fault) => Answer::Fault(fault),
        })
    }
}

/// Reads the answer to an operation as far as the `ProfdocHISMessage` inside.
pub fn message(operation: &str, body: &[u8]) -> Result<Answer<Element>, Unreadable> {
    let text = std::str::from_utf8(body).map_err(|_| Unreadable::at("XML"))?;
    let envelope = xml::parse(text)?;
    if envelope.name() != "Envelope" {
        return Err(Unreadable::at("Envelope"));
    }
    let body = envelope.need("Body")?;
    if let Some(fault) = body.child("Fault") {
        return Ok(Answer::Fault(self::fault(fault)));
    }
    let result = body.need(&format!("{operation}Response"))?.need(&format!("{operation}Result"))?;
    let root = match result.children() {
        [] => xml::parse(result.content().trim())?,
        // Neither escaped nor CDATA: as good.
        [inside, ..] => inside.clone(),
    };
    if root.name() != "ProfdocHISMessage" {
        return Err(Unreadable::at("ProfdocHISMessage"));
    }
    if root.attribute("MsgType").is_some_and(|kind| kind.eq_ignore_ascii_case("Error")) {
        return Ok(Answer::Refused(refusal(&root)));
    }
    Ok(Answer::Done(root))
}

fn refusal(root: &Element) -> Refusal {
    let error = root.child("Error");
    let told = |name| error.and_then(|error| error.told(name)).unwrap_or_default();
    let words = format!("{} {}", told("Code"), told("Msg"));
    Refusal { words: words.trim().to_owned() }
}

/// Version 1.1 has `faultcode` and `faultstring`, 1.2 has `Code/Value` and `Reason/Text`.
fn fault(fault: &Element) -> Fault {
    let code = fault.told("faultcode").or_else(|| fault.child("Code")?.told("Value")).unwrap_or_default();
    let words = fault.told("faultstring").or_else(|| fault.child("Reason")?.told("Text")).unwrap_or_default();
    // Codes may be refined behind a dot: `Client.Authentication`.
    let local = code.rsplit(':').next().unwrap_or_default().split('.').next().unwrap_or_default();
    let of_the_request = matches!(local, "Client" | "Sender" | "MustUnderstand" | "VersionMismatch");
    Fault { of_the_request, words: words.to_owned() }
}
