//! Reading requests: every fault at once, each with its path.

mod accept;
mod body;
mod given;
mod ids;
mod list;
mod query;
mod values;
pub(crate) mod window;

pub(crate) use accept::refuse_unacceptable;
pub(crate) use body::{Body, BodyWith, LARGEST_DOCUMENT_BODY};
pub(crate) use given::{Faults, Given, Shape, Shaped, sentence};
pub(crate) use ids::{created_by, healthcare_service, patient, resource};
pub(crate) use list::{Limit, next_link, page_request};
pub(crate) use query::{CareUnitKey, PatientKey, Query, QueryWith, the_key};
