//! One operation's dealings with Webdoc: sends native calls, says what refusals mean.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Response, StatusCode};
use secrecy::ExposeSecret;
use vardbro_ehr::environment::Random;
use vardbro_ehr::turns::Taken;
use vardbro_ehr::wire::{Call, Delivery, Safety};
use vardbro_ehr::{Ctx, EhrError, EhrErrorKind, EhrResult};
use vardbro_model::capabilities::Operation;

use super::memory::Memory;
use super::needs;
use super::tokens::{Token, Tokens};
use super::turns::{Turn, Turns};
use crate::config::Config;
use crate::error;
use crate::wire::{Api, Native, Scope};

pub(super) struct Session<'a> {
    pub(super) ctx: &'a Ctx,
    pub(super) config: Config,
    pub(super) memory: &'a Memory,
    pub(super) tokens: &'a Tokens,
    pub(super) turns: &'a Turns,
    pub(super) random: &'a dyn Random,
}

/// An answer that is not 2xx.
pub(super) struct Refusal {
    status: StatusCode,
    /// What Webdoc says, without our secrets.
    words: String,
    safety: Safety,
    scope: Scope,
}

impl Refusal {
    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    /// Whether Webdoc says that the request cannot be carried out as it stands.
    pub(super) fn is_of_the_request(&self) -> bool {
        let ours = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::TOO_MANY_REQUESTS];
        self.status.is_client_error() && !ours.contains(&self.status)
    }

    /// The error with Webdoc's words.
    pub(super) fn told_as(&self, error: EhrError) -> EhrError {
        error::with_words(error, &self.words)
    }

    /// What the refusal means where nothing special is known of it.
    pub(super) fn error(&self) -> EhrError {
        error::refused(self.status, &self.words, self.safety, self.scope)
    }
}

/// How a write that was not carried out as asked ended.
pub(super) enum Failed {
    /// Webdoc said no.
    Refused(Refusal),
    /// It may have happened: the answer was lost, or says nothing.
    InDoubt(Doubt),
    /// It did not happen, for another reason than its values.
    Other(EhrError),
}

/// A write of which it is not known whether it happened.
pub(super) struct Doubt {
    unknown: EhrError,
    /// Whether Webdoc is done with it, so that whoever looks now sees what became of it.
    is_over: bool,
}

impl Doubt {
    /// What one look says: what was written, if anything; an error where nothing could be seen.
    pub(super) fn settle<T>(self, look: EhrResult<Option<T>>) -> EhrResult<T> {
        match look {
            Ok(Some(written)) => Ok(written),
            Ok(None) if self.is_over => Err(EhrError {
                kind: EhrErrorKind::Failed,
                detail: "Webdoc broke while it worked on the write, and nothing was written.".to_owned(),
                delivery: Delivery::Rejected,
                ..self.unknown
            }),
            Ok(None) | Err(_) => Err(self.unknown),
        }
    }
}

