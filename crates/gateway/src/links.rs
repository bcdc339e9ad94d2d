//! What an application reaches: its connections, opened with its data key and ready for calls.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use secrecy::SecretString;
use tokio::time::Instant;
use tracing::{error, warn};
use uuid::Uuid;
use vardbro_ehr::Ehr;
use vardbro_ehr::connection::{Connection, Settings};
use vardbro_ehr::wire::{Wire, WireFactory};
use vardbro_model::capabilities::Operation;
use vardbro_store::{Application, ApplicationId, Authenticated, StoredConnection};
use vardbro_vault::{DataKey, KeyRing, WrappedKey};

use crate::availability::Availability;

/// The server's keys, which may change while it runs.
pub trait Keys: Send + Sync + 'static {
    /// As they are known.
    fn ring(&self) -> Arc<KeyRing>;

    /// Read anew, because one was not among them.
    fn reload(&self) -> Arc<KeyRing>;
}

impl Keys for Arc<KeyRing> {
    fn ring(&self) -> Arc<KeyRing> {
        self.clone()
    }

    fn reload(&self) -> Arc<KeyRing> {
        self.clone()
    }
}

/// One connection that is ready for calls.
pub(crate) struct Link {
    pub(crate) connection: Arc<Connection>,
    pub(crate) ehr: Arc<dyn Ehr>,
    pub(crate) wire: Wire,
    pub(crate) calls_per_minute: Option<u32>,
    unavailable: BTreeMap<Operation, String>,
    made_of: MadeOf,
}

impl Link {
    /// Why this connection cannot carry out an operation that its EHR has, as its last check found.
    pub(crate) fn unavailable(&self, operation: Operation) -> Option<&str> {
        self.unavailable.get(&operation).map(String::as_str)
    }
}

/// A connection that cannot be used until the operator has seen to it.
pub(crate) struct Broken {
    pub(crate) ehr: String,
    pub(crate) name: String,
    pub(crate) tag: Option<String>,
}

impl Broken {
    fn of(kept: &StoredConnection) -> Self {
        Self { ehr: kept.ehr.clone(), name: kept.name.clone(), tag: kept.tag.clone() }
    }
}

/// Everything that one application reaches: its connections that are enabled, by EHR, the plain one first.
#[derive(Default)]
pub(crate) struct Reach {
    pub(crate) links: Vec<Arc<Link>>,
    pub(crate) broken: Vec<Broken>,
}

/// Which state of a connection a link was made of.
type MadeOf = (Uuid, i64, u64);

/// The opened connections of applications that called lately.
pub(crate) struct Links {
    ehrs: BTreeMap<&'static str, Arc<dyn Ehr>>,
    wires: WireFactory,
    keys: Arc<dyn Keys>,
    unlocked_for: Duration,
    /// Each behind a lock of its own, because opening a connection may take a moment.
    held: Mutex<HashMap<ApplicationId, Arc<Mutex<Option<Held>>>>>,
    renewed: Mutex<HashMap<Uuid, Renewed>>,
}

struct Held {
    connections: Arc<[StoredConnection]>,
    renewals: u64,
    /// The wrappings that client secrets have opened: without one of them nobody uses what others opened.
    proven: Vec<WrappedKey>,
    reach: Arc<Reach>,
    opened: Instant,
    used: Instant,
}

impl Held {
    /// Whether it still says what the application reaches. What could not be opened is tried again, for a key may have come.
    fn holds(&self, who: &Authenticated, renewals: u64) -> bool {
        let proven = self.proven.contains(&who.wrapped_key);
        let same = Arc::ptr_eq(&self.connections, &who.connections) && self.renewals == renewals && proven;
        same && (self.reach.broken.is_empty() || self.opened.elapsed() < TRY_AGAIN)
    }
}

/// An application has one secret, or a few while it rotates.
const MOST_PROVEN: usize = 8;

/// How long a connection that could not be opened is left alone.
const TRY_AGAIN: Duration = Duration::from_secs(1);

#[derive(Default, Clone)]
struct Renewed {
    times: u64,
    settings: BTreeMap<String, String>,
}

impl Links {
    pub(crate) fn new(
        ehrs: BTreeMap<&'static str, Arc<dyn Ehr>>,
        wires: WireFactory,
        keys: Arc<dyn Keys>,
        unlocked_for: Duration,
    ) -> Self {
        Self { ehrs, wires, keys, unlocked_for, held: Mutex::default(), renewed: Mutex::default() }
    }

