//! Care units, resources, healthcare services: clinics, caregivers, booking types.

use std::sync::Arc;

use futures::try_join;
use vardbro_ehr::{EhrError, EhrResult, Thing};
use vardbro_model::care_unit::CareUnit;
use vardbro_model::error::FaultCode;
use vardbro_model::healthcare_service::HealthcareService;
use vardbro_model::id::{CareUnitId, HealthcareServiceId};
use vardbro_model::resource::Resource;
use vardbro_model::typed_id::ResourceRef;

use super::session::Session;
use crate::mapping::number::Number;
use crate::mapping::offer as mapping;
use crate::wire::Code;
use crate::wire::clinics::{self, Clinic};
use crate::wire::types::{self, BookingType};
use crate::wire::users::{self, User};

/// A clinic that is asked about.
pub(super) struct Unit {
    pub(super) id: CareUnitId,
}

impl Unit {
    /// Webdoc's id of it.
    pub(super) fn native(&self) -> &str {
        self.id.as_str()
    }
}

pub(super) fn service_code(service: &HealthcareServiceId) -> EhrResult<Code> {
    service.as_str().parse().map_err(|()| EhrError::not_found(Thing::HealthcareService))
}

impl Session<'_> {
    pub(super) async fn clinics(&self) -> EhrResult<Arc<Vec<Clinic>>> {
        let ask = || self.run(clinics::list(self.api()));
        self.memory.clinics.get(self.config.key, self.ctx.fresh, ask).await
    }

    pub(super) async fn users(&self) -> EhrResult<Arc<Vec<User>>> {
        let ask = || self.run(users::list(self.api()));
        self.memory.users.get(self.config.key, self.ctx.fresh, ask).await
    }

    pub(super) async fn caregivers(&self, unit: &Unit) -> EhrResult<Arc<Vec<User>>> {
        let key = (self.config.key, unit.native().to_owned());
        let ask = || self.run(users::caregivers(self.api(), unit.native()));
        self.memory.caregivers.get(key, self.ctx.fresh, ask).await
    }

    pub(super) async fn booking_types(&self) -> EhrResult<Arc<Vec<BookingType>>> {
        let ask = || self.run(types::booking_types(self.api()));
        self.memory.booking_types.get(self.config.key, self.ctx.fresh, ask).await
    }

    /// The clinic that a care unit id names.
    pub(super) async fn unit(&self, care_unit: &CareUnitId) -> EhrResult<Unit> {
        let clinics = self.clinics().await?;
        let known = clinics.iter().any(|clinic| clinic.id == care_unit.as_str());
        if known { Ok(Unit { id: care_unit.clone() }) } else { Err(EhrError::not_found(Thing::CareUnit)) }
    }

    pub(super) async fn care_units(&self) -> EhrResult<Vec<CareUnit>> {
        let clinics = self.clinics().await?;
        let mut units: Vec<CareUnit> =
            clinics.iter().filter_map(|clinic| mapping::care_unit(clinic, &self.config.zone)).collect();
        units.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        Ok(units)
    }

    /// The clinic's caregivers, with what the list of all users knows of them: two questions for however many.
    pub(super) async fn resources(&self, unit: &Unit) -> EhrResult<Vec<Resource>> {
        let (caregivers, users) = try_join!(self.caregivers(unit), self.users())?;
        let known = |caregiver: &User| users.iter().find(|user| user.id == caregiver.id);
        let mut resources: Vec<Resource> = caregivers
            .iter()
            .filter_map(|caregiver| mapping::resource(caregiver, known(caregiver), &unit.id))
            .collect();
        resources.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        Ok(resources)
    }

    /// The caregiver of the clinic whom a reference names.
    pub(super) async fn caregiver(&self, unit: &Unit, resource: &ResourceRef) -> EhrResult<User> {
        let caregivers = self.caregivers(unit).await?;
        let missing = || EhrError::not_found(Thing::Resource);
        let named = |id: &str| caregivers.iter().find(|caregiver| caregiver.id == id);
        let is_meant: Box<dyn Fn(&User) -> bool + Send + Sync> = match resource {
            ResourceRef::Id(id) => return named(id.as_str()).cloned().ok_or_else(missing),
            ResourceRef::Hsa(id) => {
                let id = id.canonical();
                Box::new(move |user| user.hsa_id.as_ref().is_some_and(|hsa| hsa.eq_ignore_ascii_case(&id)))
            }
            ResourceRef::Swedish(number) => {
                let number = Number::Swedish(number.clone());
                Box::new(move |user| user.personal_number.as_ref().is_some_and(|text| number.is(text)))
            }
            ResourceRef::Norwegian(_) => {
                return Err(EhrError::fault(
                    "resource_id",
                    FaultCode::NotSupported,
                    "Webdoc knows resources by its own id, HSA id or Swedish number.",
                ));
            }
        };
        let users = self.users().await?;
        let mut here = users.iter().filter(|user| is_meant(user)).filter_map(|user| named(&user.id));
        match (here.next(), here.next()) {
            (Some(only), None) => Ok(only.clone()),
            (None, _) => Err(missing()),
            (Some(_), Some(_)) => Err(EhrError::fault(
                "resource_id",
                FaultCode::InvalidResourceId,
                "Several users of Webdoc have this number: name one by its id.",
            )),
        }
    }

    /// The booking type that a healthcare service id names.
    pub(super) async fn booking_type(&self, service: &HealthcareServiceId) -> EhrResult<BookingType> {
        let code = service_code(service)?;
        let types = self.booking_types().await?;
        let found = types.iter().find(|kind| kind.id == code).cloned();
        found.ok_or_else(|| EhrError::not_found(Thing::HealthcareService))
    }

    pub(super) async fn healthcare_services(&self, unit: &Unit) -> EhrResult<Vec<HealthcareService>> {
        let types = self.booking_types().await?;
        let mut services: Vec<HealthcareService> =
            types.iter().filter_map(|kind| mapping::healthcare_service(kind, &unit.id)).collect();
        services.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        Ok(services)
    }
}
