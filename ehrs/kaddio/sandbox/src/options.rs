use std::sync::Arc;

use vardbro_sandbox_kit::{Clock, SystemClock};

/// How a sandbox is started. What Kaddio does not publish can be set here.
#[derive(Clone)]
pub struct Options {
    pub clock: Arc<dyn Clock>,
    /// The seed data is the same for the same seed and day; the fault dice start from it too.
    pub seed: u64,
    /// The personal token of Anna Lindqvist, a practitioner. None is a fixed one.
    pub token: Option<String>,
    /// Whether the schema can be asked for.
    pub introspection: bool,
    /// Whether there is the public layer for booking on the web, `/api/*`.
    pub rest_layer: bool,
    /// Origins whose pages may call the public layer ("Allow Iframe" in Kaddio), each by its name.
    pub allowed_origins: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            seed: 0,
            token: None,
            introspection: true,
            rest_layer: true,
            allowed_origins: Vec::new(),
        }
    }
}
