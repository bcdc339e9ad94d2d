#![doc = include_str!("../README.md")]

mod access;
mod answer;
mod body;
mod diary;
mod grants;
mod id;
mod local;
mod money;
mod number;
mod oauth;
mod options;
mod query;
pub mod record_templates;
mod refusal;
mod register;
mod resources;
mod seed;
mod state;

pub use grants::{Grants, SCOPES};
pub use options::{Options, RecordTemplateAnswer, UnknownPatient};
pub use vardbro_sandbox_kit::Running;

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use vardbro_sandbox_kit::{Controls, Faulty, MESSAGE_LIMIT, Server, admin_router, count_calls, meet_fate};

use crate::refusal::{Refusal, rate_limited};
use crate::state::{App, Sandbox};

/// Starts token host and API host on `listen`.
///
/// `Running::native` is their origin; `Running::credentials` has `client_id`, `client_secret` and `token_url`.
pub async fn start(options: Options, listen: SocketAddr) -> io::Result<Running> {
    let credentials = [("client_id", &options.client_id), ("client_secret", &options.client_secret)];
    let mut credentials = BTreeMap::from(credentials.map(|(name, value)| (name.to_owned(), value.clone())));
    // No rate limit of Webdoc's is known.
    let controls = Controls::new(options.clock.clone(), None, options.seed);
    let sandbox: App = Arc::new(Sandbox::new(options));
    let admin = admin_router(controls.clone(), sandbox.clone());
    let server = Server::start(listen, |_| admin.merge(native(sandbox.clone(), controls.clone()))).await?;

    let origin = server.origin().to_owned();
    credentials.insert("token_url".to_owned(), format!("{origin}{}", oauth::PATH));
    Ok(Running {
        origin: origin.clone(),
        native: origin,
        credentials,
        other_origins: BTreeMap::new(),
        controls,
        ehr: sandbox,
        servers: vec![server],
    })
}

/// A call is counted, then its token is looked at, then it meets its fate, then its scope is looked at.
fn native(app: App, controls: Controls) -> Router {
    let faulty = Faulty { controls: controls.clone(), rate_limited };
    let open = oauth::routes()
        .merge(resources::open_routes())
        .method_not_allowed_fallback(unknown_route)
        .layer(DefaultBodyLimit::max(MESSAGE_LIMIT))
        .layer(from_fn_with_state(faulty.clone(), meet_fate));
    let guarded = resources::routes()
        .layer(DefaultBodyLimit::max(MESSAGE_LIMIT))
        // An upload has a limit of its own.
        .merge(resources::document::routes())
        .method_not_allowed_fallback(unknown_route)
        .fallback(unknown_route)
        .layer(from_fn_with_state(faulty, meet_fate))
        .layer(from_fn_with_state(app.clone(), access::authenticate));
    open.merge(guarded).layer(from_fn_with_state(controls, count_calls)).with_state(app)
}

async fn unknown_route() -> Refusal {
    Refusal::NotFound("route")
}
