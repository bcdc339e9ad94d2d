//! Secrets and consent, from whoever runs the command. Never from its arguments, which every user of the machine can read.

use std::env;
use std::io::{BufRead, IsTerminal, Write, stderr, stdin};

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::Failure;

/// Where a secret may stand instead of being asked for.
pub const CLIENT_SECRET: &str = "VARDBRO_CLIENT_SECRET";
pub const AUDIT_PRIVATE_KEY: &str = "VARDBRO_AUDIT_PRIVATE_KEY";

/// Whether somebody can be asked, and not only a program that has written its answers already.
pub fn at_terminal() -> bool {
    stdin().is_terminal()
}

/// A secret: the variable's, or else the answer.
pub fn secret_or_variable(what: &str, variable: &'static str) -> Result<SecretString, Failure> {
    let given = env::var(variable).map(Zeroizing::new).ok();
    if let Some(given) = given.filter(|given| !given.trim().is_empty()) {
        return Ok(given.trim().into());
    }
    secret(what)?.ok_or_else(|| Failure::NotGiven { what: what.to_owned(), variable })
}

/// A secret: typed at the terminal without being shown, or else the next line of standard input. `None` if it is empty.
pub fn secret(what: &str) -> Result<Option<SecretString>, Failure> {
    let answer = if at_terminal() {
        Zeroizing::new(rpassword::prompt_password(format!("{what}: ")).map_err(Failure::Ask)?)
    } else {
        let mut line = Zeroizing::new(String::new());
        stdin().lock().read_line(&mut line).map_err(Failure::Ask)?;
        line
    };
    let secret = SecretString::from(answer.trim());
    Ok((!secret.expose_secret().is_empty()).then_some(secret))
}

/// Goes on only if somebody at the terminal agrees.
pub fn consent(question: &str) -> Result<(), Failure> {
    if !at_terminal() {
        return Err(Failure::NeedsYes);
    }
    let mut answer = String::new();
    write!(stderr(), "{question} [y/N] ").map_err(Failure::Ask)?;
    stdin().lock().read_line(&mut answer).map_err(Failure::Ask)?;
    match answer.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure::Declined),
    }
}
