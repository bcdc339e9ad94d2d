//! What an EHR can do, as data: served, tested against, and printed into the documentation.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::patient::ExternalIdType;
use crate::typed_id::{PatientIdType, ResourceIdType};

/// One operation of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// List care units, and read one.
    ListCareUnits,
    /// List resources, and read one.
    ListResources,
    /// List healthcare services, and read one.
    ListHealthcareServices,
    /// List free times.
    ListTimeslots,
    /// Read a schedule.
    ReadSchedule,
    /// Add a block to a schedule.
    CreateSchedule,
    /// Search patients.
    SearchPatients,
    /// Read one patient.
    GetPatient,
    /// Find or create a patient.
    CreatePatient,
    /// Change a patient.
    UpdatePatient,
    /// List appointments.
    ListAppointments,
    /// Read one appointment.
    GetAppointment,
    /// Book.
    BookAppointment,
    /// Change the times or the resource of an appointment.
    MoveAppointment,
    /// Change the comment alone.
    CommentAppointment,
    /// Cancel.
    CancelAppointment,
    /// Confirm a booking or a cancel with a code.
    ConfirmAppointment,
    /// List notes, and read one.
    ReadNotes,
    /// Write a note.
    CreateNote,
    /// List the note templates.
    ListNoteTemplates,
    /// List documents.
    ListDocuments,
    /// Read one document with its content.
    GetDocument,
    /// File a document.
    CreateDocument,
}

impl Operation {
    /// Every operation, in the order of the documentation.
    pub const ALL: &'static [Self] = &[
        Self::ListCareUnits,
        Self::ListResources,
        Self::ListHealthcareServices,
        Self::ListTimeslots,
        Self::ReadSchedule,
        Self::CreateSchedule,
        Self::SearchPatients,
        Self::GetPatient,
        Self::CreatePatient,
        Self::UpdatePatient,
        Self::ListAppointments,
        Self::GetAppointment,
        Self::BookAppointment,
        Self::MoveAppointment,
        Self::CommentAppointment,
        Self::CancelAppointment,
        Self::ConfirmAppointment,
        Self::ReadNotes,
        Self::CreateNote,
        Self::ListNoteTemplates,
        Self::ListDocuments,
        Self::GetDocument,
        Self::CreateDocument,
    ];

    /// The name as it stands in answers, logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ListCareUnits => "list_care_units",
            Self::ListResources => "list_resources",
            Self::ListHealthcareServices => "list_healthcare_services",
            Self::ListTimeslots => "list_timeslots",
            Self::ReadSchedule => "read_schedule",
            Self::CreateSchedule => "create_schedule",
            Self::SearchPatients => "search_patients",
            Self::GetPatient => "get_patient",
            Self::CreatePatient => "create_patient",
            Self::UpdatePatient => "update_patient",
            Self::ListAppointments => "list_appointments",
            Self::GetAppointment => "get_appointment",
            Self::BookAppointment => "book_appointment",
            Self::MoveAppointment => "move_appointment",
            Self::CommentAppointment => "comment_appointment",
            Self::CancelAppointment => "cancel_appointment",
            Self::ConfirmAppointment => "confirm_appointment",
            Self::ReadNotes => "read_notes",
            Self::CreateNote => "create_note",
            Self::ListNoteTemplates => "list_note_templates",
            Self::ListDocuments => "list_documents",
            Self::GetDocument => "get_document",
            Self::CreateDocument => "create_document",
        }
    }

    /// Whether it changes anything in the EHR.
    pub fn writes(self) -> bool {
        matches!(
            self,
            Self::CreateSchedule
                | Self::CreatePatient
                | Self::UpdatePatient
                | Self::BookAppointment
                | Self::MoveAppointment
                | Self::CommentAppointment
                | Self::CancelAppointment
                | Self::ConfirmAppointment
                | Self::CreateNote
                | Self::CreateDocument
        )
    }
}

impl std::fmt::Display for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How sure we are that the EHR works this way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// The vendor's own documentation, specification or WSDL says so.
    Documented,
    /// Seen in independent public clients or adapters.
    Observed,
    /// Our best reading: check it with the vendor before going live.
    Assumed,
}

/// How the gateway can find out whether a write happened whose answer was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReconcileBy {
    /// By a reference of ours that the EHR's object carries.
    Reference,
    /// By what makes the object unique: patient, resource and start.
    NaturalKey,
    /// Not at all.
    Nothing,
}

/// What is known of one operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OperationCapability {
    /// Whether it works; an unsupported one is refused with `NOT_SUPPORTED` before anything is sent.
    pub supported: bool,
    /// How sure we are; `null` where it is not supported.
    pub evidence: Option<Evidence>,
    /// What else to know.
    pub note: Option<Cow<'static, str>>,
    /// For lists: the filters that work.
    pub filters: Vec<&'static str>,
    /// Filters that work only together with another one.
    pub filters_not_alone: Vec<&'static str>,
    /// Fields of the body without which nothing is sent.
    pub fields_required: Vec<&'static str>,
    /// Fields of the body that are accepted but that the EHR has no place for.
    pub fields_not_stored: Vec<&'static str>,
    /// Fields of the body that the EHR cannot hold and that are refused.
    pub fields_not_supported: Vec<&'static str>,
    /// For writes: how a lost answer can be cleared up.
    pub reconcile_by: Option<ReconcileBy>,
}

