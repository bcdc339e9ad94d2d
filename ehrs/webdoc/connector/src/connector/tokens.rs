//! Access tokens: one for each connection, asked for by one caller while the others wait.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt, TryStreamExt, stream};
use http::{HeaderValue, StatusCode};
use jiff::{SignedDuration, Timestamp};
use moka::future::Cache;
use secrecy::ExposeSecret;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::{Instant, timeout_at};
use url::form_urlencoded::byte_serialize;
use vardbro_ehr::{Ctx, EhrError, EhrErrorKind, EhrResult};

use super::needs;
use crate::config::{Config, Key};
use crate::error;
use crate::wire::Scope;
use crate::wire::token::{self, Grant};

const MOST_CONNECTIONS: u64 = 10_000;

/// Scopes that are tried one by one: so many at once.
const TRIES_AT_ONCE: usize = 4;

/// What a token lives that does not say.
const UNTOLD_LIFE: Duration = Duration::from_secs(300);

/// When a renewal fails, the old token is used so long before the next attempt, while it lives.
const PAUSE: SignedDuration = SignedDuration::from_secs(30);

/// A client that was refused is not asked for again so soon: finding out cost a request for each scope.
const REFUSED_FOR: Duration = Duration::from_secs(10);

/// A token, and what it may be used for. Does not print itself.
pub(super) struct Token {
    pub(super) authorization: HeaderValue,
    pub(super) granted: BTreeSet<Scope>,
    expires_at: Timestamp,
}

impl Token {
    /// The words without the token, should an answer repeat it.
    pub(super) fn hidden_in(&self, words: &str) -> String {
        let value = self.authorization.to_str().unwrap_or_default();
        words.replace(value.trim_start_matches("Bearer "), "***")
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("granted", &self.granted).finish_non_exhaustive()
    }
}

/// Every connection's token.
pub(super) struct Tokens(Cache<Key, Arc<Mutex<Desk>>>);

impl Default for Tokens {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(MOST_CONNECTIONS).build())
    }
}

/// Where one connection's token lies. Who asks for another holds the lock meanwhile; whoever gives up half-way changes nothing.
#[derive(Default)]
struct Desk {
    token: Option<Arc<Token>>,
    renew_at: Timestamp,
    /// What the client was found to have, when that is not all that was asked for.
    limited_to: Option<BTreeSet<Scope>>,
    /// The last attempt's failure: those who waited for that attempt share it, and those who come next a refusal.
    failure: Option<Failure>,
}

struct Failure {
    shared_until: Instant,
    error: EhrError,
}

/// Why there is no token.
enum Failed {
    /// The client is refused, or every scope is.
    Refused(EhrError),
    /// For another reason, which may pass.
    Otherwise(EhrError),
}

impl From<EhrError> for Failed {
    fn from(error: EhrError) -> Self {
        Self::Otherwise(error)
    }
}

impl Tokens {
    /// A token that lives.
    pub(super) async fn current(&self, ctx: &Ctx, config: &Config) -> EhrResult<Arc<Token>> {
        let came = Instant::now();
        let mut desk = self.desk(ctx, config).await?;
        if let Some(token) = desk.fresh(ctx) {
            return Ok(token);
        }
        let error = match desk.renew(came, ctx, config).await {
            Ok(token) => return Ok(token),
            Err(error) => error,
        };
        let old = desk.token.clone().filter(|old| ctx.clock.now() < old.expires_at).ok_or(error)?;
        tracing::warn!("Webdoc hands out no new access token; the old one is used while it lives");
        desk.renew_at = later(ctx.clock.now(), PAUSE).min(old.expires_at);
        Ok(old)
    }

    /// Another token than this one, which was refused.
    pub(super) async fn instead_of(
        &self,
        refused: &Arc<Token>,
        ctx: &Ctx,
        config: &Config,
    ) -> EhrResult<Arc<Token>> {
        let came = Instant::now();
        let mut desk = self.desk(ctx, config).await?;
        match desk.fresh(ctx).filter(|token| !Arc::ptr_eq(token, refused)) {
            Some(another) => Ok(another),
            None => desk.renew(came, ctx, config).await,
        }
    }

    /// A new token in any case, for which everything is asked for: scopes may have been granted since.
    pub(super) async fn anew(&self, ctx: &Ctx, config: &Config) -> EhrResult<Arc<Token>> {
        let mut desk = self.desk(ctx, config).await?;
        desk.limited_to = None;
        desk.failure = None;
        desk.renew(Instant::now(), ctx, config).await
    }

    /// A token for one scope, which is not kept; `None`: the client does not have that scope.
    pub(super) async fn for_one(&self, scope: Scope, ctx: &Ctx, config: &Config) -> EhrResult<Option<Token>> {
        let asked_at = ctx.clock.now();
        let wanted = BTreeSet::from([scope]);
        match ask(ctx, config, &wanted).await? {
            Ok(grant) => accept(&grant, grant.granted(&wanted), asked_at).map(Some),
            Err(refusal) if refusal.is_the_clients => Err(refusal.error),
            Err(_) => Ok(None),
        }
    }

    async fn desk(&self, ctx: &Ctx, config: &Config) -> EhrResult<OwnedMutexGuard<Desk>> {
        let desk = self.0.get_with(config.key, async { Arc::default() }).await;
        timeout_at(ctx.deadline, desk.lock_owned()).await.map_err(|_| {
            EhrError::new(
                EhrErrorKind::Timeout,
                "Webdoc's token host did not answer in time. Nothing was sent.",
            )
        })
    }
}

