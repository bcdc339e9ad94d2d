//! The written fields of a patient and their rules.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use crate::country::Country;
use crate::form::{Entry, Form};
use crate::id::Id;
use crate::refusal::{INVALID, Refusal};

/// Plain text fields and how long they may be.
pub const TEXTS: [(&str, usize); 23] = [
    ("title", 255),
    ("preferred_first_name", 255),
    ("sex", 255),
    ("gender_identity", 255),
    ("email", 255),
    ("address_1", 255),
    ("address_2", 255),
    ("address_3", 255),
    ("city", 255),
    ("state", 255),
    ("post_code", 255),
    ("occupation", 255),
    ("emergency_contact", 10_000),
    ("notes", 100_000),
    ("appointment_notes", 100_000),
    ("medicare", 255),
    ("medicare_reference_number", 255),
    ("dva_card_number", 255),
    ("old_reference_id", 255),
    ("referral_source", 255),
    ("invoice_default_to", 10_000),
    ("invoice_email", 255),
    ("invoice_extra_information", 10_000),
];

const REMINDERS: [&str; 4] = ["None", "SMS", "Email", "SMS & Email"];
const PHONE_TYPES: [&str; 5] = ["Fax", "Home", "Mobile", "Other", "Work"];
const PRONOUNS: [&str; 5] =
    ["nominative", "accusative", "pronominal_possessive", "predicative_possessive", "reflexive"];

#[derive(Clone, Debug, Default)]
pub struct Fields {
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    /// By the names of `TEXTS`; absent is null.
    pub texts: Map<String, Value>,
    pub date_of_birth: Option<Date>,
    pub phones: Vec<Phone>,
    pub country: Country,
    pub time_zone: Option<String>,
    pub pronouns: Value,
    pub reminder_type: Option<String>,
    pub receives_confirmation_emails: Option<bool>,
    pub receives_cancellation_emails: Option<bool>,
    pub accepted_privacy_policy: Option<bool>,
    pub accepted_email_marketing: Option<bool>,
    pub accepted_sms_marketing: Option<bool>,
    pub custom_fields: Value,
    pub concession_type: Option<Id>,
    pub referring_doctor: Option<Id>,
}

#[derive(Clone, Debug)]
pub struct Phone {
    pub phone_type: String,
    pub number: String,
}

impl Fields {
    pub fn text(&self, name: &str) -> Option<&str> {
        self.texts.get(name).and_then(Value::as_str)
    }

    /// Only the first and the last name are needed.
    pub fn write(&mut self, form: &Form) -> Result<(), Refusal> {
        let mut entry = form.entry();
        entry.needed_text("first_name", 255, &mut self.first_name);
        entry.needed_text("last_name", 255, &mut self.last_name);
        entry.texts(&TEXTS, &mut self.texts);
        entry.emails(&["email", "invoice_email"], &self.texts);
        if self.text("dva_card_number").is_some_and(|card| !card.is_empty() && !is_dva_card(card)) {
            entry.refuse("dva_card_number", INVALID);
        }
        entry.date("date_of_birth", &mut self.date_of_birth);
        entry.listed("reminder_type", &REMINDERS, &mut self.reminder_type);
        entry.flag("receives_confirmation_emails", &mut self.receives_confirmation_emails);
        entry.flag("receives_cancellation_emails", &mut self.receives_cancellation_emails);
        entry.flag("accepted_privacy_policy", &mut self.accepted_privacy_policy);
        entry.flag("accepted_email_marketing", &mut self.accepted_email_marketing);
        let mut unsubscribe = None;
        entry.flag("unsubscribe_sms_marketing", &mut unsubscribe);
        if let Some(unsubscribe) = unsubscribe {
            self.accepted_sms_marketing = Some(!unsubscribe);
        }
        entry.id("concession_type_id", &mut self.concession_type);
        entry.id("referring_doctor_id", &mut self.referring_doctor);
        self.write_place(&mut entry);
        self.write_phones(&mut entry)?;
        self.write_pronouns(&mut entry);
        self.write_custom_fields(&mut entry);
        entry.finish()
    }

    fn write_place(&mut self, entry: &mut Entry<'_>) {
        self.country.write(entry);
        entry.text("time_zone", 255, &mut self.time_zone);
        if self.time_zone.as_deref().is_some_and(|name| TimeZone::get(name).is_err()) {
            entry.refuse("time_zone", INVALID);
        }
    }

