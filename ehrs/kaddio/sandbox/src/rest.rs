//! The public layer for booking on the web: what clients may book, without a token.

mod book;
mod reserve;
mod suggestions;
mod web_time;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, Method, header};
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use tower_http::cors::{AllowOrigin, CorsLayer};
use vardbro_sandbox_kit::{Faulty, MESSAGE_LIMIT, meet_fate};

use crate::state::App;
use crate::unknown_route;

pub fn routes(app: &App, faulty: Faulty) -> Router {
    Router::new()
        .route("/api/all-suggestions-ever", get(suggestions::of_everything))
        .route("/api/all-suggestions-ever/", get(suggestions::of_everything))
        .route("/api/all-suggestions-ever/{query}", get(suggestions::of_one))
        .route("/api/all-suggestions-ever/{host}/{booking_type}", get(suggestions::of_both))
        .route("/api/next-free-time", get(suggestions::next_of_everything))
        .route("/api/next-free-time/", get(suggestions::next_of_everything))
        .route("/api/next-free-time/{query}", get(suggestions::next_of_one))
        .route("/api/next-free-time/{host}/{booking_type}", get(suggestions::next_of_both))
        .route("/api/book", post(book::book))
        .route("/booking/{booking_type}/{bookable_time}", get(reserve::reserve))
        // Inside the layers: a preflight call is answered by the one for origins.
        .method_not_allowed_fallback(unknown_route)
        .layer(DefaultBodyLimit::max(MESSAGE_LIMIT))
        .layer(from_fn_with_state(faulty, meet_fate))
        .layer(cors(app))
        .with_state(app.clone())
}

/// Pages of the allowed origins may call; a browser keeps the answer from all others.
fn cors(app: &App) -> CorsLayer {
    let origins = app.options.allowed_origins.iter().filter(|origin| *origin != "*");
    let origins = origins.filter_map(|origin| origin.parse().ok());
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::CONTENT_TYPE, HeaderName::from_static("x-tz-offset")])
}