impl Desk {
    fn fresh(&self, ctx: &Ctx) -> Option<Arc<Token>> {
        self.token.clone().filter(|_| ctx.clock.now() < self.renew_at)
    }

    /// Asks for a token, unless somebody did so in vain since `came`.
    async fn renew(&mut self, came: Instant, ctx: &Ctx, config: &Config) -> EhrResult<Arc<Token>> {
        if let Some(failure) = self.failure.as_ref().filter(|failure| came < failure.shared_until) {
            return Err(failure.error.clone());
        }
        let asked_at = ctx.clock.now();
        match self.ask(ctx, config).await {
            Ok((grant, granted)) => {
                let token = Arc::new(accept(&grant, granted, asked_at)?);
                let life = token.expires_at.duration_since(asked_at);
                let before =
                    life.min(SignedDuration::try_from(config.token_renewal).unwrap_or(life)).min(life / 2);
                self.renew_at = token.expires_at.checked_sub(before).unwrap_or(asked_at);
                self.token = Some(Arc::clone(&token));
                self.failure = None;
                Ok(token)
            }
            Err(Failed::Refused(error)) => {
                self.fail(error.clone(), REFUSED_FOR);
                Err(error)
            }
            // Another one's time may last longer.
            Err(Failed::Otherwise(error)) if error.kind == EhrErrorKind::Timeout => Err(error),
            Err(Failed::Otherwise(error)) => {
                self.fail(error.clone(), Duration::ZERO);
                Err(error)
            }
        }
    }

    fn fail(&mut self, error: EhrError, shared_for: Duration) {
        let now = Instant::now();
        self.failure = Some(Failure { shared_until: now.checked_add(shared_for).unwrap_or(now), error });
    }

    /// A grant of all that the client is known to have; of each scope by itself, if that is refused.
    async fn ask(&mut self, ctx: &Ctx, config: &Config) -> Result<(Grant, BTreeSet<Scope>), Failed> {
        let wanted = config.scopes.clone().unwrap_or_else(|| needs::of_all(config));
        let known = self.limited_to.clone().unwrap_or_else(|| wanted.clone());
        let refusal = match ask(ctx, config, &known).await? {
            Ok(grant) => {
                let granted = grant.granted(&known);
                return Ok((grant, granted));
            }
            Err(refusal) => refusal,
        };
        if refusal.is_the_clients || wanted.len() <= 1 {
            return Err(Failed::Refused(refusal.error));
        }
        let granted: BTreeSet<Scope> = stream::iter(wanted.into_iter().map(|scope| async move {
            let answer = ask(ctx, config, &BTreeSet::from([scope])).await?;
            Ok::<_, EhrError>(answer.is_ok().then_some(scope))
        }))
        .buffer_unordered(TRIES_AT_ONCE)
        .try_filter_map(|scope| async move { Ok(scope) })
        .try_collect()
        .await?;
        if granted.is_empty() {
            return Err(Failed::Refused(refusal.error));
        }
        let grant = ask(ctx, config, &granted).await?.map_err(|refusal| Failed::Refused(refusal.error))?;
        self.limited_to = Some(granted.clone());
        Ok((grant, granted))
    }
}

/// The token host's no.
struct Refusal {
    /// Whether it says that the client itself is refused, and not only a scope.
    is_the_clients: bool,
    error: EhrError,
}

async fn ask(ctx: &Ctx, config: &Config, scopes: &BTreeSet<Scope>) -> EhrResult<Result<Grant, Refusal>> {
    let scopes: Vec<Scope> = scopes.iter().copied().collect();
    let call = token::ask(&config.token_host, &scopes);
    let (endpoint, safety) = (call.endpoint, call.safety);
    let response = ctx.send(call).await?;
    let (status, body) = (response.status(), response.body());
    if status.is_success() {
        return token::read(body).map(Ok).map_err(|at| error::unreadable(endpoint, &at, safety));
    }
    let secret = config.token_host.client_secret.expose_secret();
    let encoded: String = byte_serialize(secret.as_bytes()).collect();
    let words = String::from_utf8_lossy(body).replace(secret, "***").replace(&encoded, "***");
    match status {
        StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Ok(Err(Refusal {
            is_the_clients: token::refusal_code(body).as_deref() == Some("invalid_client"),
            error: error::credentials(status, &words),
        })),
        _ => Err(error::token_host(status, &words)),
    }
}

fn accept(grant: &Grant, granted: BTreeSet<Scope>, asked_at: Timestamp) -> EhrResult<Token> {
    let token = Some(grant.access_token.trim()).filter(|token| !token.is_empty());
    let mut authorization =
        token.and_then(|token| HeaderValue::try_from(format!("Bearer {token}")).ok()).ok_or_else(|| {
            EhrError::failed("Webdoc's token host handed out something that is no access token.")
        })?;
    authorization.set_sensitive(true);
    let life = match grant.expires_in {
        Some(seconds) => SignedDuration::from_secs(seconds.max(0)),
        None => SignedDuration::try_from(UNTOLD_LIFE).unwrap_or_default(),
    };
    Ok(Token { authorization, granted, expires_at: later(asked_at, life) })
}

fn later(from: Timestamp, by: SignedDuration) -> Timestamp {
    from.checked_add(by).unwrap_or(Timestamp::MAX)
}
