//! The limits in force: who may come in, and how much of what he may hold.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use vardbro_model::error::ErrorCode;
use vardbro_store::{Application, ApplicationId};

use super::address::{Address, Proxies};
use super::admission::Admission;
use super::logins::Logins;
use super::rate::RateGate;
use super::refusal::Refusal;
use super::settings::Limits;
use super::shares::{Share, Shares};
use crate::problem::Problem;

/// Bodies up to this size need no leave: what bounds the requests bounds them too, and bookings do not wait for documents.
const SMALL_BODY: usize = 64 * 1024;

/// After which somebody who was refused for want of room should come again.
const ROOM_IN: Duration = Duration::from_secs(2);

/// Counts, and refuses.
pub(crate) struct Gate {
    limits: Limits,
    proxies: Proxies,
    applications: Option<RateGate<ApplicationId>>,
    addresses: Option<RateGate<Address>>,
    logins: Option<Logins>,
    slots: Arc<Shares<()>>,
    slots_of_applications: Arc<Shares<ApplicationId>>,
    bodies: Arc<Shares<()>>,
    bodies_of_applications: Arc<Shares<ApplicationId>>,
    connections: Arc<Shares<()>>,
    connections_of_addresses: Arc<Shares<Address>>,
}

/// Leave to keep a connection open.
pub(crate) struct Open {
    _of_all: Share<()>,
    _of_address: Option<Share<Address>>,
}

impl Gate {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            proxies: Proxies::new(limits.trusted_proxies.clone(), limits.forwarded),
            applications: limits.application.map(|rate| RateGate::new("application", rate)),
            addresses: limits.address.map(|rate| RateGate::new("address", rate)),
            logins: limits.failed_logins_per_minute.map(Logins::new),
            slots: Shares::new(limits.requests_in_flight),
            slots_of_applications: Shares::new(limits.requests_in_flight_per_application),
            bodies: Shares::new(limits.body_bytes),
            bodies_of_applications: Shares::new(limits.body_bytes_per_application),
            connections: Shares::new(limits.connections),
            connections_of_addresses: Shares::new(limits.connections_per_address),
            limits,
        }
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Tells how much of everything is taken at the moment.
    pub(crate) fn measure(&self) {
        for (name, taken) in [
            ("vardbro_connections", &self.connections),
            ("vardbro_requests_in_flight", &self.slots),
            ("vardbro_body_bytes", &self.bodies),
        ] {
            metrics::gauge!(name).set(u32::try_from(taken.of(())).unwrap_or(u32::MAX));
        }
    }

    /// A connection, before anything is read from it.
    pub(crate) fn open(&self, peer: IpAddr) -> Result<Open, Refusal> {
        let of_all = self.connections.take((), 1).ok_or(Refusal::Connections)?;
        let of_address = match self.proxies.trusts(peer) {
            true => None,
            false => {
                let share = self.connections_of_addresses.take(Address::of(peer), 1);
                Some(share.ok_or(Refusal::AddressConnections)?)
            }
        };
        Ok(Open { _of_all: of_all, _of_address: of_address })
    }

    /// A request, before anything is done for it. `peer` is `None` where there is no connection.
    pub(crate) fn admit(
        &self,
        admission: &Admission,
        peer: Option<IpAddr>,
        headers: &HeaderMap,
    ) -> Result<(), Problem> {
        if let Some(peer) = peer {
            let address = self.proxies.client(peer, headers);
            admission.comes_from(address);
            if let Some(Err(refused)) = self.addresses.as_ref().map(|gate| gate.count(&address)) {
                admission.stands(refused.standing);
                let detail = "This address sends more requests than it may. Wait for Retry-After seconds.";
                return Err(too_many(Refusal::AddressRate, detail, refused.wait));
            }
        }
        let slot = self.slots.take((), 1).ok_or_else(|| {
            no_room(Refusal::InFlight, "The gateway is overloaded. Nothing was done; try again later.")
        })?;
        admission.held().slot = Some(slot);
        Ok(())
    }

    /// Credentials, before they are looked at.
    pub(crate) fn may_log_in(&self, admission: &Admission, client_id: &str) -> Result<(), Problem> {
        let (Some(logins), Some(address)) = (&self.logins, admission.address()) else { return Ok(()) };
        logins.may_try(address, client_id).map_err(|wait| {
            let detail = "Too many wrong credentials came from this address. Wait for Retry-After seconds.";
            too_many(Refusal::FailedLogins, detail, wait)
        })
    }

    /// Credentials were wrong.
    pub(crate) fn failed_login(&self, admission: &Admission, client_id: &str) {
        // Whoever presents nothing guesses nothing.
        if client_id.is_empty() {
            return;
        }
        if let (Some(logins), Some(address)) = (&self.logins, admission.address()) {
            logins.failed(address);
        }
    }

    /// Credentials were right: from now on the request is this application's.
    pub(crate) fn of_application(
        &self,
        admission: &Admission,
        application: &Application,
    ) -> Result<(), Problem> {
        if let (Some(logins), Some(address)) = (&self.logins, admission.address()) {
            logins.succeeded(address, application.client_id().as_str());
        }
        let application = application.id();
        admission.belongs_to(application);
        match self.applications.as_ref().map(|gate| gate.count(&application)) {
            None => {}
            Some(Ok(standing)) => admission.stands(standing),
            Some(Err(refused)) => {
                admission.stands(refused.standing);
                let detail = "The application sends more requests than it may. Wait for Retry-After seconds.";
                return Err(too_many(Refusal::ApplicationRate, detail, refused.wait));
            }
        }
        let slot = self.slots_of_applications.take(application, 1).ok_or_else(|| {
            let detail =
                "The application has as many requests in flight as it may. Nothing was done; try again later.";
            no_room(Refusal::ApplicationInFlight, detail)
        })?;
        admission.held().slot_of_application = Some(slot);
        Ok(())
    }

    /// Whether a request's body may have so many bytes of memory, all that it has so far included.
    pub(super) fn hold_body(&self, admission: &Admission, bytes: usize) -> bool {
        let bytes = bytes.saturating_sub(SMALL_BODY);
        if bytes == 0 {
            return true;
        }
        let mut held = admission.held();
        if let Some(application) = admission.application()
            && !grow(&mut held.body_of_application, &self.bodies_of_applications, application, bytes)
        {
            Refusal::ApplicationBodyBytes.count();
            return false;
        }
        let granted = grow(&mut held.body, &self.bodies, (), bytes);
        if !granted {
            Refusal::BodyBytes.count();
        }
        granted
    }

    /// For the whole of a body, and between two pieces of it.
    pub(super) fn body_times(&self) -> (Option<Duration>, Option<Duration>) {
        (self.limits.body_time, self.limits.body_pause)
    }
}

fn grow<K: std::hash::Hash + Eq + Copy>(
    share: &mut Option<Share<K>>,
    of: &Arc<Shares<K>>,
    key: K,
    amount: usize,
) -> bool {
    match share {
        Some(share) => share.grow_to(amount),
        None => {
            *share = of.take(key, amount);
            share.is_some()
        }
    }
}

fn too_many(refusal: Refusal, detail: &str, wait: Duration) -> Problem {
    refusal.count();
    Problem::new(ErrorCode::RateLimited, detail).after(wait)
}

fn no_room(refusal: Refusal, detail: &str) -> Problem {
    refusal.count();
    Problem::new(ErrorCode::ServiceUnavailable, detail).after(ROOM_IN)
}