    pub(crate) fn ehrs(&self) -> &BTreeMap<&'static str, Arc<dyn Ehr>> {
        &self.ehrs
    }

    /// What the application reaches now. A link whose connection did not change stays the one that it was, with what was learnt of its
    /// quota and its failures.
    pub(crate) fn reach(&self, who: &Authenticated, availability: &Availability) -> Arc<Reach> {
        let renewals = self.renewed().values().map(|renewed| renewed.times).sum();
        let held = self.held().entry(who.application.id()).or_default().clone();
        let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = held.as_mut().filter(|known| known.holds(who, renewals)) {
            known.used = Instant::now();
            return known.reach.clone();
        }
        // Before what is held is looked at: a secret that opens nothing gets nothing, and changes nothing for those that do.
        let Some(key) = self.data_key(who) else { return Arc::new(Self::all_broken(who)) };
        let (before, mut proven) = held.take().map(|held| (held.reach, held.proven)).unwrap_or_default();
        if !proven.contains(&who.wrapped_key) {
            proven.push(who.wrapped_key.clone());
            // Those that are rotated away leave room.
            let too_many = proven.len().saturating_sub(MOST_PROVEN);
            proven.drain(..too_many);
        }
        let reach = Arc::new(self.opened(who, &key, &before));
        let changed = before.links.iter().any(|link| !reach.links.iter().any(|now| Arc::ptr_eq(now, link)));
        if changed {
            availability.forget_everything();
        }
        let connections = who.connections.clone();
        let now = Instant::now();
        *held = Some(Held { connections, renewals, proven, reach: reach.clone(), opened: now, used: now });
        reach
    }

    /// Has the connection made anew at its next call, with these settings over those that are kept.
    pub(crate) fn renew(&self, connection: Uuid, settings: BTreeMap<String, String>) {
        let mut renewed = self.renewed();
        let times = renewed.get(&connection).map_or(0, |renewed| renewed.times).saturating_add(1);
        renewed.insert(connection, Renewed { times, settings });
    }

    /// Forgets what belongs to applications that have not called for a while.
    pub(crate) fn forget_idle(&self) {
        self.held().retain(|_, held| {
            // Whoever has a copy uses it, or is about to fill it.
            let Some(held) = Arc::get_mut(held) else { return true };
            let held = held.get_mut().unwrap_or_else(PoisonError::into_inner);
            held.as_ref().is_some_and(|held| held.used.elapsed() < self.unlocked_for)
        });
    }

    fn all_broken(who: &Authenticated) -> Reach {
        warn!(application = %who.application.id(), "an application's data key cannot be unwrapped; see `vardbro doctor`");
        let enabled = who.connections.iter().filter(|kept| kept.enabled);
        Reach { links: Vec::new(), broken: enabled.map(Broken::of).collect() }
    }

    fn opened(&self, who: &Authenticated, key: &DataKey, before: &Reach) -> Reach {
        let mut reach = Reach::default();
        for kept in who.connections.iter().filter(|kept| kept.enabled) {
            let renewed = self.renewed().get(&kept.id).cloned().unwrap_or_default();
            let made_of = (kept.id, kept.version, renewed.times);
            if let Some(link) = before.links.iter().find(|link| link.made_of == made_of) {
                reach.links.push(link.clone());
                continue;
            }
            // A connector that this program does not have is no fault of the application's.
            let Some(ehr) = self.ehrs.get(kept.ehr.as_str()) else { continue };
            match self.link(&who.application, key, ehr, kept, &renewed) {
                Ok(link) => reach.links.push(Arc::new(link)),
                Err(why) => {
                    let (id, ehr) = (kept.id, &kept.ehr);
                    warn!(connection = %id, ehr, why, "a connection cannot be used; see `vardbro doctor`");
                    reach.broken.push(Broken::of(kept));
                }
            }
        }
        reach
    }

    fn data_key(&self, who: &Authenticated) -> Option<DataKey> {
        let wrapped = &who.wrapped_key;
        let mut ring = self.keys.ring();
        if ring.master(&wrapped.master_key).is_none() {
            ring = self.keys.reload();
        }
        let Some(master) = ring.master(&wrapped.master_key) else {
            error!(master_key = wrapped.master_key, "the key ring lacks a master key that is in use");
            return None;
        };
        master.unwrap(who.application.id().0, &who.secret, wrapped).ok()
    }

    fn link(
        &self,
        application: &Application,
        key: &DataKey,
        ehr: &Arc<dyn Ehr>,
        kept: &StoredConnection,
        renewed: &Renewed,
    ) -> Result<Link, String> {
        let secrets = kept
            .open(application.id(), key)
            .map_err(|_| "its settings cannot be opened, or were changed without the key")?;
        let StoredConnection { id, version, name, tag, mode, note_mapping, unavailable, .. } = kept.clone();
        let plain = kept.settings.iter().chain(&renewed.settings);
        let settings = plain.fold(Settings::default(), |all, (name, value)| all.with(name, value.clone()));
        let with_secret =
            |all: Settings, (name, value): (String, SecretString)| all.with_secret(&name, value);
        let settings = secrets.into_iter().fold(settings, with_secret);
        let code = ehr.about().code;
        let connection = Connection { id, ehr: code, name, tag, mode, settings, note_mapping };
        let profile = ehr.wire_profile(&connection).map_err(|error| error.to_string())?;
        Ok(Link {
            connection: Arc::new(connection),
            ehr: ehr.clone(),
            wire: self.wires.wire(&profile).map_err(|error| error.to_string())?,
            calls_per_minute: profile.calls_per_minute,
            unavailable,
            made_of: (id, version, renewed.times),
        })
    }

    fn renewed(&self) -> MutexGuard<'_, HashMap<Uuid, Renewed>> {
        self.renewed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn held(&self) -> MutexGuard<'_, HashMap<ApplicationId, Arc<Mutex<Option<Held>>>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use vardbro_ehr::environment::Machine;
    use vardbro_ehr::wire::Egress;

    use super::*;

    #[test]
    fn what_somebody_is_about_to_open_is_not_forgotten() {
        let wires = WireFactory::new(Egress::loopback(), Arc::new(Machine), Arc::new(Machine)).unwrap();
        let keys = Arc::new(Arc::new(KeyRing::default()));
        let links = Links::new(BTreeMap::new(), wires, keys, Duration::from_secs(900));
        let of_application = || links.held().entry(ApplicationId(Uuid::nil())).or_default().clone();

        let opening = of_application();
        links.forget_idle();
        assert!(Arc::ptr_eq(&opening, &of_application()), "two who come at once share one");

        drop(opening);
        links.forget_idle();
        assert!(links.held().is_empty(), "what nobody has opened holds nothing");
    }
}
