//! The trait that every connector answers.

use async_trait::async_trait;
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

use crate::connection::{Connection, Setting};
use crate::wire::WireProfile;
use crate::{Ctx, EhrResult, EmrTemplate};

/// What never changes about an EHR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// The code that stands in paths.
    pub code: EhrCode,
    /// The product's name.
    pub name: &'static str,
    /// Who makes it.
    pub vendor: &'static str,
    /// Where it is used, as ISO 3166-1 alpha-2 codes; empty: everywhere.
    pub countries: &'static [&'static str],
}

/// What a harmless real call told about a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckReport {
    /// What works, in words for the operator.
    pub findings: Vec<String>,
    /// What does not, and what it costs.
    pub warnings: Vec<String>,
    /// Operations of the EHR that this connection cannot carry out, and why: refused from now on before anything is sent.
    pub unavailable: Vec<(Operation, String)>,
}

/// One EHR. An implementation keeps nothing of a connection but what speeds up its next call.
///
/// What holds for every operation:
/// - The gateway calls it only where the capabilities say that it is supported, with filters, id types and fields that they allow;
///   an operation that the EHR does not have answers [`EhrError::not_supported`](crate::EhrError::not_supported).
/// - Ids in arguments may name nothing, or a thing of another care unit: that is `NotFound` of that [`Thing`](crate::Thing).
/// - Times in answers carry the care unit's own offset at that instant.
/// - A list is complete: the EHR's pages are read to the end, or handed on through the cursor.
/// - An error says what is known of the effect. Nothing half-done stays behind, or the error says so.
#[async_trait]
pub trait Ehr: Send + Sync + 'static {
    /// Name, vendor and countries.
    fn about(&self) -> About;

    /// What works, how sure we are of it, and within which limits.
    fn capabilities(&self) -> &Capabilities;

    /// What a connection must be given.
    fn settings(&self) -> &'static [Setting];

    /// How the wire must treat this connection; an error where its settings cannot work.
    fn wire_profile(&self, connection: &Connection) -> EhrResult<WireProfile>;

    /// Makes one harmless real call with the connection's credentials.
    async fn check(&self, ctx: &Ctx) -> EhrResult<CheckReport>;

    /// The templates that the EHR itself offers for notes, by name, so that an operator can map ours to them: what is mapped to their ids
    /// is what [`create_note`](Ehr::create_note) writes. An EHR that does not tell says where the operator finds the ids
    /// ([`EhrError::not_offered`](crate::EhrError::not_offered)).
    async fn offered_note_templates(&self, ctx: &Ctx) -> EhrResult<Vec<EmrTemplate>>;

    /// All care units, by name.
    async fn care_units(&self, ctx: &Ctx) -> EhrResult<Vec<CareUnit>>;

    /// One care unit.
    async fn care_unit(&self, ctx: &Ctx, id: &CareUnitId) -> EhrResult<CareUnit>;

    /// The resources of a care unit, by name; only those that offer the service, if one is given.
    async fn resources(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        offering: Option<&HealthcareServiceId>,
    ) -> EhrResult<Vec<Resource>>;

    /// One resource of a care unit.
    async fn resource(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        resource: &ResourceRef,
    ) -> EhrResult<Resource>;

    /// The working and blocked time of a resource that overlaps the window, by start.
    async fn schedule(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        resource: &ResourceRef,
        window: Window,
    ) -> EhrResult<Vec<ScheduleBlock>>;

    /// Adds a block to the schedule of a resource.
    async fn create_schedule_block(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        resource: &ResourceRef,
        block: NewScheduleBlock,
    ) -> EhrResult<ScheduleBlock>;

    /// The services of a care unit, by name; only those that the resource offers, if one is given.
    async fn healthcare_services(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        offered_by: Option<&ResourceRef>,
    ) -> EhrResult<Vec<HealthcareService>>;

    /// One service of a care unit.
    async fn healthcare_service(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        id: &HealthcareServiceId,
    ) -> EhrResult<HealthcareService>;

    /// The free times that start inside the window, by start, then resource, asked of the EHR now. The window begins no
    /// earlier than now and is no longer than `availability_window_days`.
    async fn timeslots(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        window: Window,
        resource: Option<&ResourceRef>,
        healthcare_service: Option<&HealthcareServiceId>,
    ) -> EhrResult<Vec<Timeslot>>;

    /// The patients for whom all given fields hold; at least one is given.
    async fn search_patients(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        search: PatientSearch,
        page: PageRequest,
    ) -> EhrResult<Page<Patient>>;

    /// One patient.
    async fn patient(&self, ctx: &Ctx, care_unit: &CareUnitId, patient: &PatientRef) -> EhrResult<Patient>;

    /// Finds the patient (see [`NewPatient::find_among`]) and changes nothing, or creates one.
    async fn create_patient(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        patient: NewPatient,
    ) -> EhrResult<Upserted>;

    /// Changes the given fields and no others.
    async fn update_patient(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        patient: &PatientRef,
        changes: PatientChanges,
    ) -> EhrResult<Patient>;

    /// The appointments of a care unit for which all given fields hold, by start.
    async fn appointments(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        query: AppointmentQuery,
        page: PageRequest,
    ) -> EhrResult<Page<Appointment>>;

    /// One appointment of a care unit, cancelled ones included where the EHR keeps them.
    async fn appointment(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        id: &AppointmentId,
    ) -> EhrResult<Appointment>;

    /// Verifies with the EHR that the slot is free, and books it. Never two live bookings for one slot.
    async fn book(&self, ctx: &Ctx, care_unit: &CareUnitId, booking: Booking) -> EhrResult<Appointment>;

    /// Moves an appointment, changes its comment, or both. The booking being moved counts as free time. Unchanged values: the
    /// appointment as it is, nothing sent.
    async fn change_appointment(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        id: &AppointmentId,
        change: AppointmentChange,
    ) -> EhrResult<Appointment>;

    /// Cancels. Where the EHR keeps cancelled appointments, cancelling one again changes nothing and succeeds.
    async fn cancel(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        id: &AppointmentId,
        comment: Option<&str>,
    ) -> EhrResult<Appointment>;

    /// Confirms a booking or a cancel with the code that the patient was sent.
    async fn confirm(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        id: &AppointmentId,
        code: &str,
    ) -> EhrResult<Appointment>;

    /// The notes of a patient, newest first.
    async fn notes(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        patient: &PatientRef,
        page: PageRequest,
    ) -> EhrResult<Page<MedicalNote>>;

    /// One note of a patient.
    async fn note(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        patient: &PatientRef,
        id: &NoteId,
    ) -> EhrResult<MedicalNote>;

    /// Writes an unsigned note.
    async fn create_note(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        patient: &PatientRef,
        note: NewNote,
    ) -> EhrResult<MedicalNote>;

    /// The templates, as the connection maps them.
    async fn note_templates(&self, ctx: &Ctx, care_unit: &CareUnitId) -> EhrResult<Vec<NoteTemplate>>;

    /// The documents of a patient, newest first.
    async fn documents(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        patient: &PatientRef,
        page: PageRequest,
    ) -> EhrResult<Page<Document>>;

    /// One document of a patient, with its content once the EHR has it.
    async fn document(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        patient: &PatientRef,
        id: &DocumentId,
    ) -> EhrResult<DocumentWithContent>;

    /// Files a document.
    async fn create_document(
        &self,
        ctx: &Ctx,
        care_unit: &CareUnitId,
        patient: &PatientRef,
        document: NewDocument,
    ) -> EhrResult<Document>;
}
