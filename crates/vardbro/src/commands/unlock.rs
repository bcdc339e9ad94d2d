//! An application's data key, which takes both its client secret and the server's key ring.

use jiff::Timestamp;
use secrecy::ExposeSecret;
use vardbro_store::{ApplicationRecord, SecretRecord};
use vardbro_vault::{ClientSecret, DataKey, SecretHash};

use super::Failure;
use super::ask::{CLIENT_SECRET, secret_or_variable};
use super::desk::Desk;

/// Asks for the application's client secret, and opens its data key with it.
pub async fn unlock(desk: &Desk, application: &ApplicationRecord) -> Result<DataKey, Failure> {
    let what = format!("Client secret of {}", application.client_id);
    let given = secret_or_variable(&what, CLIENT_SECRET)?;
    let secret = ClientSecret::parse(given.expose_secret())
        .ok_or(Failure::NoSecret { what: "the client secret", prefix: "vardbro_" })?;
    open(desk, application, &secret).await
}

async fn open(
    desk: &Desk,
    application: &ApplicationRecord,
    secret: &ClientSecret,
) -> Result<DataKey, Failure> {
    let client_id = || application.client_id.to_string();
    let hash = SecretHash::of(secret.expose());
    let secrets = desk.operator().secrets().await?;
    let is_it = |kept: &&SecretRecord| kept.application == application.id && kept.hash.matches(&hash);
    let kept = secrets.iter().rfind(is_it).ok_or_else(|| Failure::WrongSecret(client_id()))?;
    if !kept.is_good(Timestamp::now()) {
        return Err(Failure::ExpiredSecret(client_id()));
    }
    let ring = desk.keys()?;
    let wrapped = &kept.wrapped_key;
    let master = ring.master(&wrapped.master_key);
    let master = master.ok_or_else(|| Failure::LostMasterKey(wrapped.master_key.clone()))?;
    master.unwrap(application.id.0, secret, wrapped).map_err(|_| Failure::Unwrapped(client_id()))
}
