//! The trait: orchestration only. The work is done by [`State`], under one lock.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use vardbro_ehr::connection::{Connection, Setting};
use vardbro_ehr::wire::{Tls, WireProfile};
use vardbro_ehr::{About, CheckReport, Ctx, Ehr, EhrResult, EmrTemplate};
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
use vardbro_sandbox_kit::{Clock, Controls, SystemClock};

use crate::call::CallName;
use crate::capabilities::capabilities;
use crate::seed::seeded;
use crate::state::State;
use crate::{installations, notes};

const ABOUT: About =
    About { code: EhrCode::new("mock"), name: "Reference EHR", vendor: "Vardbro", countries: &[] };

/// How the EHR is started.
pub struct Options {
    /// Where it reads the time.
    pub clock: Arc<dyn Clock>,
    /// Of its dice: which calls fail, which codes are sent, which times are already booked.
    pub seed: u64,
    /// Calls that it allows in a minute; `None`: any number.
    pub rate_limit_per_minute: Option<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Self { clock: Arc::new(SystemClock), seed: 0, rate_limit_per_minute: None }
    }
}

/// The reference EHR.
pub struct Mock {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) controls: Controls,
    capabilities: Capabilities,
    seed: u64,
    state: Mutex<State>,
}

impl Mock {
    /// With its seed data, which begins today.
    pub fn new(options: Options) -> Arc<Self> {
        let Options { clock, seed, rate_limit_per_minute } = options;
        let controls = Controls::new(clock.clone(), rate_limit_per_minute, seed);
        let state = Mutex::new(seeded(clock.now(), seed, 1000));
        Arc::new(Self { clock, controls, capabilities: capabilities(), seed, state })
    }

    /// The call counter and the fault switches.
    pub fn controls(&self) -> &Controls {
        &self.controls
    }

    /// One change, or one look, while nobody else changes anything.
    pub(crate) fn change<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        // A panic inside would be a defect; what it left behind is still the best that there is.
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Back to the seed; ids that were given since then are never given again.
    pub(crate) fn seed_anew(&self) {
        let now = self.clock.now();
        self.change(|state| *state = seeded(now, self.seed, state.last_number()));
    }
}

#[async_trait]
impl Ehr for Mock {
    fn about(&self) -> About {
        ABOUT
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn settings(&self) -> &'static [Setting] {
        const SETTINGS: &[Setting] = &[Setting {
            name: installations::SANDBOX,
            description: "The address of the native port of the sandbox that is meant; without it the gateway's own is.",
            secret: false,
            required: false,
            default: None,
        }];
        SETTINGS
    }

    fn wire_profile(&self, connection: &Connection) -> EhrResult<WireProfile> {
        let meant = installations::of(connection);
        let controls = meant.as_deref().unwrap_or(self).controls();
        Ok(WireProfile {
            calls_per_minute: controls.faults().rate_limit_per_minute,
            concurrency: 1000,
            attempt_timeout: Duration::from_secs(60),
            tls: Tls::MACHINE,
        })
    }

    async fn check(&self, ctx: &Ctx) -> EhrResult<CheckReport> {
        let units = self.call(ctx, CallName::CHECK, |state, _| Ok(state.care_units().len())).await?;
        Ok(CheckReport {
            findings: vec![format!("It answers, and has {units} care units.")],
            warnings: vec![],
            unavailable: vec![],
        })
    }

    async fn offered_note_templates(&self, ctx: &Ctx) -> EhrResult<Vec<EmrTemplate>> {
        self.call(ctx, CallName::OFFERED_NOTE_TEMPLATES, |_, _| Ok(notes::offered())).await
    }

    async fn care_units(&self, ctx: &Ctx) -> EhrResult<Vec<CareUnit>> {
        self.call(ctx, Operation::ListCareUnits, |state, _| Ok(state.care_units())).await
    }

    async fn care_unit(&self, ctx: &Ctx, id: &CareUnitId) -> EhrResult<CareUnit> {
        self.call(ctx, Operation::ListCareUnits, |state, _| Ok(state.unit(id)?.unit.clone())).await
    }

    async fn resources(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        offering: Option<&HealthcareServiceId>,
    ) -> EhrResult<Vec<Resource>> {
        self.call(ctx, Operation::ListResources, |state, _| state.resources(care_unit, offering)).await
    }

    async fn resource(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        resource: &ResourceRef,
    ) -> EhrResult<Resource> {
        self.call(ctx, Operation::ListResources, |state, _| {
            state.unit(care_unit)?;
            Ok(state.resource(care_unit, resource)?.resource.clone())
        })
        .await
    }

    async fn schedule(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        resource: &ResourceRef,
        window: Window,
    ) -> EhrResult<Vec<ScheduleBlock>> {
        self.call(ctx, Operation::ReadSchedule, |state, now| state.schedule(care_unit, resource, window, now))
            .await
    }

    async fn create_schedule_block(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        resource: &ResourceRef,
        block: NewScheduleBlock,
    ) -> EhrResult<ScheduleBlock> {
        self.call(ctx, Operation::CreateSchedule, |state, _| {
            state.create_schedule_block(care_unit, resource, block)
        })
        .await
    }

