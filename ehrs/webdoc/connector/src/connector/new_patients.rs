//! Creating patients: from the population register by their number, or by hand without one.

use jiff::civil::Date;
use vardbro_ehr::{EhrError, EhrResult};
use vardbro_model::error::{Fault, FaultCode};
use vardbro_model::national::SwedishNumber;
use vardbro_model::patient::{ExternalIdType, Gender, NewPatient, Upserted};

use super::session::{Failed, Session};
use super::turns::Turn;
use super::units::Unit;
use crate::mapping::number::{Number, identification};
use crate::mapping::patient as mapping;
use crate::wire::Code;
use crate::wire::patients::{self as native, NewPatientWithoutNumber, Patient as Native};

impl Session<'_> {
    pub(super) async fn upsert_patient(&self, unit: &Unit, new: NewPatient) -> EhrResult<Upserted> {
        let mut faults = unsupported(&new);
        let number = self.new_number(&new, &mut faults);
        match &number {
            Some(number) => contradictions(&new, number, &mut faults),
            None => missing(&new, &mut faults),
        }
        if !faults.is_empty() {
            return Err(EhrError::invalid(faults));
        }
        match number {
            Some(number) => self.upsert_by_number(unit, &Number::Swedish(number), &new).await,
            None => self.create_without_number(unit, &new).await,
        }
    }

    fn new_number(&self, new: &NewPatient, faults: &mut Vec<Fault>) -> Option<SwedishNumber> {
        let text = new.external_id.as_deref()?;
        let number = SwedishNumber::parse(text.trim(), self.today());
        number
            .map_err(|_| {
                faults.push(Fault::at(
                    "external_id",
                    FaultCode::NotSupported,
                    "Webdoc knows patients by Swedish personal, coordination or reserve numbers, and this is none.",
                ));
            })
            .ok()
    }

    async fn upsert_by_number(&self, unit: &Unit, number: &Number, new: &NewPatient) -> EhrResult<Upserted> {
        // Two who create the same person at the same moment take turns, so that the second one finds the first's.
        let _turn = self.take_turns([Turn::Person(number.plain().to_owned())]).await?;
        if let Some(found) = self.find_patient(number).await? {
            return Ok(Upserted { patient: self.read_patient(unit, &found)?, created: false });
        }
        let kind = self.name_of_default_type().await?;
        let dashed = number.native();
        let call = native::create(
            self.api(),
            &native::NewPatient {
                personal_number: &dashed,
                patient_type: &kind,
                email: new.emails.first().map(String::as_str),
                mobile_number: new.phones.first().map(|phone| phone.as_e164()),
            },
        );
        match self.attempt(call).await {
            Err(Failed::Refused(refusal)) => match self.find_patient(number).await {
                // Another gateway was faster.
                Ok(Some(found)) => Ok(Upserted { patient: self.read_patient(unit, &found)?, created: false }),
                _ => Err(refusal.told_as(EhrError::fault(
                    "external_id",
                    FaultCode::BadInput,
                    "Webdoc creates no patient with this number: the population register may not know it.",
                ))),
            },
            outcome => self.settled(unit, number, outcome).await,
        }
    }

    async fn create_without_number(&self, unit: &Unit, new: &NewPatient) -> EhrResult<Upserted> {
        let (Some(first_name), Some(last_name), Some(birth_date), Some(gender)) = (
            new.first_name.as_deref(),
            new.last_name.as_deref(),
            new.date_of_birth,
            new.gender.and_then(mapping::native_gender),
        ) else {
            return Err(EhrError::failed("A patient without a number lacks a field that was there before."));
        };
        let made_up = identification(&self.config.identification_prefix, birth_date, self.random);
        let call = native::create_without_number(
            self.api(),
            &NewPatientWithoutNumber {
                identification_number: &made_up,
                first_name,
                last_name,
                birth_date,
                gender,
                patient_type_id: self.default_type().await?,
                contact: mapping::contact(new),
            },
        );
        let outcome = self.attempt(call).await;
        self.settled(unit, &Number::Identification(made_up), outcome).await
    }

    /// The new patient. Where the answer was lost or says nothing, the number tells whether there is one.
    async fn settled(
        &self,
        unit: &Unit,
        number: &Number,
        outcome: Result<Option<Native>, Failed>,
    ) -> EhrResult<Upserted> {
        let created = match outcome {
            Ok(Some(created)) if mapping::number(&created, self.today()).as_ref() == Some(number) => created,
            Ok(_) => match self.find_patient(number).await {
                Ok(Some(found)) => found,
                Ok(None) | Err(_) => {
                    return Err(EhrError::outcome_unknown(
                        "Webdoc answered the new patient with success, and does not show it: look before you repeat it.",
                    ));
                }
            },
            Err(Failed::InDoubt(doubt)) => doubt.settle(self.find_patient(number).await)?,
            Err(failed) => return Err(failed.unsettled()),
        };
        Ok(Upserted { patient: self.read_patient(unit, &created)?, created: true })
    }

    /// The type that new patients get.
    async fn default_type(&self) -> EhrResult<Code> {
        if let Some(kind) = self.config.default_patient_type {
            return Ok(kind);
        }
        let types = self.patient_types().await?;
        types.first().map(|first| first.id).ok_or_else(|| {
            EhrError::failed(
                "Webdoc has no patient type for a new patient: set the connection's default_patient_type.",
            )
        })
    }

    /// Its name, by which a patient from the population register is given it.
    async fn name_of_default_type(&self) -> EhrResult<String> {
        if let Some(name) = &self.config.default_patient_type_name {
            return Ok(name.clone());
        }
        let kind = self.default_type().await?;
        let types = self.patient_types().await?;
        let named = types.iter().find(|known| known.id == kind).and_then(|known| known.name.clone());
        named.ok_or_else(|| {
            EhrError::failed(
                "The connection's setting default_patient_type names no patient type of Webdoc's.",
            )
        })
    }
}

