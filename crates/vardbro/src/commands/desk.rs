//! What commands work with.

use std::sync::Arc;

use vardbro_ehr::Ehr;
use vardbro_ehr::environment::Machine;
use vardbro_ehr::wire::{Egress, WireFactory};
use vardbro_store::{ApplicationRecord, Location, Migrations, Operator, Store};
use vardbro_vault::KeyRing;

use super::output::{Output, Told};
use super::{Common, Failure};
use crate::config::{self, Config, Environment};

/// The configuration and the database.
pub struct Desk {
    pub config: Config,
    pub store: Store,
    pub output: Output,
}

/// The configuration as a server on this machine reads it.
pub fn configured(common: &Common) -> Result<Config, Failure> {
    Ok(config::load(common.config.as_deref(), &Environment::of_process())?.config)
}

/// Opens no database that is not there: whoever forgets `--config` is not given an empty one.
pub fn must_exist(location: &Location) -> Result<(), Failure> {
    match location {
        Location::Sqlite(path) if !path.exists() => Err(Failure::NoDatabase(location.to_string())),
        _ => Ok(()),
    }
}

impl Desk {
    pub async fn open(common: &Common) -> Result<Self, Failure> {
        let config = configured(common)?;
        must_exist(&config.database.location)?;
        let store = Store::open(&config.database.location, Migrations::Require).await?;
        Ok(Self { config, store, output: Output { json: common.json } })
    }

    pub async fn close(self) {
        self.store.close().await;
    }

    pub fn tell(&self, told: &impl Told) -> Result<(), Failure> {
        self.output.tell(told)
    }

    pub fn operator(&self) -> Operator<'_> {
        self.store.operator()
    }

    pub fn keys(&self) -> Result<KeyRing, Failure> {
        Ok(self.config.keys.ring.read()?)
    }

    pub async fn application(&self, client_id: &str) -> Result<ApplicationRecord, Failure> {
        let found = self.operator().application(client_id).await?;
        found.ok_or_else(|| Failure::NoApplication(client_id.to_owned()))
    }

    /// What the operator allows to be called.
    pub fn egress(&self) -> Egress {
        let egress = &self.config.egress;
        Egress {
            allow_http: egress.allow_http,
            allow_private_networks: egress.allow_private_networks.clone(),
        }
    }

    pub fn wires(&self) -> Result<WireFactory, Failure> {
        let machine = Arc::new(Machine);
        Ok(WireFactory::new(self.egress(), machine.clone(), machine)?)
    }
}

/// The codes of the EHRs that connections can be made to.
pub fn codes() -> Vec<&'static str> {
    vardbro_registry::connectors().iter().map(|ehr| ehr.about().code.as_str()).collect()
}

/// The connector of that code.
pub fn connector(code: &str) -> Option<Arc<dyn Ehr>> {
    vardbro_registry::connectors().into_iter().find(|ehr| ehr.about().code.as_str() == code)
}
