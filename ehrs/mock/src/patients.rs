//! Patients. They belong to the whole EHR: every care unit sees all of them.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use vardbro_ehr::{EhrError, EhrResult, Thing};
use vardbro_model::error::{Fault, FaultCode};
use vardbro_model::id::{CareUnitId, PatientId};
use vardbro_model::national::{NhsNumber, NorwegianNumber, Strictness, SwedishNumber};
use vardbro_model::page::{Page, PageRequest};
use vardbro_model::patient::{
    ExternalIdType, Gender, Match, NewPatient, Patient, PatientChanges, PatientSearch, Upserted, folded,
};
use vardbro_model::typed_id::PatientRef;

use crate::state::{State, certain, page_of};

impl State {
    /// Resolves an id of any type.
    pub(crate) fn patient_id(&self, named: &PatientRef) -> EhrResult<PatientId> {
        self.find_patient(named).map(|patient| patient.id.clone())
    }

    pub(crate) fn patient(&self, care_unit: &CareUnitId, named: &PatientRef) -> EhrResult<Patient> {
        self.unit(care_unit)?;
        self.find_patient(named).map(|patient| seen_at(care_unit, patient))
    }

    pub(crate) fn search_patients(
        &self,
        care_unit: &CareUnitId,
        search: &PatientSearch,
        page: &PageRequest,
        now: Timestamp,
    ) -> EhrResult<Page<Patient>> {
        self.unit(care_unit)?;
        let today = today(now);
        let mut found: Vec<&Patient> =
            self.patients.values().filter(|patient| fits(patient, search, today)).collect();
        found.sort_by_key(|patient| (&patient.last_name, &patient.first_name, &patient.id));
        Ok(page_of(found, page)?.map(|patient| seen_at(care_unit, patient)))
    }

    pub(crate) fn create_patient(
        &mut self,
        care_unit: &CareUnitId,
        new: NewPatient,
        now: Timestamp,
    ) -> EhrResult<Upserted> {
        self.unit(care_unit)?;
        let external_id = match &new.external_id {
            Some(number) => Some(canonical(number, new.external_id_type, today(now))?),
            None if new.external_id_type.is_some() => return Err(type_without_number()),
            None => None,
        };
        let new = NewPatient { external_id, ..new };
        match new.find_among(self.candidates(&new)) {
            Match::One(patient) => Ok(Upserted { patient: seen_at(care_unit, &patient), created: false }),
            Match::Several => Err(EhrError::invalid(vec![Fault::of_request(
                FaultCode::AmbiguousPatient,
                "Several patients match. Give external_id, or use the id of the one that is meant.",
            )])),
            Match::Nobody => {
                let patient = self.admit(care_unit, new)?;
                Ok(Upserted { patient, created: true })
            }
        }
    }

    pub(crate) fn update_patient(
        &mut self,
        care_unit: &CareUnitId,
        named: &PatientRef,
        changes: PatientChanges,
        now: Timestamp,
    ) -> EhrResult<Patient> {
        let before = self.patient(care_unit, named)?;
        let PatientChanges {
            external_id,
            external_id_type,
            first_name,
            last_name,
            date_of_birth,
            gender,
            phones,
            emails,
            address,
        } = changes;
        let external_id = external_id.unwrap_or_else(|| before.external_id.clone());
        if external_id.is_none() && matches!(external_id_type, Some(Some(_))) {
            return Err(type_without_number());
        }
        let kind = external_id_type.unwrap_or(before.external_id_type);
        // A type goes with its number: emptying the number empties both.
        let (external_id, external_id_type) = match external_id {
            Some(number) => (Some(canonical(&number, kind, today(now))?), kind),
            None => (None, None),
        };
        if external_id.is_some() && self.holder_of(&external_id).is_some_and(|holder| holder.id != before.id)
        {
            return Err(EhrError::conflict("Another patient already has this external_id."));
        }
        let after = Patient {
            external_id,
            external_id_type,
            first_name: first_name.unwrap_or(before.first_name),
            last_name: last_name.unwrap_or(before.last_name),
            date_of_birth: date_of_birth.unwrap_or(before.date_of_birth),
            gender: gender.unwrap_or(before.gender),
            phones: phones.unwrap_or(before.phones),
            emails: emails.unwrap_or(before.emails),
            address: address.unwrap_or(before.address),
            id: before.id,
            emr_id: before.emr_id,
            care_unit_id: before.care_unit_id,
        };
        self.patients.insert(after.id.clone(), after.clone());
        Ok(after)
    }

