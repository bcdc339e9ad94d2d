//! Patients: looked up by their number, changed.

use http::StatusCode;
use vardbro_ehr::{EhrError, EhrResult, Thing};
use vardbro_model::error::{Fault, FaultCode};
use vardbro_model::page::{Page, PageRequest};
use vardbro_model::patient::{Patient, PatientChanges, PatientSearch};
use vardbro_model::phone::Phone;
use vardbro_model::typed_id::PatientRef;

use super::session::{Failed, Session};
use super::units::Unit;
use crate::mapping::number::Number;
use crate::mapping::patient as mapping;
use crate::wire::patients::{self as native, Patient as Native};
use crate::wire::types::{self, PatientType};
use crate::wire::{Code, Scope};

impl Session<'_> {
    /// The number that a reference is.
    pub(super) fn number(&self, patient: &PatientRef) -> EhrResult<Number> {
        match patient {
            PatientRef::Swedish(number) => Ok(Number::Swedish(number.clone())),
            PatientRef::Id(id) => {
                Number::read(id.as_str(), self.today()).ok_or_else(|| EhrError::not_found(Thing::Patient))
            }
            PatientRef::Norwegian(_) | PatientRef::Nhs(_) => Err(EhrError::fault(
                "patient_id",
                FaultCode::PatientIdLookupTypeNotSupported,
                "Webdoc knows patients by Swedish numbers only.",
            )),
        }
    }

    /// The patient with this number, if there is one. Webdoc answers 404 for a number that it does not know, and may do worse for
    /// one that is no Swedish number.
    pub(super) async fn find_patient(&self, number: &Number) -> EhrResult<Option<Native>> {
        let found = match self.exchange(native::by_number(self.api(), &number.native())).await? {
            Ok(found) => found,
            Err(refusal) if says_unknown(refusal.status()) => return Ok(None),
            Err(refusal) => return Err(refusal.error()),
        };
        let today = self.today();
        let mut same = found.into_iter().filter(|one| mapping::number(one, today).as_ref() == Some(number));
        let first = same.next();
        let another = same.any(|other| first.as_ref().is_some_and(|first| first.id != other.id));
        if another {
            return Err(EhrError::invalid(vec![Fault::of_request(
                FaultCode::AmbiguousPatient,
                "Webdoc has several patients with this number.",
            )]));
        }
        Ok(first)
    }

    pub(super) async fn patient_of(&self, number: &Number) -> EhrResult<Native> {
        self.find_patient(number).await?.ok_or_else(|| EhrError::not_found(Thing::Patient))
    }

    pub(super) fn read_patient(&self, unit: &Unit, native: &Native) -> EhrResult<Patient> {
        mapping::patient(native, &unit.id, self.today()).ok_or_else(|| {
            EhrError::failed("Webdoc's answer has no number that the patient could be known by.")
        })
    }

    pub(super) async fn search_patients(
        &self,
        unit: &Unit,
        search: PatientSearch,
        request: PageRequest,
    ) -> EhrResult<Page<Patient>> {
        let Some(external_id) = search.external_id else {
            return Err(EhrError::invalid(vec![Fault::of_request(
                FaultCode::NotSupported,
                "Webdoc finds patients by their number only: give external_id.",
            )]));
        };
        let found = match Number::read(&external_id, self.today()) {
            Some(number) => self.find_patient(&number).await?,
            None => None,
        };
        let found = found.map(|native| self.read_patient(unit, &native)).transpose()?;
        Page::of_all(found.into_iter().collect(), &request).ok_or_else(|| {
            EhrError::fault("cursor", FaultCode::BadInput, "This cursor does not come from an earlier page.")
        })
    }

    pub(super) async fn update_patient(
        &self,
        unit: &Unit,
        number: &Number,
        mut changes: PatientChanges,
    ) -> EhrResult<Patient> {
        let mut faults = unsupported_changes(&changes);
        if !faults.is_empty() {
            return Err(EhrError::invalid(faults));
        }
        let native = self.patient_of(number).await?;
        let mut mobile = changes.phones.as_deref().map(|phones| new_mobile(phones, &native, &mut faults));
        if !faults.is_empty() {
            return Err(EhrError::invalid(faults));
        }
        let number = mapping::own_number(&native, number.clone(), self.today());
        let present = self.read_patient(unit, &native)?;
        if let (Some(phones), Some(new)) = (&changes.phones, &mobile) {
            // Webdoc keeps no order: the mobile number is told first. The same phones in any order are no change.
            let same =
                phones.len() == present.phones.len() && phones.iter().all(|one| present.phones.contains(one));
            let fixed = mapping::fixed_phones(&native);
            let kept = present.phones.iter().filter(|phone| fixed.contains(phone));
            let told = new.iter().chain(kept).cloned().collect();
            changes.phones = (!same).then_some(told);
            mobile = mobile.filter(|_| !same);
        }
        let expected = mapping::changed(present.clone(), &changes);
        if expected == present {
            return Ok(present);
        }
        let change = mapping::change(&changes, mobile);
        let read_again = async {
            let native = self.patient_of(&number).await?;
            self.read_patient(unit, &native)
        };
        match self.attempt(native::change(self.api(), &number.native(), &change)).await {
            // It is changed, whatever became of reading it again.
            Ok(()) => Ok(read_again.await.unwrap_or(expected)),
            Err(Failed::InDoubt(doubt)) => {
                doubt.settle(read_again.await.map(|found| Some(found).filter(|found| *found == expected)))
            }
            Err(Failed::Refused(refusal)) if refusal.status() == StatusCode::NOT_FOUND => {
                Err(EhrError::not_found(Thing::Patient))
            }
            Err(failed) => Err(failed.unsettled()),
        }
    }

    pub(super) async fn patient_types(&self) -> EhrResult<std::sync::Arc<Vec<PatientType>>> {
        let ask = || self.run(types::patient_types(self.api()));
        self.memory.patient_types.get(self.config.key, self.ctx.fresh, ask).await
    }

    /// The patient type of a booking or a note: the connection's, else the patient's own, else the one preset for the caregiver, else the
    /// first that there is; `None` where nothing of this is known.
    pub(super) async fn patient_type(&self, patient: &Native, caregiver: &str) -> EhrResult<Option<Code>> {
        let own = patient.patient_type.as_ref().and_then(|kind| kind.id);
        if let Some(kind) = self.config.default_patient_type.or(own) {
            return Ok(Some(kind));
        }
        let users = self.users().await?;
        let user = users.iter().find(|user| user.id == caregiver);
        let preset = user.and_then(|user| user.settings.as_ref()?.default_patient_type_id);
        match preset {
            Some(preset) => Ok(Some(preset)),
            None if self.has(Scope::PatientTypesRead).await? => {
                Ok(self.patient_types().await?.first().map(|first| first.id))
            }
            None => Ok(None),
        }
    }
}

