//! The trait, answered: what is asked of whom in which order. One submodule per subject.

mod appointments;
mod availability;
mod booking;
mod check;
mod documents;
mod memory;
mod moving;
mod notes;
mod paging;
mod patients;
mod schedule;
mod session;
mod turns;
mod units;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use vardbro_ehr::connection::{Connection, Setting};
use vardbro_ehr::memory::PerConnection;
use vardbro_ehr::wire::{Tls, WireProfile};
use vardbro_ehr::{About, CheckReport, Ctx, Ehr, EhrError, EhrResult, EmrTemplate, Thing};
use vardbro_model::appointment::{Appointment, AppointmentChange, AppointmentQuery, Booking};
use vardbro_model::capabilities::{Capabilities, Operation};
use vardbro_model::care_unit::CareUnit;
use vardbro_model::document::{Document, DocumentWithContent, NewDocument};
use vardbro_model::ehr::EhrCode;
use vardbro_model::healthcare_service::HealthcareService;
use vardbro_model::id::{AppointmentId, CareUnitId, DocumentId, HealthcareServiceId, NoteId};
use vardbro_model::medical_note::{MedicalNote, NewNote, NoteTemplate};
use vardbro_model::page::{Page, PageRequest};
use vardbro_model::patient::{NewPatient, Patient, PatientChanges, PatientSearch, Upserted};
use vardbro_model::resource::Resource;
use vardbro_model::schedule::{NewScheduleBlock, ScheduleBlock};
use vardbro_model::time::Window;
use vardbro_model::timeslot::Timeslot;
use vardbro_model::typed_id::{PatientRef, ResourceRef};

use self::memory::Memory;
use self::session::Session;
use self::turns::Turns;
use self::units::{patient_id, resource_id, service_id};
use crate::config::{Config, SETTINGS};
use crate::mapping;

/// Cliniko's code in paths.
pub const CODE: EhrCode = EhrCode::new("cliniko");

/// Calls under way at once for one connection.
const CONCURRENCY: usize = 8;

/// Cliniko's gateway gives up after 30 seconds; we do before.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(25);

/// The connector. One serves every connection; it keeps nothing of a patient.
pub struct Cliniko {
    capabilities: Capabilities,
    memory: PerConnection<Memory>,
    turns: Turns,
}

impl fmt::Debug for Cliniko {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cliniko")
    }
}

impl Default for Cliniko {
    fn default() -> Self {
        Self::new()
    }
}

impl Cliniko {
    /// A connector that remembers nothing yet.
    pub fn new() -> Self {
        Self {
            capabilities: crate::capabilities::capabilities(),
            memory: PerConnection::default(),
            turns: Turns::default(),
        }
    }

    fn session<'a>(&'a self, ctx: &'a Ctx) -> EhrResult<Session<'a>> {
        let config = Config::read(&ctx.connection)?;
        let memory = self.memory.of(&ctx.connection, || Ok::<_, EhrError>(Memory::default()))?;
        Ok(Session { ctx, config, memory, turns: &self.turns })
    }
}

