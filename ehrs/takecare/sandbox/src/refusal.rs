//! Why TakeCare refuses what a message asks for.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

/// Only `IllegalArgument` is TakeCare's own; the others, their codes and their words are invented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    IllegalArgument,
    Caller,
    Account,
    CareUnit,
    TimeType,
    Resource,
    Patient,
    NotFree,
    Past,
    NoSuchTime,
    Booking,
    CancelForbidden,
    RescheduleForbidden,
    AnotherPatient,
    ReasonTooLong,
    Number,
    NumberNotValidated,
    Template,
    Term,
    NoteText,
    User,
    Format,
    Content,
}

impl Refusal {
    pub fn code(self) -> u16 {
        self.code_and_words().0
    }

    pub fn words(self) -> &'static str {
        self.code_and_words().1
    }

    fn code_and_words(self) -> (u16, &'static str) {
        match self {
            Self::IllegalArgument => (3001, "Illegal argument!"),
            Self::Caller => (4001, "Den externa användaren eller det anropande systemet saknar behörighet."),
            Self::Account => (4002, "Fel användarnamn eller lösenord."),
            Self::CareUnit => (4010, "Vårdenheten finns inte."),
            Self::TimeType => (4011, "Tidstypen finns inte på vårdenheten."),
            Self::Resource => (4012, "Resursen finns inte på vårdenheten."),
            Self::Patient => (4013, "Patienten finns inte."),
            Self::NotFree => (4020, "Tiden är inte ledig."),
            Self::Past => (4021, "Tiden har passerat."),
            Self::NoSuchTime => (4022, "Tiden finns inte: klockan ställs om."),
            Self::Booking => (4030, "Bokningen finns inte."),
            Self::CancelForbidden => (4031, "Bokningen får inte avbokas."),
            Self::RescheduleForbidden => (4032, "Bokningen får inte ombokas."),
            Self::AnotherPatient => (4033, "Bokningen gäller en annan patient."),
            Self::ReasonTooLong => (4040, "Besöksorsaken får vara högst 300 tecken."),
            Self::Number => (4050, "Personnumret är inte giltigt."),
            Self::NumberNotValidated => (4051, "Personnumret kunde inte valideras mot befolkningsregistret."),
            Self::Template => (4060, "Journalmallen finns inte."),
            Self::Term => (4061, "Sökordet finns inte i journalmallen."),
            Self::NoteText => (4062, "Texten måste vara en rad och får bara innehålla tillåtna tecken."),
            Self::User => (4063, "Användaren finns inte."),
            Self::Format => (4070, "Endast PDF-dokument tas emot."),
            Self::Content => (4071, "Dokumentets innehåll kan inte läsas."),
        }
    }
}

/// 429 with an invented body: TakeCare is not known to have a limit.
pub fn rate_limited(reset: Timestamp) -> Response {
    let reset = DateTimePrinter::new().timestamp_to_rfc9110_string(&reset).unwrap_or_default();
    (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, reset)], "För många anrop.").into_response()
}