impl Session<'_> {
    pub(super) fn api(&self) -> &Api {
        &self.config.api
    }

    /// Refuses the operation if the connection's client lacks a scope that it needs. Costs a call when there is no token yet.
    pub(super) async fn require(&self, operation: Operation) -> EhrResult<()> {
        let needed = needs::of(operation, &self.config);
        if let Some(limited) = &self.config.scopes {
            refuse_lack(operation, &needed, limited)?;
        }
        refuse_lack(operation, &needed, &self.tokens.current(self.ctx, &self.config).await?.granted)
    }

    /// Whether the connection's client has the scope.
    pub(super) async fn has(&self, scope: Scope) -> EhrResult<bool> {
        Ok(self.tokens.current(self.ctx, &self.config).await?.granted.contains(&scope))
    }

    /// Sends a call and reads its answer, or hands the refusal back.
    pub(super) async fn exchange<T>(&self, native: Native<T>) -> EhrResult<Result<T, Refusal>> {
        let (endpoint, safety, scope, read) =
            (native.call.endpoint, native.call.safety, native.scope, native.reader());
        let (response, token) = self.send(native.call).await?;
        if response.status().is_success() {
            return read(response.body()).map(Ok).map_err(|at| error::unreadable(endpoint, &at, safety));
        }
        Ok(Err(self.refusal(&response, &token, safety, scope)))
    }

    /// Sends a call that ought to succeed, with a token of its own.
    pub(super) async fn run_with<T>(&self, token: &Token, native: Native<T>) -> EhrResult<T> {
        let (endpoint, safety, scope, read) =
            (native.call.endpoint, native.call.safety, native.scope, native.reader());
        let response = self.ctx.send(authorized(native.call, token)).await?;
        if response.status().is_success() {
            return read(response.body()).map_err(|at| error::unreadable(endpoint, &at, safety));
        }
        Err(self.refusal(&response, token, safety, scope).error())
    }

    fn refusal(&self, response: &Response<Bytes>, token: &Token, safety: Safety, scope: Scope) -> Refusal {
        let mut words = token.hidden_in(&String::from_utf8_lossy(response.body()));
        let secrets = self.ctx.connection.settings.secrets().map(ExposeSecret::expose_secret);
        for secret in secrets.filter(|secret| !secret.trim().is_empty()) {
            words = words.replace(secret, "***");
        }
        Refusal { status: response.status(), words, safety, scope }
    }

    /// Sends a call with the connection's token, and once more with another one if that is refused: a 401 did nothing.
    async fn send(&self, call: Call) -> EhrResult<(Response<Bytes>, Arc<Token>)> {
        let token = self.tokens.current(self.ctx, &self.config).await?;
        let again = Call { request: call.request.clone(), ..call };
        let response = self.ctx.send(authorized(call, &token)).await?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return Ok((response, token));
        }
        let token = self.tokens.instead_of(&token, self.ctx, &self.config).await?;
        Ok((self.ctx.send(authorized(again, &token)).await?, token))
    }

    /// Sends a call that ought to succeed.
    pub(super) async fn run<T>(&self, native: Native<T>) -> EhrResult<T> {
        self.exchange(native).await?.map_err(|refusal| refusal.error())
    }

    /// Sends a write, and tells apart how it can fail.
    pub(super) async fn attempt<T>(&self, native: Native<T>) -> Result<T, Failed> {
        match self.exchange(native).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(refusal)) if refusal.is_of_the_request() => Err(Failed::Refused(refusal)),
            Ok(Err(refusal)) => {
                Err(Failed::of(refusal.error(), refusal.status == StatusCode::INTERNAL_SERVER_ERROR))
            }
            Err(error) => Err(Failed::of(error, false)),
        }
    }

    /// Waits until it is our turn with all of these.
    pub(super) async fn take_turns(&self, turns: impl IntoIterator<Item = Turn>) -> EhrResult<Taken> {
        self.turns.take(self.ctx.connection.id, turns.into_iter().collect(), self.ctx.deadline).await
    }
}

impl Failed {
    fn of(error: EhrError, is_over: bool) -> Self {
        match error.kind {
            EhrErrorKind::OutcomeUnknown => Self::InDoubt(Doubt { unknown: error, is_over }),
            _ => Self::Other(error),
        }
    }

    /// The error where nobody can look what became of the write.
    pub(super) fn unsettled(self) -> EhrError {
        match self {
            Self::Refused(refusal) => refusal.error(),
            Self::InDoubt(doubt) => doubt.unknown,
            Self::Other(error) => error,
        }
    }
}

fn refuse_lack(operation: Operation, needed: &BTreeSet<Scope>, has: &BTreeSet<Scope>) -> EhrResult<()> {
    let missing: Vec<Scope> = needed.difference(has).copied().collect();
    if missing.is_empty() { Ok(()) } else { Err(error::lacks_scopes(operation, &missing)) }
}

fn authorized(mut call: Call, token: &Token) -> Call {
    call.request.headers_mut().insert(AUTHORIZATION, token.authorization.clone());
    call
}
