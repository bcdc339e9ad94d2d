//! The trait, answered: what is asked of whom in which order. One submodule per subject.

mod appointments;
mod availability;
mod booking;
mod check;
mod documents;
mod memory;
mod moving;
mod needs;
mod new_patients;
mod notes;
mod paging;
mod patients;
mod session;
mod tokens;
mod turns;
mod units;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use vardbro_ehr::connection::{Connection, Setting};
use vardbro_ehr::environment::{Machine, Random};
use vardbro_ehr::wire::{Tls, WireProfile};
use vardbro_ehr::{About, CheckReport, Ctx, Ehr, EhrError, EhrResult, EmrTemplate, Thing};
use vardbro_model::appointment::{Appointment, AppointmentChange, AppointmentQuery, Booking};
use vardbro_model::capabilities::{Capabilities, Operation};
use vardbro_model::care_unit::CareUnit;
use vardbro_model::document::{Document, DocumentWithContent, NewDocument};
use vardbro_model::ehr::EhrCode;
use vardbro_model::error::FaultCode;
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
use self::tokens::Tokens;
use self::turns::Turns;
use self::units::Unit;
use crate::config::{Config, SETTINGS};
use crate::mapping;

/// Webdoc's code in paths.
pub const CODE: EhrCode = EhrCode::new("webdoc");

/// Calls under way at once for one connection.
const CONCURRENCY: usize = 8;

/// Short enough that there is time left to look what became of a write.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(18);

/// The connector. One serves every connection; it keeps nothing of a patient.
pub struct Webdoc {
    capabilities: Capabilities,
    memory: Memory,
    tokens: Tokens,
    turns: Turns,
    random: Arc<dyn Random>,
}

impl fmt::Debug for Webdoc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Webdoc")
    }
}

impl Default for Webdoc {
    fn default() -> Self {
        Self::new()
    }
}

impl Webdoc {
    /// A connector that remembers nothing yet.
    pub fn new() -> Self {
        Self::with_random(Arc::new(Machine))
    }

    /// One that takes its chances from here.
    pub fn with_random(random: Arc<dyn Random>) -> Self {
        Self {
            capabilities: crate::capabilities::capabilities(),
            memory: Memory::default(),
            tokens: Tokens::default(),
            turns: Turns::default(),
            random,
        }
    }

    fn session<'a>(&'a self, ctx: &'a Ctx) -> EhrResult<Session<'a>> {
        let config = Config::read(&ctx.connection)?;
        let Self { memory, tokens, turns, random, .. } = self;
        Ok(Session { ctx, config, memory, tokens, turns, random: random.as_ref() })
    }

    /// A session for an operation that the connection's scopes allow, at this care unit.
    async fn at<'a>(
        &'a self,
        ctx: &'a Ctx,
        operation: Operation,
        care_unit: &CareUnitId,
    ) -> EhrResult<(Session<'a>, Unit)> {
        let session = self.session(ctx)?;
        session.require(operation).await?;
        let unit = session.unit(care_unit).await?;
        Ok((session, unit))
    }
}