/// Whether a look-up's refusal means that nobody has the number; others, such as a 408, say nothing of it.
fn says_unknown(status: StatusCode) -> bool {
    matches!(status, StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY)
}

fn unsupported_changes(changes: &PatientChanges) -> Vec<Fault> {
    let PatientChanges {
        external_id,
        external_id_type,
        first_name,
        last_name,
        date_of_birth,
        gender,
        phones: _,
        emails,
        address,
    } = changes;
    let mut faults = Vec::new();
    let mut refuse = |path: &str, code, detail: &str| faults.push(Fault::at(path, code, detail));
    for (path, given) in [
        ("external_id", external_id.is_some()),
        ("external_id_type", external_id_type.is_some()),
        ("date_of_birth", date_of_birth.is_some()),
        ("gender", gender.is_some()),
    ] {
        if given {
            refuse(path, FaultCode::NotSupported, "Webdoc's API cannot change it.");
        }
    }
    for (path, name) in [("first_name", first_name), ("last_name", last_name)] {
        if name.as_ref().is_some_and(|name| name.as_deref().is_none_or(|name| name.trim().is_empty())) {
            refuse(path, FaultCode::MissingRequiredField, "A patient in Webdoc has a name.");
        }
    }
    if emails.as_ref().is_some_and(|emails| emails.len() > 1) {
        refuse("emails.1", FaultCode::NotSupported, "Webdoc keeps one e-mail address.");
    }
    if matches!(address, Some(Some(address)) if address.country.is_some()) {
        refuse("address.country", FaultCode::NotSupported, "Webdoc keeps no country.");
    }
    faults
}

/// The mobile number among the phones that the patient is to have. The home and work numbers cannot be changed, so they must be there.
fn new_mobile(phones: &[Phone], present: &Native, faults: &mut Vec<Fault>) -> Option<Phone> {
    let fixed = mapping::fixed_phones(present);
    if !fixed.iter().all(|phone| phones.contains(phone)) {
        faults.push(Fault::at(
            "phones",
            FaultCode::NotSupported,
            "Webdoc's API changes the mobile number only: give the patient's home and work numbers too.",
        ));
    }
    let mut others = phones.iter().enumerate().filter(|(_, phone)| !fixed.contains(phone));
    let mobile = others.next().map(|(_, phone)| phone.clone());
    faults.extend(others.map(|(index, _)| {
        Fault::at(format!("phones.{index}"), FaultCode::NotSupported, "Webdoc's API holds one mobile number.")
    }));
    mobile
}
