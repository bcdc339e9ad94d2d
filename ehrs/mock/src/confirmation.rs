//! Codes: a booking or a cancel that the patient must confirm, and the outbox that the codes go to.

use jiff::Timestamp;
use rand::Rng;
use serde::Serialize;
use vardbro_ehr::{EhrError, EhrResult, Thing};
use vardbro_model::appointment::{Appointment, AppointmentStatus, Confirmation};
use vardbro_model::error::FaultCode;
use vardbro_model::id::{AppointmentId, CareUnitId, PatientId};

use crate::appointments::{Held, Standing};
use crate::state::{State, Unit, certain};

/// A code that was sent, and what the API tells of it.
#[derive(Clone)]
pub(crate) struct Challenge {
    code: String,
    pub(crate) confirmation: Confirmation,
}

/// A cancel that awaits its code, or got it. It has an id of its own.
pub(crate) struct Withdrawal {
    id: AppointmentId,
    appointment: AppointmentId,
    comment: Option<String>,
    challenge: Challenge,
    confirmed: bool,
}

/// What an appointment id names.
pub(crate) enum Subject<'a> {
    Appointment(&'a Held),
    Withdrawal(&'a Withdrawal, &'a Held),
}

/// A message as the patient's phone shows it. Nothing else in the EHR shows the code.
#[derive(Clone, Serialize)]
pub(crate) struct Message {
    /// `null` where the patient has neither phone nor e-mail: then the desk tells the code.
    to: Option<String>,
    /// The id that the code confirms.
    appointment_id: AppointmentId,
    kind: MessageKind,
    code: String,
    sent_at: Timestamp,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum MessageKind {
    Booking,
    Cancel,
}

impl Withdrawal {
    /// The appointment as it stands once the cancel is confirmed; until then the wish to cancel it.
    pub(crate) fn view(&self, held: &Held, unit: &Unit, now: Timestamp) -> Appointment {
        let appointment = held.view(unit, now);
        if self.confirmed {
            return appointment;
        }
        Appointment {
            id: self.id.clone(),
            emr_id: self.id.as_str().to_owned(),
            status: AppointmentStatus::AwaitingConfirmation,
            emr_status: Some("withdrawal_unconfirmed".to_owned()),
            comment: self.comment.clone().or(appointment.comment),
            confirmation: Some(self.challenge.confirmation.clone()),
            ..appointment
        }
    }
}

impl State {
    /// What the id names at this care unit.
    pub(crate) fn subject(&self, care_unit: &CareUnitId, id: &AppointmentId) -> EhrResult<Subject<'_>> {
        self.unit(care_unit)?;
        let nothing = || EhrError::not_found(Thing::Appointment);
        let here = |id: &AppointmentId| {
            self.appointments.get(id).filter(|held| held.care_unit == *care_unit).ok_or_else(nothing)
        };
        match self.withdrawals.get(id) {
            Some(withdrawal) => Ok(Subject::Withdrawal(withdrawal, here(&withdrawal.appointment)?)),
            None => Ok(Subject::Appointment(here(id)?)),
        }
    }

    pub(crate) fn ask_for_code_of_booking(
        &mut self,
        patient: &PatientId,
        booking: &AppointmentId,
        now: Timestamp,
    ) -> Challenge {
        self.send_code(patient, booking, MessageKind::Booking, now)
    }

    /// Asks for a code before the appointment is cancelled. Asking again answers the cancel that already waits.
    pub(crate) fn begin_withdrawal(
        &mut self,
        care_unit: &CareUnitId,
        appointment: &AppointmentId,
        comment: Option<&str>,
        now: Timestamp,
    ) -> EhrResult<Appointment> {
        let waiting =
            self.withdrawals.values().find(|other| other.appointment == *appointment && !other.confirmed);
        let id = match waiting {
            Some(waiting) => waiting.id.clone(),
            None => {
                let patient = self.held(appointment)?.patient.clone();
                let id = certain(AppointmentId::parse(&format!("cnl-{}", self.next_number())));
                let challenge = self.send_code(&patient, &id, MessageKind::Cancel, now);
                let withdrawal = Withdrawal {
                    id: id.clone(),
                    appointment: appointment.clone(),
                    comment: comment.map(str::to_owned),
                    challenge,
                    confirmed: false,
                };
                self.withdrawals.insert(id.clone(), withdrawal);
                id
            }
        };
        self.appointment(care_unit, &id, now)
    }

