//! What all requests share.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;
use tokio_util::task::TaskTracker;
use uuid::Uuid;
use vardbro_ehr::environment::{Clock, Random};
use vardbro_ehr::meter::Meter;
use vardbro_ehr::wire::WireFactory;
use vardbro_ehr::{CheckReport, Ctx, Ehr, EhrError, EhrResult};
use vardbro_model::capabilities::Operation;
use vardbro_store::access_log::AccessLog;
use vardbro_store::{Authenticated, Store};

use crate::availability::Availability;
use crate::exchange::TIME_FOR_EHR;
use crate::limits::{Gate, Limits};
use crate::links::{Keys, Links, Reach};
use crate::readiness::Readiness;

/// How often credentials that nobody uses are looked for.
const LOOK_FOR_IDLE: Duration = Duration::from_secs(1);

/// The gateway. Clones share everything.
#[derive(Clone)]
pub struct Gateway(Arc<Shared>);

struct Shared {
    store: Arc<Store>,
    access_log: Option<Arc<AccessLog>>,
    links: Links,
    availability: Availability,
    readiness: Readiness,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    public_origin: String,
    gate: Arc<Gate>,
    writes: TaskTracker,
}

/// What a gateway is made of.
pub struct Parts {
    /// Every EHR that it knows.
    pub ehrs: Vec<Arc<dyn Ehr>>,
    /// Who may call.
    pub store: Arc<Store>,
    /// Where every access to a patient is logged. `None` is for measuring what that costs.
    pub access_log: Option<Arc<AccessLog>>,
    /// What opens the credentials of connections, together with the client secret.
    pub keys: Arc<dyn Keys>,
    /// How long after an application's last call its connections stay open.
    pub unlocked_for: Duration,
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
        let Parts {
            ehrs,
            store,
            access_log,
            keys,
            unlocked_for,
            wires,
            clock,
            random,
            public_origin,
            limits,
        } = parts;
        let ehrs = ehrs.into_iter().map(|ehr| (ehr.about().code.as_str(), ehr)).collect();
        Self(Arc::new(Shared {
            store,
            access_log,
            links: Links::new(ehrs, wires, keys, unlocked_for),
            availability: Availability::new(),
            readiness: Readiness::default(),
            clock,
            random,
            public_origin,
            gate: Arc::new(Gate::new(limits)),
            writes: TaskTracker::new(),
        }))
    }

    /// Has a connection made anew at its next call, with these settings over those that are kept: what was learnt of its quota, its
    /// failures and its free times is forgotten; what is in flight over it goes on.
    pub fn renew(&self, connection: Uuid, settings: BTreeMap<String, String>) {
        self.0.links.renew(connection, settings);
    }

    /// Has the EHR asked whether a connection works. What it finds is for the operator to keep.
    pub async fn check(&self, who: &Authenticated, connection: Uuid) -> EhrResult<CheckReport> {
        let reach = self.reach(who);
        let link = reach.links.iter().find(|link| link.connection.id == connection);
        let link =
            link.ok_or_else(|| EhrError::failed("There is no such connection, or it cannot be used."))?;
        let ctx = Ctx {
            connection: link.connection.clone(),
            operation: Operation::ListCareUnits,
            clock: self.0.clock.clone(),
            deadline: Instant::now() + TIME_FOR_EHR,
            fresh: true,
            meter: Meter::default(),
            wire: link.wire.clone(),
        };
        link.ehr.check(&ctx).await
    }

    /// Waits until every write that was begun has ended, also those whose client went away.
    pub async fn drain(&self) {
        self.0.writes.close();
        self.0.writes.wait().await;
    }

    pub(crate) fn ehrs(&self) -> impl Iterator<Item = &Arc<dyn Ehr>> {
        self.0.links.ehrs().values()
    }

    pub(crate) fn ehr(&self, code: &str) -> Option<&Arc<dyn Ehr>> {
        self.0.links.ehrs().get(code)
    }

    /// What the application reaches now.
    pub(crate) fn reach(&self, who: &Authenticated) -> Arc<Reach> {
        self.0.links.reach(who, &self.0.availability)
    }

    /// Goes on forgetting the credentials of applications that have not called for a while.
    pub(crate) async fn forget_idle(&self) {
        loop {
            tokio::time::sleep(LOOK_FOR_IDLE).await;
            self.0.links.forget_idle();
        }
    }

    /// Whether callers can be authenticated, as of now or a moment ago.
    pub(crate) async fn can_authenticate(&self) -> bool {
        // Nobody in particular: what counts is that the store can tell.
        self.0.readiness.ask(async { self.0.store.authenticate("", "", self.now()).await.is_ok() }).await
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn gate(&self) -> &Arc<Gate> {
        &self.0.gate
    }

    pub(crate) fn access_log(&self) -> Option<&AccessLog> {
        self.0.access_log.as_deref()
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
