//! One operation's dealings with Kaddio: sends documents, says what refusals mean.

use std::sync::Arc;

use bytes::Bytes;
use http::Response;
use jiff::civil::Date;
use secrecy::ExposeSecret;
use serde::de::DeserializeOwned;
use vardbro_ehr::memory::PerConnection;
use vardbro_ehr::wire::{Call, Safety};
use vardbro_ehr::{Ctx, EhrError, EhrResult};
use vardbro_model::capabilities::Operation;

use super::memory::Memory;
use super::needs::needs;
use super::turns::Turns;
use crate::config::Config;
use crate::error;
use crate::operations::{Document, Name};
use crate::wire::{Asked, Id, Refusal, Reply, reply};

pub(super) struct Session<'a> {
    pub(super) ctx: &'a Ctx,
    pub(super) config: Arc<Config>,
    pub(super) memory: Arc<Memory>,
    pub(super) turns: &'a Turns,
}

impl<'a> Session<'a> {
    /// For an operation that the connection has all documents for.
    pub(super) fn open(
        ctx: &'a Ctx,
        memory: &PerConnection<Memory>,
        turns: &'a Turns,
        operation: Operation,
    ) -> EhrResult<Self> {
        let session = Self::to_check(ctx, memory, turns)?;
        for name in needs(operation, session.config.free_times) {
            session.document(*name)?;
        }
        Ok(session)
    }

    /// For whatever the connection has documents for.
    pub(super) fn to_check(
        ctx: &'a Ctx,
        memory: &PerConnection<Memory>,
        turns: &'a Turns,
    ) -> EhrResult<Self> {
        let memory = memory.of(&ctx.connection, || Memory::new(&ctx.connection))?;
        Ok(Self { ctx, config: Arc::clone(&memory.config), memory, turns })
    }

    fn document(&self, name: Name) -> EhrResult<&Document> {
        self.config.documents.get(name).ok_or_else(|| error::turned_off(name.spec()))
    }

    /// Asks a query, or sends a mutation that ought to succeed.
    pub(super) async fn ask<T: DeserializeOwned>(&self, asked: Asked<T>) -> EhrResult<T> {
        let (name, safety) = (asked.name.spec().name, asked.name.spec().safety);
        match self.exchange(asked, None).await? {
            Ok(answer) => Ok(answer),
            Err(words) if safety == Safety::Read => Err(error::query_refused(name, &words)),
            Err(words) => Err(error::mutation_refused(&words)),
        }
    }

    /// Sends a document in the name of `host`, or else of the connection's; hands Kaddio's words back where it refused.
    pub(super) async fn exchange<T: DeserializeOwned>(
        &self,
        asked: Asked<T>,
        host: Option<&Id>,
    ) -> EhrResult<Result<T, String>> {
        let document = self.document(asked.name)?;
        let (name, safety) = (asked.name.spec().name, asked.name.spec().safety);
        let call = self.config.api.call(document, asked.variables.clone(), host);
        let unreadable = |at| error::unreadable(name, &at, safety);
        match self.reply(name, call).await?.into_data() {
            Ok(data) => asked.read(data).map(Ok).map_err(unreadable),
            Err(Refusal { words, done }) => {
                let words = self.without_secrets(words);
                if done && safety != Safety::Read {
                    Err(error::half_answered(name, &words))
                } else {
                    Ok(Err(words))
                }
            }
        }
    }

    /// Sends a call and reads its answer, be it data or errors.
    pub(super) async fn reply(&self, name: &str, call: Call) -> EhrResult<Reply> {
        let safety = call.safety;
        let response = self.send(call).await?;
        Reply::read(response.body()).map_err(|at| error::unreadable(name, &at, safety))
    }

    /// Sends a call that ought to be answered with 2xx.
    pub(super) async fn send(&self, call: Call) -> EhrResult<Response<Bytes>> {
        let safety = call.safety;
        let response = self.ctx.send(call).await?;
        if response.status().is_success() {
            return Ok(response);
        }
        let words = self.without_secrets(reply::words(response.body()));
        Err(error::refused(response.status(), &words, safety))
    }

    pub(super) fn without_secrets(&self, mut words: String) -> String {
        let secrets = self.ctx.connection.settings.secrets().map(|secret| secret.expose_secret().trim());
        for secret in secrets.filter(|secret| !secret.is_empty()) {
            words = words.replace(secret, "***");
        }
        words
    }

    /// The organisation's day, which decides the century of a ten-digit number.
    pub(super) fn today(&self, zone: &jiff::tz::TimeZone) -> Date {
        zone.to_datetime(self.ctx.clock.now()).date()
    }

    /// The same failure as [`Session::ask`] would answer for a refused mutation.
    pub(super) fn refused(words: &str) -> EhrError {
        error::mutation_refused(words)
    }
}