    /// A sent array replaces the numbers. Text in its place, as form-encoded bodies have it, is a crash.
    fn write_phones(&mut self, entry: &mut Entry<'_>) -> Result<(), Refusal> {
        let sent = match entry.sent("patient_phone_numbers") {
            None => return Ok(()),
            Some(Value::Null) => &Vec::new(),
            Some(Value::Array(sent)) => sent,
            Some(_) => return Err(Refusal::Crashed),
        };
        let phones = sent.iter().map(|phone| {
            let number =
                phone.get("number").and_then(Value::as_str).filter(|number| !number.trim().is_empty())?;
            let kind = phone.get("phone_type").map_or(Some("Mobile"), Value::as_str)?;
            let kind = PHONE_TYPES.into_iter().find(|known| *known == kind)?;
            Some(Phone { phone_type: kind.to_owned(), number: number.to_owned() })
        });
        match phones.collect() {
            Some(phones) => self.phones = phones,
            None => entry.refuse("patient_phone_numbers", INVALID),
        }
        Ok(())
    }

    fn write_pronouns(&mut self, entry: &mut Entry<'_>) {
        let Some(sent) = entry.sent("pronouns") else { return };
        let whole = PRONOUNS.into_iter().all(|form| {
            sent.get(form)
                .and_then(Value::as_str)
                .is_some_and(|word| (1..=50).contains(&word.chars().count()))
        });
        if sent.is_null() {
            self.pronouns = Value::Null;
        } else if whole {
            self.pronouns =
                PRONOUNS.into_iter().map(|form| (form.to_owned(), sent.get(form).cloned())).collect();
        } else {
            entry.refuse("pronouns", INVALID);
        }
    }

    /// Tokens must be those of the settings, and an empty value is invalid.
    fn write_custom_fields(&mut self, entry: &mut Entry<'_>) {
        let Some(sent) = entry.sent("custom_fields") else { return };
        if sent.is_null() || super::settings::knows_custom_fields(sent) {
            self.custom_fields = sent.clone();
        } else {
            entry.refuse("custom_fields", INVALID);
        }
    }
}

impl Phone {
    pub fn json(&self) -> Value {
        json!({"phone_type": self.phone_type, "number": self.number, "normalized_number": self.normalized()})
    }

    /// Digits with the country's code; a national number is the account country's.
    fn normalized(&self) -> String {
        let digits: String = self.number.chars().filter(char::is_ascii_digit).collect();
        match digits.strip_prefix('0') {
            Some(national) if !self.number.trim_start().starts_with('+') => format!("61{national}"),
            _ => digits,
        }
    }
}

/// A state letter, then a blank or letters with digits, at most seven characters in all, and perhaps a letter.
fn is_dva_card(card: &str) -> bool {
    let Some(rest) = card.strip_prefix(['N', 'V', 'Q', 'S', 'W', 'T']) else { return false };
    let unlettered = rest.strip_suffix(|c: char| c.is_ascii_uppercase()).unwrap_or(rest);
    let digits_from = unlettered.find(|c: char| c.is_ascii_digit()).unwrap_or(unlettered.len());
    let (prefix, digits) = unlettered.split_at(digits_from);
    let letters = !prefix.is_empty() && prefix.chars().all(|c| c.is_ascii_uppercase());
    (prefix == " " || letters)
        && prefix.len() <= 3
        && !digits.is_empty()
        && prefix.len().saturating_add(digits.len()) <= 7
        && digits.chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_normalized_to_the_accounts_country() {
        let normalized =
            |number: &str| Phone { phone_type: "Mobile".into(), number: number.into() }.normalized();
        assert_eq!(normalized("0491 570 006"), "61491570006");
        assert_eq!(normalized("+46 70 174 06 05"), "46701740605");
        assert_eq!(normalized("61444444444"), "61444444444");
    }

    #[test]
    fn dva_cards_follow_their_pattern() {
        assert!(["N 123456", "VX12345", "QABC1234A", "SX1"].into_iter().all(is_dva_card));
        assert!(["", "N", "X 123", "N1234567", "NABCD123"].into_iter().all(|card| !is_dva_card(card)));
    }
}