    async fn healthcare_services(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        offered_by: Option<&ResourceRef>,
    ) -> EhrResult<Vec<HealthcareService>> {
        self.call(ctx, Operation::ListHealthcareServices, |state, _| state.services(care_unit, offered_by))
            .await
    }

    async fn healthcare_service(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        id: &HealthcareServiceId,
    ) -> EhrResult<HealthcareService> {
        self.call(ctx, Operation::ListHealthcareServices, |state, _| {
            state.unit(care_unit)?;
            state.service(care_unit, id).cloned()
        })
        .await
    }

    async fn timeslots(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        window: Window,
        resource: Option<&ResourceRef>,
        healthcare_service: Option<&HealthcareServiceId>,
    ) -> EhrResult<Vec<Timeslot>> {
        self.call(ctx, Operation::ListTimeslots, |state, now| {
            state.timeslots(care_unit, window, resource, healthcare_service, now)
        })
        .await
    }

    async fn search_patients(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        search: PatientSearch,
        page: PageRequest,
    ) -> EhrResult<Page<Patient>> {
        self.call(ctx, Operation::SearchPatients, |state, now| {
            state.search_patients(care_unit, &search, &page, now)
        })
        .await
    }

    async fn patient(&self, ctx: &Ctx, care_unit: &CareUnitId, patient: &PatientRef) -> EhrResult<Patient> {
        self.call(ctx, Operation::GetPatient, |state, _| state.patient(care_unit, patient)).await
    }

    async fn create_patient(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        patient: NewPatient,
    ) -> EhrResult<Upserted> {
        self.call(ctx, Operation::CreatePatient, |state, now| state.create_patient(care_unit, patient, now))
            .await
    }

    async fn update_patient(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        patient: &PatientRef,
        changes: PatientChanges,
    ) -> EhrResult<Patient> {
        self.call(ctx, Operation::UpdatePatient, |state, now| {
            state.update_patient(care_unit, patient, changes, now)
        })
        .await
    }

    async fn appointments(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        query: AppointmentQuery,
        page: PageRequest,
    ) -> EhrResult<Page<Appointment>> {
        self.call(ctx, Operation::ListAppointments, |state, now| {
            state.appointments(care_unit, &query, &page, now)
        })
        .await
    }

    async fn appointment(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        id: &AppointmentId,
    ) -> EhrResult<Appointment> {
        self.call(ctx, Operation::GetAppointment, |state, now| state.appointment(care_unit, id, now)).await
    }

    async fn book(&self, ctx: &Ctx, care_unit: &CareUnitId, booking: Booking) -> EhrResult<Appointment> {
        self.call(ctx, Operation::BookAppointment, |state, now| state.book(care_unit, booking, now)).await
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
        self.call(ctx, operation, |state, now| state.change_appointment(care_unit, id, change, now)).await
    }

    async fn cancel(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        id: &AppointmentId,
        comment: Option<&str>,
    ) -> EhrResult<Appointment> {
        self.call(ctx, Operation::CancelAppointment, |state, now| state.cancel(care_unit, id, comment, now))
            .await
    }

    async fn confirm(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        id: &AppointmentId,
        code: &str,
    ) -> EhrResult<Appointment> {
        self.call(ctx, Operation::ConfirmAppointment, |state, now| state.confirm(care_unit, id, code, now))
            .await
    }

    async fn notes(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        patient: &PatientRef,
        page: PageRequest,
    ) -> EhrResult<Page<MedicalNote>> {
        self.call(ctx, Operation::ReadNotes, |state, _| state.notes(care_unit, patient, &page)).await
    }

    async fn note(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        patient: &PatientRef,
        id: &NoteId,
    ) -> EhrResult<MedicalNote> {
        self.call(ctx, Operation::ReadNotes, |state, _| state.note(care_unit, patient, id)).await
    }

    async fn create_note(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        patient: &PatientRef,
        note: NewNote,
    ) -> EhrResult<MedicalNote> {
        let mapping = notes::mapping_of(&ctx.connection.note_mapping);
        self.call(ctx, Operation::CreateNote, |state, now| {
            state.create_note(care_unit, patient, note, &mapping, now)
        })
        .await
    }

    async fn note_templates(&self, ctx: &Ctx, care_unit: &CareUnitId) -> EhrResult<Vec<NoteTemplate>> {
        let mapping = notes::mapping_of(&ctx.connection.note_mapping);
        self.call(ctx, Operation::ListNoteTemplates, |state, _| {
            state.unit(care_unit)?;
            Ok(notes::templates(&mapping))
        })
        .await
    }

    async fn documents(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        patient: &PatientRef,
        page: PageRequest,
    ) -> EhrResult<Page<Document>> {
        self.call(ctx, Operation::ListDocuments, |state, _| state.documents(care_unit, patient, &page)).await
    }

    async fn document(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        patient: &PatientRef,
        id: &DocumentId,
    ) -> EhrResult<DocumentWithContent> {
        self.call(ctx, Operation::GetDocument, |state, _| state.document(care_unit, patient, id)).await
    }

    async fn create_document(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        patient: &PatientRef,
        document: NewDocument,
    ) -> EhrResult<Document> {
        self.call(ctx, Operation::CreateDocument, |state, now| {
            state.create_document(care_unit, patient, document, now)
        })
        .await
    }
}
