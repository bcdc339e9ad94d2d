//! The routes of the API, one file for each kind of thing.

mod appointments;
mod care_units;
mod documents;
mod emrs;
mod healthcare_services;
mod medical_notes;
mod older_paths;
mod paths;
mod patients;
mod resources;
mod schedules;
mod timeslots;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::gateway::Gateway;

/// Every route under `/api`, with its description.
pub(crate) fn api() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(emrs::list))
        .routes(routes!(emrs::get))
        .routes(routes!(care_units::list))
        .routes(routes!(care_units::get))
        .routes(routes!(resources::list))
        .routes(routes!(resources::get))
        .routes(routes!(schedules::list, schedules::create))
        .routes(routes!(healthcare_services::list))
        .routes(routes!(healthcare_services::get))
        .routes(routes!(timeslots::list))
        .routes(routes!(patients::search, patients::create))
        .routes(routes!(patients::get, patients::update))
        .routes(routes!(appointments::list, appointments::book, appointments::change_several))
        .routes(routes!(appointments::get, appointments::change))
        .routes(routes!(medical_notes::list, medical_notes::create))
        .routes(routes!(medical_notes::get))
        .routes(routes!(medical_notes::templates))
        .routes(routes!(documents::list, documents::create))
        .routes(routes!(documents::get))
        .routes(routes!(medical_notes::list_alias, medical_notes::create_alias))
        .routes(routes!(documents::list_alias, documents::create_alias))
        .routes(routes!(older_paths::list, older_paths::book, older_paths::change_several))
        .routes(routes!(older_paths::get, older_paths::change))
}