#[async_trait]
impl Ehr for Cliniko {
    fn about(&self) -> About {
        About { code: CODE, name: "Cliniko", vendor: "Red Guava", countries: &[] }
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn wire_profile(&self, connection: &Connection) -> EhrResult<WireProfile> {
        let config = Config::read(connection)?;
        Ok(WireProfile {
            calls_per_minute: Some(config.requests_per_minute),
            concurrency: CONCURRENCY,
            attempt_timeout: ATTEMPT_TIMEOUT,
            tls: Tls::MACHINE,
        })
    }

    async fn check(&self, ctx: &Ctx) -> EhrResult<CheckReport> {
        self.session(ctx)?.check().await
    }

    async fn offered_note_templates(&self, ctx: &Ctx) -> EhrResult<Vec<EmrTemplate>> {
        self.session(ctx)?.offered_templates().await
    }

    async fn care_units(&self, ctx: &Ctx) -> EhrResult<Vec<CareUnit>> {
        self.session(ctx)?.care_units().await
    }

    async fn care_unit(&self, ctx: &Ctx, id: &CareUnitId) -> EhrResult<CareUnit> {
        let unit = self.session(ctx)?.unit(id).await?;
        Ok(mapping::offer::care_unit(&unit.business, &unit.zone))
    }

    async fn resources(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        offering: Option<&HealthcareServiceId>,
    ) -> EhrResult<Vec<Resource>> {
        let offering = offering.map(service_id).transpose()?;
        let session = self.session(ctx)?;
        session.resources(&session.unit(care_unit).await?, offering).await
    }

    async fn resource(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        resource: &ResourceRef,
    ) -> EhrResult<Resource> {
        let id = mapping::id::resource(resource_id(resource)?);
        let resources = self.resources(ctx, care_unit, None).await?;
        resources.into_iter().find(|found| found.id == id).ok_or_else(|| EhrError::not_found(Thing::Resource))
    }

    async fn schedule(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        resource: &ResourceRef,
        window: Window,
    ) -> EhrResult<Vec<ScheduleBlock>> {
        let practitioner = resource_id(resource)?;
        let session = self.session(ctx)?;
        session.schedule(&session.unit(care_unit).await?, practitioner, window).await
    }

    async fn create_schedule_block(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        resource: &ResourceRef,
        block: NewScheduleBlock,
    ) -> EhrResult<ScheduleBlock> {
        let practitioner = resource_id(resource)?;
        let session = self.session(ctx)?;
        session.create_block(&session.unit(care_unit).await?, practitioner, block).await
    }

    async fn healthcare_services(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        offered_by: Option<&ResourceRef>,
    ) -> EhrResult<Vec<HealthcareService>> {
        let offered_by = offered_by.map(resource_id).transpose()?;
        let session = self.session(ctx)?;
        session.healthcare_services(&session.unit(care_unit).await?, offered_by).await
    }

    async fn healthcare_service(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        id: &HealthcareServiceId,
    ) -> EhrResult<HealthcareService> {
        service_id(id)?;
        let services = self.healthcare_services(ctx, care_unit, None).await?;
        let found = services.into_iter().find(|service| &service.id == id);
        found.ok_or_else(|| EhrError::not_found(Thing::HealthcareService))
    }

    async fn timeslots(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        window: Window,
        resource: Option<&ResourceRef>,
        healthcare_service: Option<&HealthcareServiceId>,
    ) -> EhrResult<Vec<Timeslot>> {
        let resource = resource.map(resource_id).transpose()?;
        let service = healthcare_service.map(service_id).transpose()?;
        let session = self.session(ctx)?;
        session.timeslots(&session.unit(care_unit).await?, window, resource, service).await
    }

    async fn search_patients(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        search: PatientSearch,
        page: PageRequest,
    ) -> EhrResult<Page<Patient>> {
        let session = self.session(ctx)?;
        session.search_patients(&session.unit(care_unit).await?, search, page).await
    }

    async fn patient(&self, ctx: &Ctx, care_unit: &CareUnitId, patient: &PatientRef) -> EhrResult<Patient> {
        let id = patient_id(patient)?;
        let session = self.session(ctx)?;
        let unit = session.unit(care_unit).await?;
        let native = session.live_patient(id).await?;
        Ok(mapping::patient::patient(&native, &unit.id, unit.country()))
    }

    async fn create_patient(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        patient: NewPatient,
    ) -> EhrResult<Upserted> {
        let session = self.session(ctx)?;
        session.upsert_patient(&session.unit(care_unit).await?, patient).await
    }

    async fn update_patient(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        patient: &PatientRef,
        changes: PatientChanges,
    ) -> EhrResult<Patient> {
        let id = patient_id(patient)?;
        let session = self.session(ctx)?;
        session.update_patient(&session.unit(care_unit).await?, id, changes).await
    }

    async fn appointments(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        query: AppointmentQuery,
        page: PageRequest,
    ) -> EhrResult<Page<Appointment>> {
        let session = self.session(ctx)?;
        session.appointments(&session.unit(care_unit).await?, query, page).await
    }

    async fn appointment(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        id: &AppointmentId,
    ) -> EhrResult<Appointment> {
        let session = self.session(ctx)?;
        let unit = session.unit(care_unit).await?;
        let native = session.appointment_at(&unit, id).await?;
        Ok(session.answer(&unit, &native))
    }

    async fn book(&self, ctx: &Ctx, care_unit: &CareUnitId, booking: Booking) -> EhrResult<Appointment> {
        let session = self.session(ctx)?;
        session.book(&session.unit(care_unit).await?, booking).await
    }

    async fn change_appointment(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        id: &AppointmentId,
        change: AppointmentChange,
    ) -> EhrResult<Appointment> {
        let session = self.session(ctx)?;
        session.change_appointment(&session.unit(care_unit).await?, id, change).await
    }

    async fn cancel(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        id: &AppointmentId,
        comment: Option<&str>,
    ) -> EhrResult<Appointment> {
        let session = self.session(ctx)?;
        session.cancel(&session.unit(care_unit).await?, id, comment).await
    }

    async fn confirm(
        &self,
        _ctx: &Ctx,
        _care_unit: &CareUnitId,
        _id: &AppointmentId,
        _code: &str,
    ) -> EhrResult<Appointment> {
        Err(EhrError::not_supported(Operation::ConfirmAppointment))
    }

    async fn notes(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        patient: &PatientRef,
        page: PageRequest,
    ) -> EhrResult<Page<MedicalNote>> {
        let patient = patient_id(patient)?;
        let session = self.session(ctx)?;
        session.notes(&session.unit(care_unit).await?, patient, page).await
    }

    async fn note(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        patient: &PatientRef,
        id: &NoteId,
    ) -> EhrResult<MedicalNote> {
        let patient = patient_id(patient)?;
        let session = self.session(ctx)?;
        session.note(&session.unit(care_unit).await?, patient, id).await
    }

    async fn create_note(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        patient: &PatientRef,
        note: NewNote,
    ) -> EhrResult<MedicalNote> {
        let patient = patient_id(patient)?;
        let session = self.session(ctx)?;
        session.create_note(&session.unit(care_unit).await?, patient, note).await
    }

    async fn note_templates(&self, ctx: &Ctx, care_unit: &CareUnitId) -> EhrResult<Vec<NoteTemplate>> {
        self.session(ctx)?.unit(care_unit).await?;
        Ok(mapping::note::templates(&ctx.connection.note_mapping))
    }

    async fn documents(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        patient: &PatientRef,
        page: PageRequest,
    ) -> EhrResult<Page<Document>> {
        let patient = patient_id(patient)?;
        let session = self.session(ctx)?;
        session.documents(&session.unit(care_unit).await?, patient, page).await
    }

    async fn document(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        patient: &PatientRef,
        id: &DocumentId,
    ) -> EhrResult<DocumentWithContent> {
        let patient = patient_id(patient)?;
        let session = self.session(ctx)?;
        session.document(&session.unit(care_unit).await?, patient, id).await
    }

    async fn create_document(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        patient: &PatientRef,
        document: NewDocument,
    ) -> EhrResult<Document> {
        let patient = patient_id(patient)?;
        let session = self.session(ctx)?;
        session.create_document(&session.unit(care_unit).await?, patient, document).await
    }
}
