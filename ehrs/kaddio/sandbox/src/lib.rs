//! A sandbox that speaks Kaddio's own protocol.
