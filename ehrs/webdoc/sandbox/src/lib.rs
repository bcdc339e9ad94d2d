//! A sandbox that speaks Webdoc's own protocol.
