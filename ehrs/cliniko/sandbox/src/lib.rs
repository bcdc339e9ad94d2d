#![doc = include_str!("../README.md")]

mod answer;
mod auth;
mod availability;
mod content;
mod country;
mod filter;
mod form;
mod id;
mod links;
mod listing;
pub mod note_templates;
mod options;
mod refusal;
mod repeat;
mod resources;
mod row;
mod seed;
mod state;
mod storage;
mod time;

pub use options::{DayOfWeek, KeyUser, OnlineBookings, Options};
pub use vardbro_sandbox_kit::Running;

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use vardbro_sandbox_kit::{Bound, Controls, Faulty, MESSAGE_LIMIT, admin_router, count_calls, meet_fate};

use crate::refusal::{Refusal, rate_limited};
use crate::state::{App, Sandbox};
use crate::storage::Storage;

/// Cliniko allows this many calls a minute and user.
const RATE_LIMIT_PER_MINUTE: u32 = 200;

/// Starts the API on `listen` and its file storage on a free port of the same interface.
///
/// `Running::credentials` has `api_key`; `Running::other_origins` has `storage`.
pub async fn start(options: Options, listen: SocketAddr) -> io::Result<Running> {
    let api_key = options.api_key.clone().unwrap_or_else(|| auth::DEFAULT_KEY.to_owned());
    let controls = Controls::new(options.clock.clone(), Some(RATE_LIMIT_PER_MINUTE), options.seed);
    let api = Bound::to(listen).await?;
    let files = Bound::to(SocketAddr::new(listen.ip(), 0)).await?;

    let storage = Storage::new(files.origin(), options.seed);
    let files = files.serve(storage::routes(storage.clone(), options.clock.clone()));
    let sandbox: App = Arc::new(Sandbox::new(options, api.origin(), storage));
    let admin = admin_router(controls.clone(), sandbox.clone());
    let api = api.serve(admin.merge(native(sandbox.clone(), controls.clone())));

    Ok(Running {
        origin: api.origin().to_owned(),
        native: sandbox.links.base(),
        credentials: BTreeMap::from([("api_key".to_owned(), api_key)]),
        other_origins: BTreeMap::from([("storage".to_owned(), files.origin().to_owned())]),
        controls,
        ehr: sandbox,
        servers: vec![api, files],
    })
}

/// A call is counted, then authenticated, then meets its fate: a stranger uses up nobody's quota.
fn native(app: App, controls: Controls) -> Router {
    let faulty = Faulty { controls: controls.clone(), rate_limited };
    resources::routes()
        .method_not_allowed_fallback(unknown_route)
        .fallback(unknown_route)
        .layer(DefaultBodyLimit::max(MESSAGE_LIMIT))
        .layer(from_fn_with_state(faulty, meet_fate))
        .layer(from_fn_with_state(app.clone(), auth::authenticate))
        .layer(from_fn_with_state(controls, count_calls))
        .with_state(app)
}

async fn unknown_route() -> Refusal {
    Refusal::NotFound
}