    fn admit(&mut self, care_unit: &CareUnitId, new: NewPatient) -> EhrResult<Patient> {
        let NewPatient {
            external_id,
            external_id_type,
            first_name,
            last_name,
            date_of_birth,
            gender,
            phones,
            emails,
            address,
        } = new;
        if external_id.is_none() && first_name.is_none() && last_name.is_none() {
            let missing = |field| {
                Fault::at(field, FaultCode::MissingRequiredField, "A patient needs a name or a number.")
            };
            return Err(EhrError::invalid(vec![missing("first_name"), missing("last_name")]));
        }
        let id = certain(PatientId::parse(&format!("pat-{}", self.next_number())));
        let patient = Patient {
            emr_id: id.as_str().to_owned(),
            id,
            care_unit_id: care_unit.clone(),
            external_id_type,
            external_id,
            first_name,
            last_name,
            date_of_birth,
            gender: gender.unwrap_or(Gender::Unknown),
            phones,
            emails,
            address,
        };
        self.patients.insert(patient.id.clone(), patient.clone());
        Ok(patient)
    }

    fn find_patient(&self, named: &PatientRef) -> EhrResult<&Patient> {
        let (kind, number) = match named {
            PatientRef::Id(id) => {
                return self.patients.get(id).ok_or_else(|| EhrError::not_found(Thing::Patient));
            }
            PatientRef::Swedish(number) => (ExternalIdType::SePersonalNumber, number.digits()),
            PatientRef::Norwegian(number) => (ExternalIdType::NoPersonalNumber, number.digits()),
            PatientRef::Nhs(number) => (ExternalIdType::NhsNumber, number.digits()),
        };
        self.patients
            .values()
            .find(|patient| {
                patient.external_id_type == Some(kind) && patient.external_id.as_deref() == Some(number)
            })
            .ok_or_else(|| EhrError::not_found(Thing::Patient))
    }

    fn holder_of(&self, external_id: &Option<String>) -> Option<&Patient> {
        self.patients.values().find(|patient| patient.external_id == *external_id)
    }

    /// Everybody who may be the new patient: at least those whom `NewPatient::find_among` would find.
    fn candidates(&self, new: &NewPatient) -> Vec<Patient> {
        let last_name = new.last_name.as_deref().map(folded);
        self.patients
            .values()
            .filter(|patient| match &new.external_id {
                Some(_) => patient.external_id == new.external_id,
                None => last_name.is_some() && patient.last_name.as_deref().map(folded) == last_name,
            })
            .cloned()
            .collect()
    }
}

fn seen_at(care_unit: &CareUnitId, patient: &Patient) -> Patient {
    Patient { care_unit_id: care_unit.clone(), ..patient.clone() }
}

/// Decides the century of ten-digit Swedish numbers; a day more or less at midnight does not matter there.
fn today(now: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(now).date()
}

fn fits(patient: &Patient, search: &PatientSearch, today: Date) -> bool {
    let PatientSearch { first_name, last_name, date_of_birth, external_id, phone, email } = search;
    let same = |wanted: &Option<String>, has: &Option<String>| {
        wanted.as_deref().is_none_or(|wanted| has.as_deref().map(folded) == Some(folded(wanted)))
    };
    let same_number = |wanted: &str| {
        let spelled = canonical(wanted, patient.external_id_type, today).ok();
        patient.external_id.is_some()
            && (patient.external_id == spelled || patient.external_id.as_deref() == Some(wanted))
    };
    same(first_name, &patient.first_name)
        && same(last_name, &patient.last_name)
        && (date_of_birth.is_none() || *date_of_birth == patient.date_of_birth)
        && external_id.as_deref().is_none_or(same_number)
        && phone.as_ref().is_none_or(|phone| patient.phones.contains(phone))
        && email
            .as_deref()
            .is_none_or(|wanted| patient.emails.iter().any(|email| folded(email) == folded(wanted)))
}

fn type_without_number() -> EhrError {
    EhrError::fault("external_id_type", FaultCode::BadInput, "A type needs an external_id that is of it.")
}

/// The one spelling under which a national number is kept; a number of another kind stays as it is.
fn canonical(number: &str, kind: Option<ExternalIdType>, today: Date) -> EhrResult<String> {
    let digits = match kind {
        Some(ExternalIdType::SePersonalNumber) => {
            SwedishNumber::parse(number, today).map(|number| number.digits().to_owned())
        }
        Some(ExternalIdType::NoPersonalNumber) => {
            NorwegianNumber::parse(number, Strictness::Checksum).map(|number| number.digits().to_owned())
        }
        Some(ExternalIdType::NhsNumber) => NhsNumber::parse(number).map(|number| number.digits().to_owned()),
        Some(ExternalIdType::Other) | None => Ok(number.to_owned()),
    };
    digits.map_err(|fault| EhrError::fault("external_id", FaultCode::InvalidPatientId, fault.to_string()))
}
