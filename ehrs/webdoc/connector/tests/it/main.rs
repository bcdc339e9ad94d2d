//! The connector over the page's own examples, over a scripted Webdoc, and over the sandbox.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod wire;