impl OperationCapability {
    const NONE: Self = Self {
        supported: false,
        evidence: None,
        note: None,
        filters: Vec::new(),
        filters_not_alone: Vec::new(),
        fields_required: Vec::new(),
        fields_not_stored: Vec::new(),
        fields_not_supported: Vec::new(),
        reconcile_by: None,
    };

    /// Works.
    pub fn supported(evidence: Evidence) -> Self {
        Self { supported: true, evidence: Some(evidence), ..Self::NONE }
    }

    /// Does not work, and why.
    pub fn unsupported(note: &'static str) -> Self {
        Self { note: Some(Cow::Borrowed(note)), ..Self::NONE }
    }

    /// Does not work here, though it does elsewhere, and why.
    pub fn unavailable(why: String) -> Self {
        Self { note: Some(Cow::Owned(why)), ..Self::NONE }
    }

    /// With something else to know.
    pub fn note(self, note: &'static str) -> Self {
        Self { note: Some(Cow::Borrowed(note)), ..self }
    }

    /// With these filters.
    pub fn filters(self, filters: &[&'static str]) -> Self {
        Self { filters: filters.to_vec(), ..self }
    }

    /// With these filters that work only together with another one.
    pub fn filters_not_alone(self, filters: &[&'static str]) -> Self {
        Self { filters_not_alone: filters.to_vec(), ..self }
    }

    /// Insisting on these fields.
    pub fn required(self, fields: &[&'static str]) -> Self {
        Self { fields_required: fields.to_vec(), ..self }
    }

    /// Accepting these fields without storing them.
    pub fn not_stored(self, fields: &[&'static str]) -> Self {
        Self { fields_not_stored: fields.to_vec(), ..self }
    }

    /// Refusing these fields.
    pub fn not_supported(self, fields: &[&'static str]) -> Self {
        Self { fields_not_supported: fields.to_vec(), ..self }
    }

    /// With lost answers cleared up this way.
    pub fn reconcile_by(self, by: ReconcileBy) -> Self {
        Self { reconcile_by: Some(by), ..self }
    }
}

/// Who stands as the author of notes and documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// The resource that the request names.
    Request,
    /// The user behind the connection's credentials; naming another is `INVALID_CREATED_BY_ID`.
    Credential,
}

/// By what an existing patient is found when one is created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Upsert {
    /// By `external_id`, else by name plus e-mail or phone.
    Full,
    /// By number only; a create without a number always creates.
    Number,
}

/// The limits of an EHR.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Limits {
    /// Characters in an appointment's comment; `null`: no known limit.
    pub max_comment_length: Option<usize>,
    /// Bytes of a document's content.
    pub max_document_bytes: Option<u64>,
    /// MIME types of documents; empty: any.
    pub document_formats: Vec<&'static str>,
    /// Days that one call for timeslots may span.
    pub availability_window_days: u16,
    /// Whether the EHR itself can hold a slot.
    pub can_hold: bool,
    /// Whether bookings may have to be confirmed with a code.
    pub confirmation: bool,
}

/// The fields that some of these operations accept without the EHR having a place for them.
pub fn fields_not_stored(operations: &BTreeMap<Operation, OperationCapability>) -> BTreeSet<&'static str> {
    operations.values().flat_map(|operation| operation.fields_not_stored.iter().copied()).collect()
}

/// Everything an EHR declares about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Capabilities {
    /// By operation. Every operation is here.
    #[schema(value_type = std::collections::BTreeMap<String, OperationCapability>)]
    pub operations: BTreeMap<Operation, OperationCapability>,
    /// The types of patient id that can be looked up.
    pub patient_id_types: Vec<PatientIdType>,
    /// The types of resource id that can be looked up.
    pub resource_id_types: Vec<ResourceIdType>,
    /// What a patient's `external_id` can be; empty: any text. Where it is one type only, `external_id_type` may be left out.
    pub external_id_types: Vec<ExternalIdType>,
    /// Who stands as the author of notes and documents.
    pub author: Author,
    /// By what an existing patient is found when one is created.
    pub upsert: Upsert,
    /// Whether cancelled appointments can still be read.
    pub keeps_cancelled: bool,
    /// The fields that some operation accepts without the EHR having a place for them.
    pub fields_not_stored: BTreeSet<&'static str>,
    /// Its limits.
    #[serde(flatten)]
    pub limits: Limits,
}

impl Capabilities {
    /// Days that one call for timeslots may span.
    pub fn availability_window_days(&self) -> u16 {
        self.limits.availability_window_days
    }

    /// What is known of an operation; one that the connector forgot is not supported.
    pub fn of(&self, operation: Operation) -> &OperationCapability {
        static FORGOTTEN: OperationCapability = OperationCapability::NONE;
        self.operations.get(&operation).unwrap_or(&FORGOTTEN)
    }
}
