//! What one gateway bears, and from whom.

mod logins;
mod rates;
mod room;
mod times;
mod values;
