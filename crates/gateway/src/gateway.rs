//! What all requests share.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use tokio::time::Instant;
use tokio_util::task::TaskTracker;
use uuid::Uuid;
use vardbro_ehr::connection::Connection;
use vardbro_ehr::environment::{Clock, Random};
use vardbro_ehr::meter::Meter;
use vardbro_ehr::wire::{Wire, WireFactory};
use vardbro_ehr::{CheckReport, Ctx, Ehr, EhrError, EhrResult};
use vardbro_model::capabilities::Operation;
use vardbro_model::ehr::Mode;
use vardbro_store::{Application, ApplicationId, Store};

use crate::availability::Availability;
use crate::exchange::TIME_FOR_EHR;
use crate::limits::{Gate, Limits};

/// The gateway. Clones share everything.
#[derive(Clone)]
pub struct Gateway(Arc<Shared>);

struct Shared {
    ehrs: BTreeMap<&'static str, Arc<dyn Ehr>>,
    store: Arc<Store>,
    wires: WireFactory,
    links: RwLock<HashMap<ApplicationId, Vec<Arc<Link>>>>,
    availability: Availability,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    public_origin: String,
    gate: Arc<Gate>,
    writes: TaskTracker,
}

/// One connection that is ready for calls.
pub(crate) struct Link {
    pub(crate) connection: Arc<Connection>,
    pub(crate) ehr: Arc<dyn Ehr>,
    pub(crate) wire: Wire,
    pub(crate) calls_per_minute: Option<u32>,
    unavailable: RwLock<BTreeMap<Operation, String>>,
}

impl Link {
    /// Why this connection cannot carry out an operation that its EHR has, as the last check found.
    pub(crate) fn unavailable(&self, operation: Operation) -> Option<String> {
        self.unavailable.read().unwrap_or_else(PoisonError::into_inner).get(&operation).cloned()
    }
}

/// What a gateway is made of.
pub struct Parts {
    /// Every EHR that it knows.
    pub ehrs: Vec<Arc<dyn Ehr>>,
    /// Who may call.
    pub store: Arc<Store>,
    /// Makes the wires of connections.
    pub wires: WireFactory,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes request ids.
    pub random: Arc<dyn Random>,
    /// Where clients reach the API, such as `http://127.0.0.1:8080`, for the links in answers.
    pub public_origin: String,
    /// What it bears, and from whom.
    pub limits: Limits,
}

impl Gateway {
    /// A gateway to which no application is connected yet.
    pub fn new(parts: Parts) -> Self {
        let Parts { ehrs, store, wires, clock, random, public_origin, limits } = parts;
        Self(Arc::new(Shared {
            ehrs: ehrs.into_iter().map(|ehr| (ehr.about().code.as_str(), ehr)).collect(),
            store,
            wires,
            links: RwLock::default(),
            availability: Availability::new(),
            clock,
            random,
            public_origin,
            gate: Arc::new(Gate::new(limits)),
            writes: TaskTracker::new(),
        }))
    }

    /// Lets an application reach an installation of an EHR. A connection of the same id is replaced, and with it what was learnt
    /// of its quota, its failures and its free times; what is in flight over it goes on.
    pub fn connect(
        &self,
        application: &Application,
        ehr: &Arc<dyn Ehr>,
        connection: Connection,
    ) -> EhrResult<()> {
        let profile = ehr.wire_profile(&connection)?;
        let link = Link {
            connection: Arc::new(connection),
            ehr: ehr.clone(),
            wire: self.0.wires.wire(&profile).map_err(|error| EhrError::failed(error.to_string()))?,
            calls_per_minute: profile.calls_per_minute,
            unavailable: RwLock::default(),
        };
        let mut links = self.0.links.write().unwrap_or_else(PoisonError::into_inner);
        let links = links.entry(application.id()).or_default();
        match links.iter_mut().find(|present| present.connection.id == link.connection.id) {
            Some(present) => {
                *present = Arc::new(link);
                self.0.availability.forget_everything();
            }
            None => links.push(Arc::new(link)),
        }
        Ok(())
    }

    /// Has the EHR asked whether the connection works, and remembers what it cannot do.
    pub async fn check(&self, application: &Application, connection: Uuid) -> EhrResult<CheckReport> {
        let link = {
            let links = self.0.links.read().unwrap_or_else(PoisonError::into_inner);
            let mut links = links.get(&application.id()).into_iter().flatten();
            links.find(|link| link.connection.id == connection).cloned()
        };
        let link = link.ok_or_else(|| EhrError::failed("There is no such connection."))?;
        let ctx = Ctx {
            connection: link.connection.clone(),
            operation: Operation::ListCareUnits,
            clock: self.0.clock.clone(),
            deadline: Instant::now() + TIME_FOR_EHR,
            fresh: true,
            meter: Meter::default(),
            wire: link.wire.clone(),
        };
        let report = link.ehr.check(&ctx).await?;
        *link.unavailable.write().unwrap_or_else(PoisonError::into_inner) =
            report.unavailable.iter().cloned().collect();
        Ok(report)
    }

    /// Waits until every write that was begun has ended, also those whose client went away.
    pub async fn drain(&self) {
        self.0.writes.close();
        self.0.writes.wait().await;
    }

    pub(crate) fn ehrs(&self) -> impl Iterator<Item = &Arc<dyn Ehr>> {
        self.0.ehrs.values()
    }

    pub(crate) fn ehr(&self, code: &str) -> Option<&Arc<dyn Ehr>> {
        self.0.ehrs.get(code)
    }

    /// The application's enabled connections to an EHR, the plain one first.
    pub(crate) fn links(&self, application: &Application, ehr: &dyn Ehr) -> Vec<Arc<Link>> {
        let links = self.0.links.read().unwrap_or_else(PoisonError::into_inner);
        let code = ehr.about().code;
        let reachable = |link: &&Arc<Link>| link.connection.ehr == code && link.connection.mode != Mode::Off;
        links.get(&application.id()).into_iter().flatten().filter(reachable).cloned().collect()
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn gate(&self) -> &Arc<Gate> {
        &self.0.gate
    }

    pub(crate) fn availability(&self) -> &Availability {
        &self.0.availability
    }

    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    pub(crate) fn public_origin(&self) -> &str {
        &self.0.public_origin
    }

    pub(crate) fn writes(&self) -> &TaskTracker {
        &self.0.writes
    }

    pub(crate) fn new_id(&self) -> Uuid {
        uuid::Builder::from_random_bytes(
            (u128::from(self.0.random.bits()) << 64 | u128::from(self.0.random.bits())).to_be_bytes(),
        )
        .into_uuid()
    }
}
