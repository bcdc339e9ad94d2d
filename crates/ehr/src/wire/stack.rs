//! Puts the layers together.

use std::future::Future;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::future::BoxFuture;
use tower::{Layer, Service, ServiceBuilder};

use super::attempt::Attempt;
use super::breaker::Breaker;
use super::concurrency::concurrency;
use super::deadline::Deadline;
use super::egress::{Egress, EgressCheck};
use super::observe::{Observe, describe_metrics};
use super::quota::Quota;
use super::resolve::{Resolve, SystemResolver};
use super::retry::Retry;
use super::tls::Tls;
use super::transport::{Transport, TransportError};
use super::{Wire, WireError, WireProfile};
use crate::environment::{Clock, Random};

/// A request on its way through the stack.
pub type Request = http::Request<Bytes>;

/// What comes back through the stack.
pub type Answer = Result<http::Response<Bytes>, WireError>;

/// Whatever lies further in.
pub trait Next:
    Service<Request, Response = http::Response<Bytes>, Error = WireError, Future: Send + 'static>
    + Clone
    + Send
    + Sync
    + 'static
{
}

impl<S> Next for S where
    S: Service<Request, Response = http::Response<Bytes>, Error = WireError, Future: Send + 'static>
        + Clone
        + Send
        + Sync
        + 'static
{
}

/// One thing that the stack sees to. Clones share what it remembers.
pub trait Concern: Clone + Send + Sync + 'static {
    /// Carries a request further in, or answers it here.
    fn carry(&self, request: Request, next: impl Next) -> impl Future<Output = Answer> + Send;

    /// As a tower layer.
    fn layer(self) -> ConcernLayer<Self> {
        ConcernLayer(self)
    }
}

/// Puts a [`Concern`] around what lies further in.
#[derive(Debug, Clone)]
pub struct ConcernLayer<C>(C);

impl<C: Concern, N> Layer<N> for ConcernLayer<C> {
    type Service = Around<C, N>;

    fn layer(&self, next: N) -> Self::Service {
        Around { concern: self.0.clone(), next }
    }
}

/// A [`Concern`] around what lies further in.
#[derive(Debug, Clone)]
pub struct Around<C, N> {
    concern: C,
    next: N,
}

impl<C: Concern, N: Next> Service<Request> for Around<C, N> {
    type Response = http::Response<Bytes>;
    type Error = WireError;
    type Future = BoxFuture<'static, Answer>;

    /// Always ready: what has to be waited for is waited for in `call`, where the request's deadline is known.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), WireError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let Self { concern, next } = self.clone();
        Box::pin(async move { concern.carry(request, next).await })
    }
}

/// Builds wires that share one opinion of which addresses may be called, and one pool of connections but for those that prove
/// who they are.
#[derive(Debug, Clone)]
pub struct WireFactory {
    egress: Arc<Egress>,
    resolver: Arc<dyn Resolve>,
    transport: Transport,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

impl WireFactory {
    /// One for the whole process.
    pub fn new(
        egress: Egress,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, TransportError> {
        Self::resolving_by(Arc::new(SystemResolver), egress, clock, random)
    }

    /// One that asks somebody else than the machine what names stand for.
    pub fn resolving_by(
        resolver: Arc<dyn Resolve>,
        egress: Egress,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, TransportError> {
        describe_metrics();
        let egress = Arc::new(egress);
        let transport = Transport::new(egress.clone(), resolver.clone(), &Tls::default())?;
        Ok(Self { egress, resolver, transport, clock, random })
    }

    /// The wire of one connection, with a quota, a breaker and a concurrency limit of its own: build it once and keep it.
    pub fn wire(&self, profile: &WireProfile) -> Result<Wire, TransportError> {
        let transport = if profile.tls.is_the_machines() {
            self.transport.clone()
        } else {
            Transport::new(self.egress.clone(), self.resolver.clone(), &profile.tls)?
        };
        let transport = EgressCheck::new(self.egress.clone()).layer().layer(transport);
        Ok(wire_over(transport, profile, self.clock.clone(), self.random.clone()))
    }
}

/// The stack over a transport of the caller's choice, such as a router in the same process.
pub fn wire_over(
    transport: impl Next,
    profile: &WireProfile,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
) -> Wire {
    Wire::new(
        ServiceBuilder::new()
            .layer(Observe.layer())
            .layer(Deadline.layer())
            .layer(Retry::new(clock.clone(), random).layer())
            .layer(Breaker::default().layer())
            .layer(Quota::new(profile.calls_per_minute, clock).layer())
            .layer(concurrency(profile.concurrency))
            .layer(Attempt::new(profile.attempt_timeout).layer())
            .service(transport),
    )
}
