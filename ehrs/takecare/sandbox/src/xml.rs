//! XML as it is read from strangers, and as it is written.

mod read;
mod write;

pub use read::{Element, read};
pub use write::{DECLARATION, Markup};
