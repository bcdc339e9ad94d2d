//! Patients: search, upsert, change.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use vardbro_ehr::{EhrError, EhrResult, Thing};
use vardbro_model::error::{Fault, FaultCode};
use vardbro_model::page::{Page, PageRequest};
use vardbro_model::patient::{Match, NewPatient, Patient, PatientChanges, PatientSearch, Upserted, folded};

use super::paging::{Listing, Order};
use super::session::Session;
use super::turns::Turn;
use super::units::Unit;
use crate::mapping::patient as mapping;
use crate::wire::patients::{self as native, Patient as NativePatient};
use crate::wire::{Filters, Id};

const OLDEST_FIRST: Listing<NativePatient> = Listing {
    list: native::list,
    field: "created_at",
    order: Order::Ascending,
    at: |patient| patient.created_at,
    id: |patient| patient.id,
};

impl Session<'_> {
    /// A patient who is neither archived nor merged into another one.
    pub(super) async fn live_patient(&self, id: Id) -> EhrResult<NativePatient> {
        let found = self.get(native::get(self.api(), id), Thing::Patient).await?;
        if found.is_live() { Ok(found) } else { Err(EhrError::not_found(Thing::Patient)) }
    }

    pub(super) async fn search_patients(
        &self,
        unit: &Unit,
        search: PatientSearch,
        request: PageRequest,
    ) -> EhrResult<Page<Patient>> {
        let PatientSearch { first_name, last_name, date_of_birth, external_id, phone, email } = search;
        let mut filters = names(first_name.as_deref(), last_name.as_deref());
        if let Some(date) = date_of_birth {
            filters = filters.is("date_of_birth", date);
        }
        if let Some(external_id) = &external_id {
            filters = filters.is("old_reference_id", external_id.trim());
        }
        if let Some(email) = &email {
            filters = filters.contains("email", email.trim());
        }
        let only_phone =
            [&first_name, &last_name, &external_id, &email].iter().all(|filter| filter.is_none());
        if phone.is_some() && only_phone && date_of_birth.is_none() {
            return Err(EhrError::fault(
                "phone",
                FaultCode::NotSupported,
                "Cliniko cannot search by phone alone: give another filter too.",
            ));
        }

        let same = |wanted: &Option<String>, found: Option<&String>| {
            wanted.as_ref().is_none_or(|wanted| found.is_some_and(|found| folded(found) == folded(wanted)))
        };
        let wanted = |row: &NativePatient| {
            row.is_live()
                && same(&first_name, row.first_name.as_ref())
                && same(&last_name, row.last_name.as_ref())
                && same(&email, row.email.as_ref())
                && external_id
                    .as_ref()
                    .is_none_or(|id| row.old_reference_id.as_deref().map(str::trim) == Some(id.trim()))
                && date_of_birth.is_none_or(|date| row.date_of_birth == Some(date))
                && phone.as_ref().is_none_or(|phone| self.read_patient(unit, row).phones.contains(phone))
        };
        let page = OLDEST_FIRST.page(self, filters, (None, None), &request, wanted).await?;
        Ok(page.map(|row| self.read_patient(unit, &row)))
    }

    fn read_patient(&self, unit: &Unit, native: &NativePatient) -> Patient {
        mapping::patient(native, &unit.id, unit.country())
    }

    pub(super) async fn upsert_patient(&self, unit: &Unit, new: NewPatient) -> EhrResult<Upserted> {
        let mut faults = unsupported(new.external_id_type.is_some(), new.emails.len());
        for (name, path) in [(&new.first_name, "first_name"), (&new.last_name, "last_name")] {
            if name.as_deref().is_none_or(|name| name.trim().is_empty()) {
                faults.push(Fault::at(path, FaultCode::MissingRequiredField, "Cliniko requires it."));
            }
        }
        if !faults.is_empty() {
            return Err(EhrError::invalid(faults));
        }

        // Two that create the same person at the same moment take turns, so that the second one finds the first's.
        let _turn = self.take_turns([Turn::Person(person(&new))]).await?;
        match new.find_among(self.candidates(unit, &new).await?) {
            Match::One(patient) => Ok(Upserted { patient: *patient, created: false }),
            Match::Several => Err(EhrError::invalid(vec![Fault::of_request(
                FaultCode::AmbiguousPatient,
                "Several patients match. Use external_id, or the patient's id.",
            )])),
            Match::Nobody => {
                let created = self.run(native::create(self.api(), &mapping::new_fields(new))).await?;
                Ok(Upserted { patient: self.read_patient(unit, &created), created: true })
            }
        }
    }

    /// Those who could be the new patient.
    async fn candidates(&self, unit: &Unit, new: &NewPatient) -> EhrResult<Vec<Patient>> {
        let filters = match &new.external_id {
            Some(external_id) => Filters::default().is("old_reference_id", external_id),
            // A name alone is no match: nothing to look for.
            None if new.emails.is_empty() && new.phones.is_empty() => return Ok(Vec::new()),
            None => names(new.first_name.as_deref(), new.last_name.as_deref()),
        };
        let rows = self.all(native::list(self.api(), &filters)).await?;
        let mut seen = BTreeSet::new();
        let live = rows.iter().filter(|row| row.is_live() && seen.insert(row.id));
        Ok(live.map(|row| self.read_patient(unit, row)).collect())
    }

    pub(super) async fn update_patient(
        &self,
        unit: &Unit,
        id: Id,
        changes: PatientChanges,
    ) -> EhrResult<Patient> {
        let emails = changes.emails.as_ref().map_or(0, Vec::len);
        let mut faults = unsupported(matches!(changes.external_id_type, Some(Some(_))), emails);
        for (name, path) in [(&changes.first_name, "first_name"), (&changes.last_name, "last_name")] {
            if name.as_ref().is_some_and(|name| name.as_deref().is_none_or(|name| name.trim().is_empty())) {
                faults.push(Fault::at(path, FaultCode::MissingRequiredField, "Cliniko requires it."));
            }
        }
        if !faults.is_empty() {
            return Err(EhrError::invalid(faults));
        }
        let present = self.live_patient(id).await?;
        let fields = mapping::changed_fields(changes, &present, unit.country());
        let changed = self.get(native::update(self.api(), id, &fields), Thing::Patient).await?;
        Ok(self.read_patient(unit, &changed))
    }
}

/// Whether names are compared in full is ours to say; that the filter contains them narrows the list.
fn names(first: Option<&str>, last: Option<&str>) -> Filters {
    let mut filters = Filters::default();
    for (field, name) in [("first_name", first), ("last_name", last)] {
        if let Some(name) = name.map(str::trim).filter(|name| !name.is_empty()) {
            filters = filters.contains(field, name);
        }
    }
    filters
}

fn unsupported(external_id_type: bool, emails: usize) -> Vec<Fault> {
    let mut faults = Vec::new();
    if external_id_type {
        faults.push(Fault::at(
            "external_id_type",
            FaultCode::NotSupported,
            "Cliniko keeps a number, but not of what kind it is.",
        ));
    }
    if emails > 1 {
        faults.push(Fault::at("emails.1", FaultCode::NotSupported, "Cliniko keeps one e-mail address."));
    }
    faults
}

fn person(new: &NewPatient) -> u64 {
    let mut hasher = DefaultHasher::new();
    match &new.external_id {
        Some(external_id) => external_id.hash(&mut hasher),
        None => {
            new.first_name.as_deref().map(folded).hash(&mut hasher);
            new.last_name.as_deref().map(folded).hash(&mut hasher);
        }
    }
    hasher.finish()
}
