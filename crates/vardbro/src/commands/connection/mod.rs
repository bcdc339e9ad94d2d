//! `vardbro connection`: which EHRs applications reach.

mod add;
mod change;
mod check;
mod draft;
mod list;
mod mapping;
mod named;
mod settings;
mod state;
mod tag;
mod templates;

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};

use super::app::name;
use super::desk::{Desk, codes};
use super::output::Output;
use super::{Common, Failure};
use named::Which;

pub use self::check::{Checked, check};
pub use self::draft::{missing, opened, refused};
pub use self::named::title;

#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List what connections to an EHR must be given.
    Settings {
        #[arg(value_name = "EHR", value_parser = PossibleValuesParser::new(codes()))]
        ehr: String,
    },
    /// Let an application reach an installation of an EHR.
    ///
    /// The application's client secret is asked for, because the EHR's credentials are sealed with it. Secret settings never stand on the
    /// command line: they come from --settings, or are asked for.
    ///
    /// What is asked for is read from standard input where that is no terminal, a line each: the client secret (unless it is in
    /// VARDBRO_CLIENT_SECRET), then the settings file with --settings -, or else each secret that is required.
    ///
    /// The connection is checked by a harmless real call. If it does not work it is kept, but disabled.
    Add(add::AddOptions),
    /// List connections.
    List {
        /// Only this application's.
        #[arg(long, value_name = "CLIENT_ID")]
        app: Option<String>,
    },
    /// Show a connection, but not its secrets.
    Show {
        #[command(flatten)]
        which: Which,
    },
    /// Make a harmless real call to the EHR and tell what works. What does not is refused from then on before anything is sent.
    Check {
        #[command(flatten)]
        which: Which,
    },
    /// Let the application use it.
    Enable {
        #[command(flatten)]
        which: Which,
    },
    /// Do not let the application use it, from now on and on every server.
    Disable {
        #[command(flatten)]
        which: Which,
    },
    /// Enter new credentials. They are checked first, and replace the old ones only if they work.
    Rotate(change::RotateOptions),
    /// Change settings that are not secret. They are checked first, and replace the old ones only if they work.
    Set(change::SetOptions),
    /// Give it another name. Its care-unit ids stay the same.
    Rename {
        #[command(flatten)]
        which: Which,
        /// What people call it.
        #[arg(value_parser = name)]
        name: String,
    },
    /// Delete it. Care-unit ids that lead to it lead nowhere.
    Remove {
        #[command(flatten)]
        which: Which,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// List the note templates that the EHR offers, with the ids that a mapping takes.
    Templates {
        #[command(flatten)]
        which: Which,
    },
    /// Map our note templates to the EHR's. The file replaces the whole mapping; `connection mapping` prints it in the same shape.
    Map {
        #[command(flatten)]
        which: Which,
        /// The mapping, as TOML or JSON; - is standard input.
        #[arg(long, value_name = "FILE")]
        file: PathBuf,
        /// Do not ask the EHR whether it has these templates and fields.
        #[arg(long)]
        no_check: bool,
    },
    /// Print the mapping of note templates, as `connection map` takes it.
    Mapping {
        #[command(flatten)]
        which: Which,
    },
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let Options { common, action } = options;
    if let Action::Settings { ehr } = &action {
        return settings::settings(Output { json: common.json }, ehr);
    }
    let desk = Desk::open(&common).await?;
    let done = carry_out(&desk, action).await;
    desk.close().await;
    done
}

async fn carry_out(desk: &Desk, action: Action) -> Result<(), Failure> {
    match action {
        Action::Settings { ehr } => settings::settings(desk.output, &ehr),
        Action::Add(options) => add::add(desk, options).await,
        Action::List { app } => list::list(desk, app.as_deref()).await,
        Action::Show { which } => list::show(desk, &which).await,
        Action::Check { which } => check::run(desk, &which).await,
        Action::Enable { which } => state::set_enabled(desk, &which, true).await,
        Action::Disable { which } => state::set_enabled(desk, &which, false).await,
        Action::Rotate(options) => change::rotate(desk, options).await,
        Action::Set(options) => change::set(desk, options).await,
        Action::Rename { which, name } => state::rename(desk, &which, name).await,
        Action::Remove { which, yes } => state::remove(desk, &which, yes).await,
        Action::Templates { which } => templates::templates(desk, &which).await,
        Action::Map { which, file, no_check } => mapping::map(desk, &which, &file, no_check).await,
        Action::Mapping { which } => mapping::print(desk, &which).await,
    }
}
