//! What the EHR holds, and how its things are found.

use std::collections::BTreeMap;
use std::fmt::Debug;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rand::SeedableRng;
use rand::rngs::StdRng;
use vardbro_ehr::{EhrError, EhrResult, Thing};
use vardbro_model::care_unit::CareUnit;
use vardbro_model::error::{Fault, FaultCode};
use vardbro_model::healthcare_service::HealthcareService;
use vardbro_model::id::{AppointmentId, CareUnitId, HealthcareServiceId, PatientId, ResourceId};
use vardbro_model::national::{HsaId, NorwegianNumber, SwedishNumber};
use vardbro_model::page::{Page, PageRequest};
use vardbro_model::patient::Patient;
use vardbro_model::resource::Resource;
use vardbro_model::typed_id::ResourceRef;

use crate::appointments::Held;
use crate::availability::Block;
use crate::calendar::Shift;
use crate::confirmation::{Message, Withdrawal};
use crate::documents::Filed;
use crate::notes::Written;

/// Everything, behind one lock.
pub(crate) struct State {
    /// The day of the seed, in UTC: recurring hours begin some weeks before it.
    pub(crate) seeded_on: Date,
    pub(crate) care_units: Vec<Unit>,
    pub(crate) services: Vec<HealthcareService>,
    pub(crate) resources: Vec<Bookable>,
    pub(crate) blocks: Vec<Block>,
    /// `care_unit_id` in here is the one of the last answer: patients belong to the whole EHR.
    pub(crate) patients: BTreeMap<PatientId, Patient>,
    pub(crate) appointments: BTreeMap<AppointmentId, Held>,
    pub(crate) withdrawals: BTreeMap<AppointmentId, Withdrawal>,
    pub(crate) notes: Vec<Written>,
    pub(crate) documents: Vec<Filed>,
    pub(crate) outbox: Vec<Message>,
    pub(crate) dice: StdRng,
    last_number: u64,
}

/// A care unit and its ways.
pub(crate) struct Unit {
    pub(crate) unit: CareUnit,
    pub(crate) zone: TimeZone,
    /// Whether bookings and cancels wait for a code.
    pub(crate) asks_for_codes: bool,
}

/// A resource, what else it is found by, and when it works.
pub(crate) struct Bookable {
    pub(crate) resource: Resource,
    pub(crate) hsa_id: Option<HsaId>,
    pub(crate) number: Option<StaffNumber>,
    pub(crate) week: &'static [Shift],
}

/// A practitioner's national number.
pub(crate) enum StaffNumber {
    Swedish(SwedishNumber),
    Norwegian(NorwegianNumber),
}

impl State {
    /// An EHR without anything in it; numbers given from now on follow `last_number`.
    pub(crate) fn empty(now: Timestamp, seed: u64, last_number: u64) -> Self {
        Self {
            seeded_on: TimeZone::UTC.to_datetime(now).date(),
            care_units: Vec::new(),
            services: Vec::new(),
            resources: Vec::new(),
            blocks: Vec::new(),
            patients: BTreeMap::new(),
            appointments: BTreeMap::new(),
            withdrawals: BTreeMap::new(),
            notes: Vec::new(),
            documents: Vec::new(),
            outbox: Vec::new(),
            dice: StdRng::seed_from_u64(seed),
            last_number,
        }
    }

    /// A number that was never given before in this process, for a new id.
    pub(crate) fn next_number(&mut self) -> u64 {
        self.last_number = self.last_number.saturating_add(1);
        self.last_number
    }

    pub(crate) fn last_number(&self) -> u64 {
        self.last_number
    }

    pub(crate) fn unit(&self, id: &CareUnitId) -> EhrResult<&Unit> {
        self.care_units
            .iter()
            .find(|unit| unit.unit.id == *id)
            .ok_or_else(|| EhrError::not_found(Thing::CareUnit))
    }

    pub(crate) fn service(
        &self,
        care_unit: &CareUnitId,
        id: &HealthcareServiceId,
    ) -> EhrResult<&HealthcareService> {
        self.services
            .iter()
            .find(|service| service.care_unit_id == *care_unit && service.id == *id)
            .ok_or_else(|| EhrError::not_found(Thing::HealthcareService))
    }