    pub(crate) fn confirm(
        &mut self,
        care_unit: &CareUnitId,
        id: &AppointmentId,
        code: &str,
        now: Timestamp,
    ) -> EhrResult<Appointment> {
        match self.subject(care_unit, id)? {
            Subject::Appointment(held) => match &held.standing {
                Standing::Unconfirmed(challenge) => challenge.accept(code)?,
                _ => return Err(nothing_to_confirm()),
            },
            Subject::Withdrawal(withdrawal, held) => {
                if withdrawal.confirmed || held.status(now).0 != AppointmentStatus::Booked {
                    return Err(nothing_to_confirm());
                }
                withdrawal.challenge.accept(code)?;
                let (appointment, comment) = (held.id.clone(), withdrawal.comment.clone());
                if let Some(withdrawal) = self.withdrawals.get_mut(id) {
                    withdrawal.confirmed = true;
                }
                return self.withdraw(&appointment, comment, now);
            }
        }
        if let Some(held) = self.appointments.get_mut(id) {
            held.standing = Standing::Scheduled;
            held.updated_at = now;
        }
        self.appointment(care_unit, id, now)
    }

    fn held(&self, id: &AppointmentId) -> EhrResult<&Held> {
        self.appointments.get(id).ok_or_else(|| EhrError::not_found(Thing::Appointment))
    }

    fn send_code(
        &mut self,
        patient: &PatientId,
        about: &AppointmentId,
        kind: MessageKind,
        now: Timestamp,
    ) -> Challenge {
        let code = format!("{:04}", self.dice.random_range(0..10_000));
        let patient = self.patients.get(patient);
        let phone =
            patient.and_then(|patient| patient.phones.first()).map(|phone| phone.as_e164().to_owned());
        let email = patient.and_then(|patient| patient.emails.first()).cloned();
        let (method, to) = match (phone, email) {
            (Some(phone), _) => ("sms", Some(phone)),
            (None, Some(email)) => ("email", Some(email)),
            (None, None) => ("desk", None),
        };
        let sent_to = to.as_deref().map(masked);
        self.outbox.push(Message {
            to,
            appointment_id: about.clone(),
            kind,
            code: code.clone(),
            sent_at: now,
        });
        Challenge { code, confirmation: Confirmation { method: method.to_owned(), sent_to } }
    }
}

impl Challenge {
    fn accept(&self, code: &str) -> EhrResult<()> {
        if self.code == code.trim() {
            return Ok(());
        }
        Err(EhrError::fault(
            "confirmation.code",
            FaultCode::InvalidConfirmationCode,
            "The code is not the one that was sent; the appointment stays as it is.",
        ))
    }
}

fn nothing_to_confirm() -> EhrError {
    EhrError::conflict("Nothing waits for a code under this id.")
}

/// Enough for the patient to know which phone or mailbox it is, and for nobody else.
fn masked(address: &str) -> String {
    match address.split_once('@') {
        Some((name, domain)) => {
            let first: String = name.chars().take(1).collect();
            format!("{first}•••@{domain}")
        }
        None => {
            let characters: Vec<char> = address.chars().collect();
            let hidden = characters.len().saturating_sub(6);
            characters
                .iter()
                .enumerate()
                .map(|(place, c)| if (3..3 + hidden).contains(&place) { '•' } else { *c })
                .collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn a_masked_address_shows_only_its_ends() {
        assert_eq!(masked("+46701740605"), "+46••••••605");
        assert_eq!(masked("ada.berg@example.com"), "a•••@example.com");
    }
}
