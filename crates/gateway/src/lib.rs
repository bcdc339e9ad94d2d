//! The HTTP API: routes, authentication, problems, the OpenAPI document, health and metrics.
//!
//! The gateway knows EHRs only as [`Ehr`](vardbro_ehr::Ehr); which there are, whoever builds it says.

mod access;
mod answer;
mod availability;
mod caller;
mod docs;
mod exchange;
mod gateway;
mod health;
mod limits;
mod links;
mod openapi;
mod problem;
mod readiness;
mod request;
mod routes;
mod scope;
mod server;
mod tls;

pub use docs::{capabilities_page, errors_page};
pub use gateway::{Gateway, Parts};
pub use health::record_metrics;
pub use limits::{Forwarded, Limits, Pace, Rate};
pub use links::Keys;
pub use openapi::document as openapi_document;
pub use server::{Server, router, serve};
pub use tls::{CertificateFault, Tls};
