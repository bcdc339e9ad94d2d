use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::{PgConnectOptions, PgSslMode};

/// Where the database is. Prints no password.
#[derive(Clone)]
pub enum Location {
    /// A file of this machine.
    Sqlite(PathBuf),
    /// A server, by its URL.
    Postgres(SecretString),
}

impl Location {
    /// Reads `sqlite:PATH` or `postgres://…`; `None` for anything else.
    pub fn parse(url: &str) -> Option<Self> {
        match url.split_once(':')? {
            ("sqlite", path) => {
                let path = path.strip_prefix("//").unwrap_or(path);
                (!path.is_empty()).then(|| Self::Sqlite(path.into()))
            }
            ("postgres" | "postgresql", rest) if rest.starts_with("//") => Some(Self::Postgres(url.into())),
            _ => None,
        }
    }

    /// Whether calls go to another machine without proof of who answers there, by all that the driver reads: the URL with its parameters,
    /// and the variables of PostgreSQL.
    pub fn is_exposed(&self) -> bool {
        let Self::Postgres(url) = self else { return false };
        let Ok(options) = url.expose_secret().parse::<PgConnectOptions>() else { return false };
        let proven = matches!(options.get_ssl_mode(), PgSslMode::VerifyFull);
        !proven && options.get_socket().is_none() && !is_here(options.get_host())
    }
}

/// Whether a host is this machine, or a socket of it.
fn is_here(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host.starts_with('/')
        || host.eq_ignore_ascii_case("localhost")
        || address.is_ok_and(|address| address.to_canonical().is_loopback())
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => path.display().fmt(f),
            Self::Postgres(_) => f.write_str("PostgreSQL"),
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_location_is_a_file_or_a_server() {
        let path = |url| match Location::parse(url) {
            Some(Location::Sqlite(path)) => path,
            other => panic!("{url}: {other:?}"),
        };
        assert_eq!(path("sqlite:data/vardbro.sqlite"), Path::new("data/vardbro.sqlite"));
        assert_eq!(path("sqlite:///var/lib/vardbro.sqlite"), Path::new("/var/lib/vardbro.sqlite"));
        assert!(matches!(Location::parse("postgres://vardbro:pw@db/vardbro"), Some(Location::Postgres(_))));
        for wrong in ["", "vardbro.sqlite", "sqlite:", "postgres:vardbro", "mysql://db/vardbro"] {
            assert!(Location::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_location_does_not_print_its_password() {
        let location = Location::parse("postgres://vardbro:hunter2@db/vardbro").unwrap();
        assert_eq!(format!("{location} {location:?}"), "PostgreSQL PostgreSQL");
    }
}
