//! `DATA_DIR/sandbox.json`: the client id and the secret, for programs to read.

use std::path::Path;

use serde::{Deserialize, Serialize};
use vardbro_store::ClientId;
use vardbro_vault::ClientSecret;

use super::kept::{KeptError, kept};

/// The sandbox's one client. Its id never changes, so that whoever deletes the file has put an end to the old secret.
const CLIENT_ID: &str = "sandbox";

pub struct Credentials {
    pub client_id: ClientId,
    pub client_secret: ClientSecret,
}

#[derive(Serialize, Deserialize)]
struct File {
    client_id: String,
    client_secret: String,
}

impl Credentials {
    /// Those in the directory, or new ones that are kept there.
    pub fn kept_in(directory: &Path) -> Result<Self, KeptError> {
        kept(&directory.join("sandbox.json"), "a client_id and a client_secret", parse, new)
    }
}

fn parse(text: &str) -> Option<Credentials> {
    let file: File = serde_json::from_str(text).ok()?;
    Some(Credentials {
        client_id: ClientId::parse(&file.client_id)?,
        client_secret: ClientSecret::parse(&file.client_secret)?,
    })
}

fn new() -> String {
    let secret = ClientSecret::random();
    let file = File { client_id: CLIENT_ID.to_owned(), client_secret: secret.expose().to_owned() };
    // Two strings can always be written.
    serde_json::to_string_pretty(&file).unwrap_or_default() + "\n"
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::tempdir;

    use super::*;

    #[test]
    fn a_second_start_has_the_same_credentials() {
        let directory = tempdir().unwrap();
        let first = Credentials::kept_in(directory.path()).unwrap();
        let second = Credentials::kept_in(directory.path()).unwrap();
        assert_eq!(first.client_secret.expose(), second.client_secret.expose());
        assert_eq!(second.client_id.as_str(), "sandbox");
    }

    #[test]
    fn a_file_that_holds_none_is_refused_without_quoting_it() {
        let directory = tempdir().unwrap();
        for wrong in [
            "",
            "{",
            "[]",
            r#"{"client_id":"sandbox"}"#,
            r#"{"client_id":"sandbox","client_secret":"hunter2"}"#,
        ] {
            fs::write(directory.path().join("sandbox.json"), wrong).unwrap();
            let error = Credentials::kept_in(directory.path()).err().unwrap().to_string();
            assert!(error.contains("sandbox.json") && !error.contains("hunter2"), "{error}");
        }
    }
}
