//! One operation's dealings with Cliniko: sends native calls, reads pages, says what refusals mean.

use std::sync::Arc;

use bytes::Bytes;
use http::{Response, StatusCode};
use secrecy::ExposeSecret;
use vardbro_ehr::wire::Safety;
use vardbro_ehr::{Ctx, EhrError, EhrResult, Thing};

use super::memory::Memory;
use super::turns::Turns;
use crate::config::Config;
use crate::error;
use crate::wire::{Api, Collection, List, Native};

/// A list with more pages than this is not one of Cliniko's.
const MAX_PAGES: usize = 1_000;

pub(super) struct Session<'a> {
    pub(super) ctx: &'a Ctx,
    pub(super) config: Config,
    pub(super) memory: Arc<Memory>,
    pub(super) turns: &'a Turns,
}

/// An answer that is not 2xx.
pub(super) struct Refusal {
    response: Response<Bytes>,
    safety: Safety,
}

impl Refusal {
    pub(super) fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// Where a redirect leads.
    pub(super) fn location(&self) -> Option<&str> {
        self.response.headers().get(http::header::LOCATION)?.to_str().ok()
    }
}

impl Session<'_> {
    pub(super) fn api(&self) -> &Api {
        &self.config.api
    }

    /// Sends a call and reads its answer, or hands the refusal back.
    pub(super) async fn exchange<T>(&self, native: Native<T>) -> EhrResult<Result<T, Refusal>> {
        let (call, read) = native.into_parts();
        let (endpoint, safety) = (call.endpoint, call.safety);
        let response = self.ctx.send(call).await?;
        if !response.status().is_success() {
            return Ok(Err(Refusal { response, safety }));
        }
        read(response.body()).map(Ok).map_err(|at| error::unreadable(endpoint, &at, safety))
    }

    /// Sends a call whose body is read by the caller.
    pub(super) async fn bytes(&self, native: Native<()>) -> EhrResult<Result<Bytes, Refusal>> {
        let (call, _) = native.into_parts();
        let safety = call.safety;
        let response = self.ctx.send(call).await?;
        Ok(if response.status().is_success() {
            Ok(response.into_body())
        } else {
            Err(Refusal { response, safety })
        })
    }

    /// What a refusal means where nothing special is known of it.
    pub(super) fn refuse(&self, refusal: &Refusal) -> EhrError {
        let mut words = String::from_utf8_lossy(refusal.response.body()).into_owned();
        for secret in self.ctx.connection.settings.secrets() {
            words = words.replace(secret.expose_secret(), "***");
        }
        error::refused(&refusal.response, &words, refusal.safety, self.ctx.clock.now())
    }

    /// Sends a call that ought to succeed.
    pub(super) async fn run<T>(&self, native: Native<T>) -> EhrResult<T> {
        self.exchange(native).await?.map_err(|refusal| self.refuse(&refusal))
    }

    /// Sends a call about one record; `None`: there is no such record.
    pub(super) async fn find<T>(&self, native: Native<T>) -> EhrResult<Option<T>> {
        match self.exchange(native).await? {
            Ok(found) => Ok(Some(found)),
            Err(refusal) if refusal.status() == StatusCode::NOT_FOUND => Ok(None),
            Err(refusal) => Err(self.refuse(&refusal)),
        }
    }

    /// Sends a call about one record.
    pub(super) async fn get<T>(&self, native: Native<T>, thing: Thing) -> EhrResult<T> {
        self.find(native).await?.ok_or_else(|| EhrError::not_found(thing))
    }

    /// Reads a list page by page.
    pub(super) fn pages<T: Collection>(&self, first: Native<List<T>>) -> Pages<'_, T> {
        let path = first.call.request.uri().path().to_owned();
        Pages {
            session: self,
            endpoint: first.call.endpoint,
            path,
            next: Some(first),
            read: 0,
            last_query: None,
        }
    }

    /// Reads a list to its end.
    pub(super) async fn all<T: Collection>(&self, first: Native<List<T>>) -> EhrResult<Vec<T>> {
        let mut pages = self.pages(first);
        let mut rows = Vec::new();
        while let Some(page) = pages.next().await? {
            rows.extend(page.map_err(|refusal| self.refuse(&refusal))?);
        }
        Ok(rows)
    }
}

/// A list on its way.
pub(super) struct Pages<'a, T> {
    session: &'a Session<'a>,
    endpoint: &'static str,
    path: String,
    next: Option<Native<List<T>>>,
    read: usize,
    last_query: Option<String>,
}

impl<T: Collection> Pages<'_, T> {
    /// Whether there is another page.
    pub(super) fn has_more(&self) -> bool {
        self.next.is_some()
    }

    /// The next page's rows; `None` after the last one.
    pub(super) async fn next(&mut self) -> EhrResult<Option<Result<Vec<T>, Refusal>>> {
        let Some(native) = self.next.take() else { return Ok(None) };
        let list = match self.session.exchange(native).await? {
            Ok(list) => list,
            Err(refusal) => return Ok(Some(Err(refusal))),
        };
        self.read = self.read.saturating_add(1);
        if let Some(query) = list.next_query {
            if self.read >= MAX_PAGES || self.last_query.as_ref() == Some(&query) {
                return Err(EhrError::failed(format!("Cliniko's pages of {} have no end.", self.endpoint)));
            }
            self.next = Some(Native::at(self.session.api(), self.endpoint, &self.path, &query));
            self.last_query = Some(query);
        }
        Ok(Some(Ok(list.rows)))
    }
}
