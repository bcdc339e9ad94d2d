use axum::Router;
use axum::extract::State;
use axum::routing::post;
use serde::Deserialize;
use serde_json::json;

use crate::access::needs;
use crate::answer::{Answer, created};
use crate::body::Body;
use crate::id::Id;
use crate::local;
use crate::refusal::Refusal;
use crate::resources::clinic::Clinic;
use crate::resources::patient_type::PatientType;
use crate::resources::record::{Record, template};
use crate::resources::user::User;
use crate::state::App;

/// A journal note without a visit. Nothing reads it back; its text is written through [`crate::resources::record`].
pub struct Note {
    pub record: Record,
}

pub fn routes() -> Router<App> {
    Router::new().route("/v1/notes", needs("patient:write", post(create)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct New {
    patient_id: Id,
    clinic_id: Id,
    patient_type_id: i64,
    user_id: Id,
    record_template_id: i64,
    created_at: Option<String>,
}

async fn create(State(app): State<App>, Body(new): Body<New>) -> Answer {
    let mut session = app.session();
    let clinic = Clinic::of_body(new.clinic_id)?;
    let user = User::of_body(new.user_id, "userId")?;
    let kind = PatientType::of_body(new.patient_type_id)?;
    let template = template(new.record_template_id)?;
    let patient = session.patients.get(&new.patient_id).ok_or(Refusal::NotFound("patient"))?.id;
    let created_at = match &new.created_at {
        Some(text) => {
            local::second(text).ok_or_else(|| Refusal::invalid("createdAt", "must be YYYY-MM-DD HH:MM:SS"))?
        }
        None => session.now,
    };
    let id = session.new_id();
    session.notes.insert(id, Note { record: Record::blank(template) });
    created(json!({
        "id": id,
        "patientId": patient,
        "clinicId": clinic.id,
        "patientTypeId": kind.id,
        "userId": user.id,
        "recordTemplateId": template.id,
        "createdAt": local::seconds(created_at),
    }))
}