/// What no new patient of Webdoc's can have.
fn unsupported(new: &NewPatient) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut refuse = |path: &str, detail: &str| faults.push(Fault::at(path, FaultCode::NotSupported, detail));
    if new.external_id_type.is_some_and(|kind| kind != ExternalIdType::SePersonalNumber) {
        refuse("external_id_type", "Webdoc knows patients by Swedish numbers only.");
    }
    if new.phones.len() > 1 {
        refuse("phones.1", "Webdoc's API holds one mobile number.");
    }
    if new.emails.len() > 1 {
        refuse("emails.1", "Webdoc keeps one e-mail address.");
    }
    if new.gender == Some(Gender::Other) {
        refuse("gender", "Webdoc knows female and male.");
    }
    match &new.address {
        Some(_) if new.external_id.is_some() => refuse(
            "address",
            "Webdoc takes the address from the population register: leave it out, and change it afterwards if it is another.",
        ),
        Some(address) if address.country.is_some() => refuse("address.country", "Webdoc keeps no country."),
        Some(_) | None => {}
    }
    faults
}

/// What the number says otherwise.
fn contradictions(new: &NewPatient, number: &SwedishNumber, faults: &mut Vec<Fault>) {
    let differs =
        |given: Option<Date>| given.zip(number.birth_date()).is_some_and(|(given, own)| given != own);
    if differs(new.date_of_birth) {
        faults.push(Fault::at(
            "date_of_birth",
            FaultCode::BadInput,
            "external_id is the number of somebody with another date of birth.",
        ));
    }
    let given = new.gender.filter(|gender| matches!(gender, Gender::Female | Gender::Male));
    if given.zip(number.sex()).is_some_and(|(given, own)| given != mapping::gender_of(own)) {
        faults.push(Fault::at(
            "gender",
            FaultCode::BadInput,
            "external_id is the number of somebody of the other gender.",
        ));
    }
}

/// What Webdoc must be told of a patient whom no register knows.
fn missing(new: &NewPatient, faults: &mut Vec<Fault>) {
    // An external_id that is no number has its own fault.
    if new.external_id.is_some() {
        return;
    }
    let empty = |name: &Option<String>| name.as_deref().is_none_or(|name| name.trim().is_empty());
    for (path, lacks) in [
        ("first_name", empty(&new.first_name)),
        ("last_name", empty(&new.last_name)),
        ("date_of_birth", new.date_of_birth.is_none()),
        ("gender", matches!(new.gender, None | Some(Gender::Unknown))),
    ] {
        if lacks {
            faults.push(Fault::at(
                path,
                FaultCode::MissingRequiredField,
                "Webdoc needs it of a patient without a Swedish number.",
            ));
        }
    }
}
