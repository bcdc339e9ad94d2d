#![doc = include_str!("../README.md")]

mod auth;
mod booking;
mod booking_type;
mod calls;
mod client;
mod contact;
pub mod contact_types;
pub mod custom_fields;
mod custom_property;
mod free_times;
mod graphql;
mod host;
mod id;
mod options;
mod organization;
mod playground;
mod pnr;
mod problem;
mod refusal;
mod reservation;
mod rest;
mod seed;
mod state;
mod time;
mod working_time;

pub use options::Options;
pub use vardbro_sandbox_kit::Running;

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use vardbro_sandbox_kit::{Bound, Controls, Faulty, admin_router, meet_fate};

use crate::refusal::{Refusal, rate_limited};
use crate::state::{App, Sandbox};

/// Starts the organisation on `listen`.
///
/// `Running::credentials` has `token`.
pub async fn start(options: Options, listen: SocketAddr) -> io::Result<Running> {
    let token = options.token.clone().unwrap_or_else(|| auth::DEFAULT_TOKEN.to_owned());
    let controls = Controls::new(options.clock.clone(), None, options.seed);
    let bound = Bound::to(listen).await?;
    let sandbox: App = Arc::new(Sandbox::new(options, bound.origin()));
    let admin = admin_router(controls.clone(), sandbox.clone());
    let server = bound.serve(admin.merge(native(&sandbox, &controls)));

    Ok(Running {
        origin: server.origin().to_owned(),
        native: format!("{}{}", server.origin(), graphql::PATH),
        credentials: BTreeMap::from([("token".to_owned(), token)]),
        other_origins: BTreeMap::new(),
        controls,
        ehr: sandbox,
        servers: vec![server],
    })
}

/// A call is counted, then authenticated, then meets its fate: a stranger uses up nobody's quota.
fn native(app: &App, controls: &Controls) -> Router {
    let faulty = Faulty { controls: controls.clone(), rate_limited };
    let graphql = graphql::endpoint(app)
        .layer(from_fn_with_state(faulty.clone(), meet_fate))
        .layer(from_fn_with_state(app.clone(), auth::authenticate))
        .get(playground::page);
    let mut routes = Router::new().route(graphql::PATH, graphql);
    if app.options.rest_layer {
        routes = routes.merge(rest::routes(app, faulty));
    }
    routes
        .method_not_allowed_fallback(unknown_route)
        .fallback(unknown_route)
        .layer(from_fn_with_state(controls.clone(), calls::count_calls))
}

async fn unknown_route() -> Refusal {
    Refusal::NotFound
}
