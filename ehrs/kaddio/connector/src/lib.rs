//! Connector for Kaddio.
