//! `vardbro app`: who may call.

mod create;
mod list;
mod name;
mod rotate;
mod state;

use clap::{Args, Subcommand};
use vardbro_store::ClientId;

use super::desk::Desk;
use super::{Common, Failure};

pub use self::name::{name, slug};

#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make an application. Its client secret is shown once and kept nowhere.
    Create {
        /// What people call it.
        #[arg(value_parser = name)]
        name: String,
        /// What it presents beside its secret. Without one it is made from the name.
        #[arg(long, value_parser = client_id)]
        client_id: Option<ClientId>,
    },
    /// List the applications.
    List,
    /// Show an application and its secrets, but not what they are.
    Show { client_id: String },
    /// Refuse its calls from now on, on every server.
    Disable { client_id: String },
    /// Answer its calls again.
    Enable { client_id: String },
    /// Make a new client secret, shown once. The old one stays good for a while.
    ///
    /// The old secret is asked for: it opens what is sealed for the application. It may stand in VARDBRO_CLIENT_SECRET.
    Rotate(rotate::RotateOptions),
    /// Delete it with its secrets and connections. The access log keeps what it did.
    Delete {
        client_id: String,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
}

fn client_id(text: &str) -> Result<ClientId, String> {
    ClientId::parse(text).ok_or_else(|| "1 to 64 letters, digits, hyphens, underscores and dots".to_owned())
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let Options { common, action } = options;
    let desk = Desk::open(&common).await?;
    let done = match action {
        Action::Create { name, client_id } => create::create(&desk, &name, client_id).await,
        Action::List => list::list(&desk).await,
        Action::Show { client_id } => list::show(&desk, &client_id).await,
        Action::Disable { client_id } => state::set_enabled(&desk, &client_id, false).await,
        Action::Enable { client_id } => state::set_enabled(&desk, &client_id, true).await,
        Action::Rotate(options) => rotate::rotate(&desk, options).await,
        Action::Delete { client_id, yes } => state::delete(&desk, &client_id, yes).await,
    };
    desk.close().await;
    done
}