#[async_trait]
impl Ehr for Webdoc {
    fn about(&self) -> About {
        About { code: CODE, name: "Webdoc", vendor: "Carasent", countries: &["SE"] }
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
            calls_per_minute: config.requests_per_minute,
            concurrency: CONCURRENCY,
            attempt_timeout: ATTEMPT_TIMEOUT,
            tls: Tls::MACHINE,
        })
    }

    async fn check(&self, ctx: &Ctx) -> EhrResult<CheckReport> {
        self.session(ctx)?.check(&self.capabilities).await
    }

    async fn offered_note_templates(&self, ctx: &Ctx) -> EhrResult<Vec<EmrTemplate>> {
        self.session(ctx)?.offered_templates().await
    }

    async fn care_units(&self, ctx: &Ctx) -> EhrResult<Vec<CareUnit>> {
        let session = self.session(ctx)?;
        session.require(Operation::ListCareUnits).await?;
        session.care_units().await
    }

    async fn care_unit(&self, ctx: &Ctx, id: &CareUnitId) -> EhrResult<CareUnit> {
        let units = self.care_units(ctx).await?;
        units.into_iter().find(|unit| unit.id == *id).ok_or_else(|| EhrError::not_found(Thing::CareUnit))
    }

    async fn resources(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        offering: Option<&HealthcareServiceId>,
    ) -> EhrResult<Vec<Resource>> {
        refuse_filter(offering, "healthcare_service_id")?;
        let (session, unit) = self.at(ctx, Operation::ListResources, care_unit).await?;
        session.resources(&unit).await
    }

    async fn resource(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        resource: &ResourceRef,
    ) -> EhrResult<Resource> {
        let (session, unit) = self.at(ctx, Operation::ListResources, care_unit).await?;
        let meant = session.caregiver(&unit, resource).await?.id;
        let resources = session.resources(&unit).await?;
        let found = resources.into_iter().find(|found| found.emr_id == meant);
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
        refuse_filter(offered_by, "resource_id")?;
        let (session, unit) = self.at(ctx, Operation::ListHealthcareServices, care_unit).await?;
        session.healthcare_services(&unit).await
    }

    async fn healthcare_service(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        id: &HealthcareServiceId,
    ) -> EhrResult<HealthcareService> {
        let services = self.healthcare_services(ctx, care_unit, None).await?;
        let found = services.into_iter().find(|service| service.id == *id);
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
        let (session, unit) = self.at(ctx, Operation::ListTimeslots, care_unit).await?;
        session.timeslots(&unit, window, resource, healthcare_service).await
    }

    async fn search_patients(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        search: PatientSearch,
        page: PageRequest,
    ) -> EhrResult<Page<Patient>> {
        let (session, unit) = self.at(ctx, Operation::SearchPatients, care_unit).await?;
        session.search_patients(&unit, search, page).await
    }

    async fn patient(&self, ctx: &Ctx, care_unit: &CareUnitId, patient: &PatientRef) -> EhrResult<Patient> {
        let (session, unit) = self.at(ctx, Operation::GetPatient, care_unit).await?;
        let native = session.patient_of(&session.number(patient)?).await?;
        session.read_patient(&unit, &native)
    }

    async fn create_patient(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        patient: NewPatient,
    ) -> EhrResult<Upserted> {
        let (session, unit) = self.at(ctx, Operation::CreatePatient, care_unit).await?;
        session.upsert_patient(&unit, patient).await
    }

    async fn update_patient(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        patient: &PatientRef,
        changes: PatientChanges,
    ) -> EhrResult<Patient> {
        let (session, unit) = self.at(ctx, Operation::UpdatePatient, care_unit).await?;
        session.update_patient(&unit, &session.number(patient)?, changes).await
    }

    async fn appointments(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        query: AppointmentQuery,
        page: PageRequest,
    ) -> EhrResult<Page<Appointment>> {
        let (session, unit) = self.at(ctx, Operation::ListAppointments, care_unit).await?;
        session.appointments(&unit, query, page).await
    }

    async fn appointment(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        id: &AppointmentId,
    ) -> EhrResult<Appointment> {
        let (session, unit) = self.at(ctx, Operation::GetAppointment, care_unit).await?;
        session.appointment(&unit, id).await
    }

    async fn book(&self, ctx: &Ctx, care_unit: &CareUnitId, booking: Booking) -> EhrResult<Appointment> {
        let (session, unit) = self.at(ctx, Operation::BookAppointment, care_unit).await?;
        session.book(&unit, booking).await
    }

    async fn change_appointment(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        id: &AppointmentId,
        change: AppointmentChange,
    ) -> EhrResult<Appointment> {
        let moves = change.window.is_some() || change.resource.is_some();
        let operation = if moves { Operation::MoveAppointment } else { Operation::CommentAppointment };
        let (session, unit) = self.at(ctx, operation, care_unit).await?;
        session.change_appointment(&unit, id, change).await
    }

    async fn cancel(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        id: &AppointmentId,
        _comment: Option<&str>,
    ) -> EhrResult<Appointment> {
        let (session, unit) = self.at(ctx, Operation::CancelAppointment, care_unit).await?;
        session.cancel(&unit, id).await
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
        _ctx: &Ctx,
        _care_unit: &CareUnitId,
        _patient: &PatientRef,
        _page: PageRequest,
    ) -> EhrResult<Page<MedicalNote>> {
        Err(EhrError::not_supported(Operation::ReadNotes))
    }

    async fn note(
        &self,
        _ctx: &Ctx,
        _care_unit: &CareUnitId,
        _patient: &PatientRef,
        _id: &NoteId,
    ) -> EhrResult<MedicalNote> {
        Err(EhrError::not_supported(Operation::ReadNotes))
    }

    async fn create_note(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        patient: &PatientRef,
        note: NewNote,
    ) -> EhrResult<MedicalNote> {
        let (session, unit) = self.at(ctx, Operation::CreateNote, care_unit).await?;
        session.create_note(&unit, &session.number(patient)?, note).await
    }

    async fn note_templates(&self, ctx: &Ctx, care_unit: &CareUnitId) -> EhrResult<Vec<NoteTemplate>> {
        self.at(ctx, Operation::ListNoteTemplates, care_unit).await?;
        Ok(mapping::note::templates(&ctx.connection.note_mapping))
    }

    async fn documents(
        &self,
        _ctx: &Ctx,
        _care_unit: &CareUnitId,
        _patient: &PatientRef,
        _page: PageRequest,
    ) -> EhrResult<Page<Document>> {
        Err(EhrError::not_supported(Operation::ListDocuments))
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
        let (session, unit) = self.at(ctx, Operation::CreateDocument, care_unit).await?;
        session.create_document(&unit, &session.number(patient)?, document).await
    }
}

/// Webdoc does not tell who offers what.
fn refuse_filter<T>(filter: Option<T>, name: &str) -> EhrResult<()> {
    match filter {
        None => Ok(()),
        Some(_) => {
            Err(EhrError::fault(name, FaultCode::NotSupported, "Webdoc does not tell who offers what."))
        }
    }
}
