//! One operation's dealings with TakeCare: sends native calls and says what refusals mean.

use std::sync::Arc;

use jiff::civil::Date;
use secrecy::ExposeSecret;
use vardbro_ehr::memory::PerConnection;
use vardbro_ehr::wire::Safety;
use vardbro_ehr::{Ctx, EhrError, EhrErrorKind, EhrResult};

use super::memory::Memory;
use crate::config::Config;
use crate::error;
use crate::mapping::times;
use crate::wire::{Answer, Api, Native};

pub(super) struct Session<'a> {
    pub(super) ctx: &'a Ctx,
    pub(super) config: Config,
    pub(super) api: Api,
    pub(super) memory: Arc<Memory>,
}

/// TakeCare's no, in its own words without the connection's secrets.
pub(super) struct Refused {
    pub(super) words: String,
    label: &'static str,
    safety: Safety,
}

impl Refused {
    /// What it means where looking again does not tell.
    pub(super) fn error(&self) -> EhrError {
        match self.safety {
            Safety::Read => error::refused_question(self.label, &self.words),
            Safety::Idempotent | Safety::Once => error::refused_write(&self.words),
        }
    }

    /// Another error, with these words.
    pub(super) fn says(&self, error: EhrError) -> EhrError {
        error::said(error, &self.words)
    }
}

impl<'a> Session<'a> {
    pub(super) fn open(ctx: &'a Ctx, memory: &PerConnection<Memory>) -> EhrResult<Self> {
        let config = Config::read(&ctx.connection)?;
        let api = config.api(ctx.clock.now());
        let memory = memory.of(&ctx.connection, || Ok::<_, EhrError>(Memory::default()))?;
        Ok(Self { ctx, config, api, memory })
    }

    /// TakeCare's day.
    pub(super) fn today(&self) -> Date {
        times::day(self.ctx.clock.now(), &self.config.zone)
    }

    /// Sends a call and reads its answer, or hands TakeCare's no back.
    pub(super) async fn exchange<T>(&self, native: Native<T>) -> EhrResult<Result<T, Refused>> {
        let (call, reading) = native.into_parts();
        let (label, safety) = (call.endpoint, call.safety);
        let response = self.ctx.send(call).await?;
        let status = response.status();
        match reading.read(response.body()) {
            Ok(Answer::Done(done)) if status.is_success() => Ok(Ok(done)),
            Ok(Answer::Refused(refusal)) => {
                Ok(Err(Refused { words: self.without_secrets(&refusal.words), label, safety }))
            }
            Ok(Answer::Fault(fault)) => {
                Err(error::fault(label, &fault, &self.without_secrets(&fault.words), safety))
            }
            Err(at) if status.is_success() => Err(error::unreadable(label, &at, safety)),
            Ok(Answer::Done(_)) | Err(_) => {
                let words = String::from_utf8_lossy(response.body());
                Err(error::http(label, status, &self.without_secrets(&words), safety))
            }
        }
    }

    /// Sends a call that ought to succeed.
    pub(super) async fn run<T>(&self, native: Native<T>) -> EhrResult<T> {
        self.exchange(native).await?.map_err(|refused| refused.error())
    }

    fn without_secrets(&self, words: &str) -> String {
        let secrets = self.ctx.connection.settings.secrets().map(|secret| secret.expose_secret());
        // Shorter ones would tear other words apart, and are no secrets.
        let secrets = secrets.filter(|secret| secret.len() > 2);
        secrets.fold(words.to_owned(), |words, secret| words.replace(secret, "***"))
    }
}

/// Whether a write may have happened whose answer was lost.
pub(super) fn is_lost(error: &EhrError) -> bool {
    error.kind == EhrErrorKind::OutcomeUnknown
}
