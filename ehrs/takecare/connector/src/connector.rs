//! The trait, answered: what is asked of whom in which order. One submodule per subject.

mod appointments;
mod authors;
mod availability;
mod booking;
mod check;
mod documents;
mod memory;
mod moving;
mod notes;
mod paging;
mod patients;
mod session;
mod units;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use uuid::Uuid;
use vardbro_ehr::connection::{Connection, Setting};
use vardbro_ehr::environment::{Machine, Random};
use vardbro_ehr::memory::PerConnection;
use vardbro_ehr::wire::WireProfile;
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

use self::availability::Filter;
use self::memory::Memory;
use self::session::Session;
use self::units::service_id;
use crate::config::{Config, SETTINGS};
use crate::mapping::id;
use crate::mapping::note::{Templates, templates};

/// TakeCare's code in paths.
pub const CODE: EhrCode = EhrCode::new("takecare");

/// Calls under way at once for one connection.
const CONCURRENCY: usize = 8;

/// The connector. One serves every connection; it keeps nothing of a patient.
pub struct TakeCare {
    capabilities: Capabilities,
    memory: PerConnection<Memory>,
    random: Arc<dyn Random>,
}

impl fmt::Debug for TakeCare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TakeCare")
    }
}

impl Default for TakeCare {
    fn default() -> Self {
        Self::new()
    }
}

impl TakeCare {
    /// A connector that remembers nothing yet.
    pub fn new() -> Self {
        Self::with_random(Arc::new(Machine))
    }

    /// The same, with the references of its notes from this source.
    pub fn with_random(random: Arc<dyn Random>) -> Self {
        Self { capabilities: crate::capabilities::capabilities(), memory: PerConnection::default(), random }
    }

    fn session<'a>(&'a self, ctx: &'a Ctx) -> EhrResult<Session<'a>> {
        Session::open(ctx, &self.memory)
    }

    fn uuid(&self) -> Uuid {
        let bits = u128::from(self.random.bits()) << 64 | u128::from(self.random.bits());
        uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
    }
}

/// XChange has no published service that lists templates.
const NO_LIST_OF_TEMPLATES: &str = "TakeCare does not list its case-note templates to other systems. Ask the customer's TakeCare \
    administrator, or CGM, for the TemplateId of each template (mall) and the TermId of each of its keywords (sökord): both are whole \
    numbers, and they differ between installations.";

#[async_trait]
impl Ehr for TakeCare {
    fn about(&self) -> About {
        About { code: CODE, name: "TakeCare", vendor: "CompuGroup Medical", countries: &["SE"] }
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn wire_profile(&self, connection: &Connection) -> EhrResult<WireProfile> {
        let config = Config::read(connection)?;
        Templates::read(&connection.note_mapping)?;
        Ok(WireProfile {
            calls_per_minute: config.requests_per_minute,
            concurrency: CONCURRENCY,
            attempt_timeout: config.attempt_timeout,
            tls: Config::tls(connection)?,
        })
    }

    async fn check(&self, ctx: &Ctx) -> EhrResult<CheckReport> {
        self.session(&Ctx { fresh: true, ..ctx.clone() })?.check().await
    }

    async fn offered_note_templates(&self, _ctx: &Ctx) -> EhrResult<Vec<EmrTemplate>> {
        Err(EhrError::not_offered(NO_LIST_OF_TEMPLATES))
    }

    async fn care_units(&self, ctx: &Ctx) -> EhrResult<Vec<CareUnit>> {
        self.session(ctx)?.care_units().await
    }

    async fn care_unit(&self, ctx: &Ctx, id: &CareUnitId) -> EhrResult<CareUnit> {
        self.session(ctx)?.care_unit(id).await
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
        let session = self.session(ctx)?;
        let unit = session.unit(care_unit).await?;
        let id = id::resource(&unit.id, unit.resource(resource)?);
        let resources = session.resources(&unit, None).await?;
        let found = resources.into_iter().find(|found| Some(&found.id) == id.as_ref());
        found.ok_or_else(|| EhrError::not_found(Thing::Resource))
    }

    async fn schedule(
        &self,
        _ctx: &Ctx,
        _care_unit: &CareUnitId,
        _resource: &ResourceRef,
        _window: Window,
    ) -> EhrResult<Vec<ScheduleBlock>> {
        Err(EhrError::not_supported(Operation::ReadSchedule))
    }

    async fn create_schedule_block(
        &self,
        _ctx: &Ctx,
        _care_unit: &CareUnitId,
        _resource: &ResourceRef,
        _block: NewScheduleBlock,
    ) -> EhrResult<ScheduleBlock> {
        Err(EhrError::not_supported(Operation::CreateSchedule))
    }

    async fn healthcare_services(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        offered_by: Option<&ResourceRef>,
    ) -> EhrResult<Vec<HealthcareService>> {
        let session = self.session(ctx)?;
        let unit = session.unit(care_unit).await?;
        let offered_by = offered_by.map(|resource| unit.resource(resource)).transpose()?;
        session.healthcare_services(&unit, offered_by).await
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
        let service = healthcare_service.map(service_id).transpose()?;
        let session = self.session(ctx)?;
        let unit = session.unit(care_unit).await?;
        let resource = resource.map(|resource| unit.resource(resource)).transpose()?;
        session.timeslots(&unit, window, Filter { resource, service }).await
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
        let session = self.session(ctx)?;
        session.patient(&session.unit(care_unit).await?, patient).await
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
        _ctx: &Ctx,
        _care_unit: &CareUnitId,
        _patient: &PatientRef,
        _changes: PatientChanges,
    ) -> EhrResult<Patient> {
        Err(EhrError::not_supported(Operation::UpdatePatient))
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
        session.answer(&unit, &session.booking_at(&unit, id).await?)
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
        let session = self.session(ctx)?;
        let uuid = self.uuid().to_string();
        session.create_note(&session.unit(care_unit).await?, patient, note, &uuid).await
    }

    async fn note_templates(&self, ctx: &Ctx, care_unit: &CareUnitId) -> EhrResult<Vec<NoteTemplate>> {
        self.session(ctx)?.unit(care_unit).await?;
        templates(&ctx.connection.note_mapping)
    }

    async fn documents(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        patient: &PatientRef,
        page: PageRequest,
    ) -> EhrResult<Page<Document>> {
        let session = self.session(ctx)?;
        session.documents(&session.unit(care_unit).await?, patient, page).await
    }

    async fn document(
        &self,
        _ctx: &Ctx,
        _care_unit: &CareUnitId,
        _patient: &PatientRef,
        _id: &DocumentId,
    ) -> EhrResult<DocumentWithContent> {
        Err(EhrError::not_supported(Operation::GetDocument))
    }

    async fn create_document(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        patient: &PatientRef,
        document: NewDocument,
    ) -> EhrResult<Document> {
        let session = self.session(ctx)?;
        session.create_document(&session.unit(care_unit).await?, patient, document).await
    }
}
