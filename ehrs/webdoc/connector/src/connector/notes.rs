//! Journal notes: an empty one first, then its text. They stay unsigned: a clinician signs in Webdoc.

use futures::try_join;
use vardbro_ehr::{EhrError, EhrErrorKind, EhrResult, EmrTemplate, Thing};
use vardbro_model::error::FaultCode;
use vardbro_model::id::{NoteId, ResourceId};
use vardbro_model::medical_note::{MedicalNote, NewNote, NoteStatus};
use vardbro_model::time::{DateTime, local_to_instant};
use vardbro_model::typed_id::ResourceRef;

use super::session::{Failed, Session};
use super::units::Unit;
use crate::mapping::number::Number;
use crate::mapping::{note as mapping, offer, patient::own_number};
use crate::wire::notes::{self as native, KeywordValue, NewNote as NewNative, Note, Record};
use crate::wire::types;
use crate::wire::users::User;
use crate::wire::{Code, Scope};

const NOT_GRANTED: &str = "Webdoc lists its record templates to clients with the scope system-admin only, and this connection does not \
                           have it: ask Carasent for the scope (and name it in the setting scopes, if that is given), or for the ids \
                           of the record templates and their keywords, which are whole numbers.";

impl Session<'_> {
    pub(super) async fn create_note(
        &self,
        unit: &Unit,
        number: &Number,
        new: NewNote,
    ) -> EhrResult<MedicalNote> {
        if new.appointment.is_some() {
            return Err(EhrError::fault(
                "appointment_id",
                FaultCode::NotSupported,
                "A note in Webdoc belongs to no booking.",
            ));
        }
        let mapped = &self.ctx.connection.note_mapping;
        let template = mapping::record_template(&new, mapped)?;
        // What needs no call is checked before any is made.
        mapping::keywords(&new, mapped, None)?;
        let own = self.record_template(template);
        let (author, patient, own) =
            try_join!(self.author(unit, new.created_by.as_ref()), self.patient_of(number), own)?;
        let keywords = mapping::keywords(&new, mapped, own.as_ref().as_ref())?;
        let Some(author) = author else {
            return Err(EhrError::fault(
                "created_by_id",
                FaultCode::MissingRequiredField,
                "Webdoc wants to know who writes: give created_by_id, or set the connection's acting_user_id.",
            ));
        };
        let kind = self.patient_type(&patient, &author.id).await?.ok_or_else(|| {
            EhrError::failed("Webdoc needs a patient type for a note, and none is known: set the connection's default_patient_type.")
        })?;
        let call = native::create(
            self.api(),
            &NewNative {
                patient_id: &patient.id,
                clinic_id: unit.native(),
                patient_type_id: kind,
                user_id: &author.id,
                record_template_id: template,
            },
        );
        let note = match self.attempt(call).await {
            Ok(Some(note)) => note,
            Ok(None) => {
                return Err(EhrError::outcome_unknown(
                    "Webdoc answered the new note with success, and did not name it: an empty unsigned note may stand in the journal.",
                ));
            }
            Err(failed) => return Err(failed.unsettled()),
        };
        self.write(&note, &author, &keywords).await?;
        let number = own_number(&patient, number.clone(), self.today());
        self.note(unit, &number, new, (&note, &author))
    }

    /// Writes the text. If that fails the note stands there without any.
    async fn write(&self, note: &Note, author: &User, keywords: &[KeywordValue]) -> EhrResult<()> {
        let record = Record { user_id: &author.id, keywords, diagnosis_codes: [], action_codes: [] };
        let Err(failed) = self.attempt(native::write(self.api(), &note.id, &record)).await else {
            return Ok(());
        };
        let id = &note.id;
        Err(match failed {
            Failed::Refused(refusal) => refusal.told_as(EhrError::failed(format!(
                "Webdoc made the note {id} and then refused its text (HTTP {}): an empty unsigned note stands in the journal. Have \
                 it removed in Webdoc before you write it again.",
                refusal.status().as_u16()
            ))),
            Failed::InDoubt(_) | Failed::Other(_) => {
                let error = failed.unsettled();
                EhrError {
                    kind: EhrErrorKind::OutcomeUnknown,
                    detail: format!(
                        "Webdoc made the note {id}, and whether its text was written is not known: an unsigned note stands in the \
                         journal, maybe an empty one. Look at it in Webdoc before you write it again. {}",
                        error.detail
                    ),
                    delivery: vardbro_ehr::wire::Delivery::Unknown,
                    ..error
                }
            }
        })
    }

    fn note(
        &self,
        unit: &Unit,
        number: &Number,
        new: NewNote,
        (note, author): (&Note, &User),
    ) -> EhrResult<MedicalNote> {
        let zone = &self.config.zone;
        let created_at = note.created_at.and_then(|local| local_to_instant(local, zone));
        let written = new.content.into_iter().filter(|(_, text)| !text.trim().is_empty());
        Ok(MedicalNote {
            id: NoteId::parse(&note.id).ok(),
            emr_id: Some(note.id.clone()),
            care_unit_id: unit.id.clone(),
            patient_id: number.patient_id().ok_or_else(|| EhrError::not_found(Thing::Patient))?,
            appointment_id: None,
            template_id: Some(new.template),
            title: None,
            content: written.map(|(field, text)| (field.to_owned(), text.into())).collect(),
            status: NoteStatus::Unsigned,
            created_by_id: ResourceId::parse(&author.id).ok(),
            created_by: Some(offer::name(author)),
            created_at: created_at.map(|at| DateTime::in_zone(at, zone)),
            updated_at: None,
        })
    }

    /// Who writes: the resource that the request names, else the connection's user.
    pub(super) async fn author(&self, unit: &Unit, named: Option<&ResourceRef>) -> EhrResult<Option<User>> {
        if let Some(named) = named {
            return match self.caregiver(unit, named).await {
                Err(error) if error.kind == EhrErrorKind::NotFound(Thing::Resource) => Err(EhrError::fault(
                    "created_by_id",
                    FaultCode::InvalidCreatedById,
                    "There is no such resource at this care unit.",
                )),
                other => other.map(Some),
            };
        }
        let Some(acting) = &self.config.acting_user else { return Ok(None) };
        let users = self.users().await?;
        let user = users.iter().find(|user| user.id == *acting).cloned();
        user.map(Some).ok_or_else(|| {
            EhrError::failed("The connection's setting acting_user_id names no user of Webdoc's.")
        })
    }

    /// Webdoc's record templates, by title. What the connection needs all day does not include the scope for it, so that one is asked for
    /// by itself.
    pub(super) async fn offered_templates(&self) -> EhrResult<Vec<EmrTemplate>> {
        let may_ask = self.config.scopes.as_ref().is_none_or(|limited| limited.contains(&Scope::SystemAdmin));
        if !may_ask {
            return Err(EhrError::not_offered(NOT_GRANTED));
        }
        let token = self.tokens.for_one(Scope::SystemAdmin, self.ctx, &self.config).await;
        let token = token.map_err(|error| self.at_token_host(error))?;
        let token = token.ok_or_else(|| EhrError::not_offered(NOT_GRANTED))?;
        let templates = self.run_with(&token, types::record_templates(self.api())).await;
        let templates = templates.map_err(|error| self.at_api(error))?;
        let mut offered: Vec<EmrTemplate> = templates.iter().map(mapping::offered).collect();
        offered.sort_by(|a, b| (&a.name, &a.emr_id).cmp(&(&b.name, &b.emr_id)));
        Ok(offered)
    }

    /// Webdoc's own template, where the connection's client may read it.
    async fn record_template(&self, id: Code) -> EhrResult<std::sync::Arc<Option<types::RecordTemplate>>> {
        if !self.has(Scope::SystemAdmin).await? {
            return Ok(std::sync::Arc::default());
        }
        let ask = || async {
            match self.exchange(types::record_template(self.api(), id)).await? {
                Ok(found) => Ok(found.filter(|found| found.id == id)),
                Err(refusal) if refusal.status() == http::StatusCode::NOT_FOUND => Ok(None),
                Err(refusal) => Err(refusal.error()),
            }
        };
        let key = (self.config.key, id);
        let found = self.memory.record_templates.get(key, self.ctx.fresh, ask).await?;
        if found.is_none() {
            return Err(EhrError::fault(
                "template_id",
                FaultCode::InvalidNoteContent,
                format!("Webdoc has no record template {id}, to which the template is mapped."),
            ));
        }
        Ok(found)
    }
}
