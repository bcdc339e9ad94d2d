//! The HTTP API of Vardbro.
