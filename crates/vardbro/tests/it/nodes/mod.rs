//! Several gateways over one database, and what happens to them.

mod calls;
mod crash;
mod memory;
mod outage;
mod rotation;
mod sealed;
mod site;
mod together;
