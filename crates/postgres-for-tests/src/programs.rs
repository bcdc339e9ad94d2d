use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where Debian and its kin keep the versions of PostgreSQL, each in a directory of its own.
const VERSIONS: &str = "/usr/lib/postgresql";

/// The directory of PostgreSQL's programs.
pub struct Programs(PathBuf);

impl Programs {
    /// The newest version that is installed, or else the one on the path.
    pub fn find() -> Option<Self> {
        let mut versions: Vec<(u32, PathBuf)> = fs::read_dir(VERSIONS)
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| {
                let version = entry.file_name().to_str()?.parse().ok()?;
                Some((version, entry.path().join("bin")))
            })
            .collect();
        versions.sort_unstable_by(|one, other| other.cmp(one));
        let path = env::var_os("PATH").unwrap_or_default();
        let places = versions.into_iter().map(|(_, place)| place).chain(env::split_paths(&path));
        places.into_iter().find(|place| is_complete(place)).map(Self)
    }

    pub fn directory(&self) -> &Path {
        &self.0
    }

    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.0.join(program));
        clean(&mut command);
        command
    }
}

/// All that is needed is there: the server and the client come in packages of their own.
fn is_complete(place: &Path) -> bool {
    place.is_absolute()
        && ["initdb", "pg_ctl", "postgres", "psql", "pg_dump", "pg_restore"]
            .into_iter()
            .all(|program| place.join(program).is_file())
}

/// What the environment says of other servers (`PGHOST`, `PGOPTIONS`…) is not about this one.
pub fn clean(command: &mut Command) {
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("PG")) {
            command.env_remove(name);
        }
    }
    command.env("LC_ALL", OsStr::new("C"));
}
