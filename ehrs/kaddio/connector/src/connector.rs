//! The trait, answered: what is asked of whom in which order. One submodule per subject.

mod appointments;
mod availability;
mod booking;
mod check;
mod memory;
mod needs;
mod notes;
mod paging;
mod patients;
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
use self::units::resource_id;
use crate::config::{Config, SETTINGS};
use crate::mapping;

/// Kaddio's code in paths.
pub const CODE: EhrCode = EhrCode::new("kaddio");

/// Calls under way at once for one connection. No number is public.
const CONCURRENCY: usize = 4;

/// How long one attempt may take.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(20);

/// The connector. One serves every connection; it keeps nothing of a patient.
pub struct Kaddio {
    capabilities: Capabilities,
    memory: PerConnection<Memory>,
    turns: Turns,
}

impl fmt::Debug for Kaddio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kaddio")
    }
}

impl Default for Kaddio {
    fn default() -> Self {
        Self::new()
    }
}

impl Kaddio {
    /// A connector that remembers nothing yet.
    pub fn new() -> Self {
        Self {
            capabilities: crate::capabilities::capabilities(),
            memory: PerConnection::default(),
            turns: Turns::default(),
        }
    }

    fn session<'a>(&'a self, ctx: &'a Ctx, operation: Operation) -> EhrResult<Session<'a>> {
        Session::open(ctx, &self.memory, &self.turns, operation)
    }
}

#[async_trait]
impl Ehr for Kaddio {
    fn about(&self) -> About {
        About { code: CODE, name: "Kaddio", vendor: "Kaddio AB", countries: &["SE"] }
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn settings(&self) -> &'static [Setting] {
        &SETTINGS
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
        Session::to_check(ctx, &self.memory, &self.turns)?.check().await
    }

    async fn offered_note_templates(&self, ctx: &Ctx) -> EhrResult<Vec<EmrTemplate>> {
        Session::to_check(ctx, &self.memory, &self.turns)?.offered_templates().await
    }

    async fn care_units(&self, ctx: &Ctx) -> EhrResult<Vec<CareUnit>> {
        self.session(ctx, Operation::ListCareUnits)?.care_units().await
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
        let session = self.session(ctx, Operation::ListResources)?;
        session.unit(care_unit).await?.resources(offering)
    }

    async fn resource(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        resource: &ResourceRef,
    ) -> EhrResult<Resource> {
        let id = mapping::id::resource(&resource_id(resource)?);
        let resources = self.resources(ctx, care_unit, None).await?;
        resources.into_iter().find(|found| found.id == id).ok_or_else(|| EhrError::not_found(Thing::Resource))
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
        let session = self.session(ctx, Operation::ListHealthcareServices)?;
        session.unit(care_unit).await?.services(offered_by)
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
        let session = self.session(ctx, Operation::ListTimeslots)?;
        let unit = session.unit(care_unit).await?;
        let (host, kind) = unit.named(resource, healthcare_service)?;
        session.free_times(&unit, window, host.as_ref(), kind.as_ref()).await
    }

    async fn search_patients(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        search: PatientSearch,
        page: PageRequest,
    ) -> EhrResult<Page<Patient>> {
        let session = self.session(ctx, Operation::SearchPatients)?;
        session.search_patients(&session.unit(care_unit).await?, search, page).await
    }

    async fn patient(&self, ctx: &Ctx, care_unit: &CareUnitId, patient: &PatientRef) -> EhrResult<Patient> {
        let session = self.session(ctx, Operation::GetPatient)?;
        let unit = session.unit(care_unit).await?;
        let client = session.client(patient).await?;
        Ok(session.read_patient(&unit, &client))
    }

    async fn create_patient(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        patient: NewPatient,
    ) -> EhrResult<Upserted> {
        let session = self.session(ctx, Operation::CreatePatient)?;
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
        let session = self.session(ctx, Operation::ListAppointments)?;
        session.appointments(&session.unit(care_unit).await?, query, page).await
    }

    async fn appointment(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        id: &AppointmentId,
    ) -> EhrResult<Appointment> {
        let session = self.session(ctx, Operation::GetAppointment)?;
        let unit = session.unit(care_unit).await?;
        let native = session.appointment_at(&unit, id).await?;
        Ok(session.answer(&unit, &native))
    }

    async fn book(&self, ctx: &Ctx, care_unit: &CareUnitId, booking: Booking) -> EhrResult<Appointment> {
        let session = self.session(ctx, Operation::BookAppointment)?;
        session.book(&session.unit(care_unit).await?, booking).await
    }

    async fn change_appointment(
        &self,
        _ctx: &Ctx,
        _care_unit: &CareUnitId,
        _id: &AppointmentId,
        change: AppointmentChange,
    ) -> EhrResult<Appointment> {
        let moves = change.window.is_some() || change.resource.is_some();
        Err(EhrError::not_supported(if moves {
            Operation::MoveAppointment
        } else {
            Operation::CommentAppointment
        }))
    }

    async fn cancel(
        &self,
        _ctx: &Ctx,
        _care_unit: &CareUnitId,
        _id: &AppointmentId,
        _comment: Option<&str>,
    ) -> EhrResult<Appointment> {
        Err(EhrError::not_supported(Operation::CancelAppointment))
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
        let session = self.session(ctx, Operation::ReadNotes)?;
        session.notes(&session.unit(care_unit).await?, patient, page).await
    }

    async fn note(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        patient: &PatientRef,
        id: &NoteId,
    ) -> EhrResult<MedicalNote> {
        let session = self.session(ctx, Operation::ReadNotes)?;
        session.note(&session.unit(care_unit).await?, patient, id).await
    }

    async fn create_note(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        patient: &PatientRef,
        note: NewNote,
    ) -> EhrResult<MedicalNote> {
        let session = self.session(ctx, Operation::CreateNote)?;
        session.create_note(&session.unit(care_unit).await?, patient, note).await
    }

    async fn note_templates(&self, ctx: &Ctx, care_unit: &CareUnitId) -> EhrResult<Vec<NoteTemplate>> {
        self.session(ctx, Operation::ListNoteTemplates)?.unit(care_unit).await?;
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
        _ctx: &Ctx,
        _care_unit: &CareUnitId,
        _patient: &PatientRef,
        _document: NewDocument,
    ) -> EhrResult<Document> {
        Err(EhrError::not_supported(Operation::CreateDocument))
    }
}
