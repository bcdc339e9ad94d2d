//! Patients: found by their number, and created with it.

use vardbro_ehr::{EhrError, EhrResult, Thing};
use vardbro_model::error::FaultCode;
use vardbro_model::id::CareUnitId;
use vardbro_model::national::SwedishNumber;
use vardbro_model::page::{Page, PageRequest};
use vardbro_model::patient::{NewPatient, Patient, PatientSearch, Upserted};
use vardbro_model::typed_id::PatientRef;

use super::session::{Session, is_lost};
use super::units::Unit;
use crate::config::Service;
use crate::error;
use crate::mapping::patient as mapping;
use crate::wire::patients::{self as native, Patient as Native};

impl Session<'_> {
    /// The patient of a number. Somebody else's record is never one.
    pub(super) async fn native_patient(&self, unit: &Unit, number: &str) -> EhrResult<Option<Native>> {
        let endpoint = self.config.services.at(Service::GetPatient)?;
        let found = self.run(native::get(&self.api, endpoint, &unit.key, number)).await?;
        Ok(found.into_iter().find(|patient| patient.id == number))
    }

    /// Refuses a patient whom TakeCare does not know. Where patients cannot be looked up that cannot be told.
    pub(super) async fn require_patient(&self, unit: &Unit, number: &SwedishNumber) -> EhrResult<()> {
        if !self.config.services.has(Service::GetPatient) {
            return Ok(());
        }
        match self.native_patient(unit, number.digits()).await? {
            Some(_) => Ok(()),
            None => Err(EhrError::not_found(Thing::Patient)),
        }
    }

    pub(super) async fn patient(&self, unit: &Unit, patient: &PatientRef) -> EhrResult<Patient> {
        let number = mapping::number(patient, self.today())?;
        let found = self.native_patient(unit, number.digits()).await?;
        self.read(&found.ok_or_else(|| EhrError::not_found(Thing::Patient))?, &unit.id)
    }

    fn read(&self, native: &Native, unit: &CareUnitId) -> EhrResult<Patient> {
        mapping::patient(native, unit, self.today())
            .ok_or_else(|| EhrError::failed("TakeCare answered a patient whose number is none."))
    }

    /// What is no number finds nobody.
    pub(super) async fn search_patients(
        &self,
        unit: &Unit,
        search: PatientSearch,
        request: PageRequest,
    ) -> EhrResult<Page<Patient>> {
        let text = search.external_id.unwrap_or_default();
        let found = match mapping::parsed(&text, "external_id", self.today()) {
            Ok(number) => self.native_patient(unit, number.digits()).await?,
            Err(_) => None,
        };
        let found: Vec<Patient> =
            found.iter().map(|native| self.read(native, &unit.id)).collect::<EhrResult<_>>()?;
        Page::of_all(found, &request).ok_or_else(|| {
            EhrError::fault("cursor", FaultCode::BadInput, "This cursor does not come from an earlier page.")
        })
    }

    pub(super) async fn upsert_patient(&self, unit: &Unit, new: NewPatient) -> EhrResult<Upserted> {
        let new = mapping::new_patient(new, self.today())?;
        let endpoint = self.config.services.at(Service::CreatePatient)?;
        if let Some(known) = self.native_patient(unit, &new.id).await? {
            return Ok(Upserted { patient: self.read(&known, &unit.id)?, created: false });
        }
        let created = match self.exchange(native::create(&self.api, endpoint, &unit.key, &new)).await {
            Ok(Ok(created)) if created.id == new.id => created,
            Ok(Ok(_)) => {
                let other = error::lost("TakeCare answered another patient than was created".to_owned());
                self.native_patient(unit, &new.id).await.ok().flatten().ok_or(other)?
            }
            Ok(Err(refused)) => {
                return Err(refused.says(EhrError::fault(
                    "external_id",
                    FaultCode::InvalidPatientId,
                    "TakeCare refused a patient with this number.",
                )));
            }
            // There was no such patient before.
            Err(error) if is_lost(&error) => {
                self.native_patient(unit, &new.id).await.ok().flatten().ok_or(error)?
            }
            Err(error) => return Err(error),
        };
        Ok(Upserted { patient: self.read(&created, &unit.id)?, created: true })
    }
}