    pub(crate) fn resource(&self, care_unit: &CareUnitId, named: &ResourceRef) -> EhrResult<&Bookable> {
        self.resources
            .iter()
            .find(|bookable| bookable.resource.care_unit_id == *care_unit && bookable.is(named))
            .ok_or_else(|| EhrError::not_found(Thing::Resource))
    }

    pub(crate) fn resources(
        &self,
        care_unit: &CareUnitId,
        offering: Option<&HealthcareServiceId>,
    ) -> EhrResult<Vec<Resource>> {
        self.unit(care_unit)?;
        if let Some(service) = offering {
            self.service(care_unit, service)?;
        }
        let wanted = |resource: &&Resource| {
            resource.care_unit_id == *care_unit
                && offering.is_none_or(|service| resource.healthcare_service_ids.contains(service))
        };
        let mut found: Vec<Resource> =
            self.resources.iter().map(|bookable| &bookable.resource).filter(wanted).cloned().collect();
        found.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        Ok(found)
    }

    pub(crate) fn services(
        &self,
        care_unit: &CareUnitId,
        offered_by: Option<&ResourceRef>,
    ) -> EhrResult<Vec<HealthcareService>> {
        self.unit(care_unit)?;
        let offered = match offered_by {
            None => None,
            Some(named) => Some(&self.resource(care_unit, named)?.resource.healthcare_service_ids),
        };
        let wanted = |service: &&HealthcareService| {
            service.care_unit_id == *care_unit && offered.is_none_or(|offered| offered.contains(&service.id))
        };
        let mut found: Vec<HealthcareService> = self.services.iter().filter(wanted).cloned().collect();
        found.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        Ok(found)
    }

    pub(crate) fn care_units(&self) -> Vec<CareUnit> {
        let mut units: Vec<CareUnit> = self.care_units.iter().map(|unit| unit.unit.clone()).collect();
        units.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        units
    }

    /// The resource's record, by the id that an appointment or block holds.
    pub(crate) fn bookable(&self, id: &ResourceId) -> EhrResult<&Bookable> {
        self.resources
            .iter()
            .find(|bookable| bookable.resource.id == *id)
            .ok_or_else(|| EhrError::not_found(Thing::Resource))
    }
}

impl Bookable {
    fn is(&self, named: &ResourceRef) -> bool {
        match (named, &self.number) {
            (ResourceRef::Id(id), _) => self.resource.id == *id,
            (ResourceRef::Hsa(hsa), _) => self.hsa_id.as_ref() == Some(hsa),
            (ResourceRef::Swedish(wanted), Some(StaffNumber::Swedish(number))) => number == wanted,
            (ResourceRef::Norwegian(wanted), Some(StaffNumber::Norwegian(number))) => number == wanted,
            _ => false,
        }
    }

    pub(crate) fn offers(&self, service: &HealthcareServiceId) -> bool {
        self.resource.healthcare_service_ids.contains(service)
    }
}

/// How long an appointment for this service takes.
pub(crate) fn length(service: &HealthcareService) -> SignedDuration {
    SignedDuration::from_mins(i64::from(service.duration_minutes.unwrap_or_default()))
}

/// One page of a list, by an offset of ours.
pub(crate) fn page_of<T>(all: Vec<T>, request: &PageRequest) -> EhrResult<Page<T>> {
    Page::of_all(all, request).ok_or_else(|| {
        EhrError::invalid(vec![Fault::at("cursor", FaultCode::BadInput, "This is no cursor of this list.")])
    })
}

/// A value that cannot be wrong: a constant of the seed, which the tests build in whole, or an id of our own making.
#[expect(
    clippy::expect_used,
    reason = "only called on constants and on ids made of letters, a dash and a number"
)]
pub(crate) fn certain<T, E: Debug>(parsed: Result<T, E>) -> T {
    parsed.expect("a constant of the seed, or an id of our own making")
}
