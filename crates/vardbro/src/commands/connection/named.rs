//! Which connection is meant.

use clap::Args;
use uuid::Uuid;
use vardbro_store::{ApplicationRecord, StoredConnection};

use super::super::Failure;
use super::super::desk::Desk;

/// A connection on the command line.
#[derive(Debug, Args)]
pub struct Which {
    /// Its id, or EHR/NAME such as "cliniko/North clinic".
    #[arg(value_name = "CONNECTION")]
    pub connection: String,
    /// The application whose connection it is, where several have one of that name.
    #[arg(long, value_name = "CLIENT_ID")]
    pub app: Option<String>,
}

/// A connection that there is, and whose it is.
pub struct Named {
    pub application: ApplicationRecord,
    pub connection: StoredConnection,
}

/// How a connection is called in words, and on the command line.
pub fn title(connection: &StoredConnection) -> String {
    format!("{}/{}", connection.ehr, connection.name)
}

/// All connections, or one application's.
pub async fn all(desk: &Desk, app: Option<&str>) -> Result<Vec<Named>, Failure> {
    let applications = match app {
        Some(client_id) => vec![desk.application(client_id).await?],
        None => desk.operator().applications().await?,
    };
    let mut all = Vec::new();
    for application in applications {
        for connection in desk.operator().connections(application.id).await? {
            all.push(Named { application: application.clone(), connection });
        }
    }
    Ok(all)
}

/// The one that is meant.
pub async fn find(desk: &Desk, which: &Which) -> Result<Named, Failure> {
    let id = which.connection.parse::<Uuid>().ok();
    let mut found = all(desk, which.app.as_deref()).await?;
    found.retain(|named| id == Some(named.connection.id) || title(&named.connection) == which.connection);
    match (found.pop(), found.as_slice()) {
        (None, _) => Err(Failure::NoConnection(which.connection.clone())),
        (Some(one), []) => Ok(one),
        (Some(one), others) => {
            let all = others.iter().chain([&one]);
            let ids = all.map(|named| format!("{} of {}", named.connection.id, named.application.client_id));
            Err(Failure::AmbiguousConnection { name: which.connection.clone(), ids: ids.collect() })
        }
    }
}

/// Keeps what was changed, unless somebody else was quicker.
pub async fn update(desk: &Desk, named: &Named) -> Result<(), Failure> {
    let done = desk.operator().update_connection(named.application.id, &named.connection).await?;
    if done { Ok(()) } else { Err(Failure::ChangedMeanwhile) }
}
