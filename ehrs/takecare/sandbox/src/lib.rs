//! A sandbox that speaks TakeCare's own protocol.
