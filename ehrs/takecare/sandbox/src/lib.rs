#![doc = include_str!("../README.md")]

mod booking;
mod call;
mod care_units;
mod case_notes;
mod documents;
mod exchange;
mod message;
pub mod note_templates;
mod number;
mod options;
mod patients;
mod places;
mod refusal;
mod register;
mod routes;
mod seed;
mod service;
mod soap;
mod state;
mod time;
mod tls;
mod wsdl;
mod xml;

pub use options::{Account, InnerXml, MutualTls, Options, SigningOrder};
pub use vardbro_sandbox_kit::Running;

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use vardbro_sandbox_kit::{Bound, Controls, admin_router};

use crate::service::Service;
use crate::state::{App, Sandbox};

/// Starts the services on `listen`.
///
/// `Running::native` is the Booking service's address; the others lie beside it. `Running::credentials` has
/// `externaluser` and `invokingsystem`, and `tcusername` and `tcpassword` if the options demand them. With TLS all of it,
/// `/_sandbox/*` too, asks for the client's certificate.
pub async fn start(options: Options, listen: SocketAddr) -> io::Result<Running> {
    let controls = Controls::new(options.clock.clone(), None, options.seed);
    let credentials = credentials(&options);
    let tls = options.tls.as_ref().map(tls::server_config).transpose()?;
    let bound = Bound::to(listen).await?;
    let bound = match tls {
        Some(config) => bound.over_tls(config),
        None => bound,
    };
    let origin = bound.origin().to_owned();
    let sandbox: App = Arc::new(Sandbox::new(options));
    let admin = admin_router(controls.clone(), sandbox.clone());
    let server = bound.serve(admin.merge(routes::routes(sandbox.clone(), controls.clone(), &origin)));

    Ok(Running {
        native: format!("{origin}{}{}", routes::NODE, Service::Booking.path()),
        origin,
        credentials,
        other_origins: BTreeMap::new(),
        controls,
        ehr: sandbox,
        servers: vec![server],
    })
}

fn credentials(options: &Options) -> BTreeMap<String, String> {
    let caller =
        [("externaluser", &options.external_user), ("invokingsystem", &options.invoking_system)].into_iter();
    let account = options.account.iter();
    let account =
        account.flat_map(|account| [("tcusername", &account.username), ("tcpassword", &account.password)]);
    caller.chain(account).map(|(name, value)| (name.to_owned(), value.clone())).collect()
}
