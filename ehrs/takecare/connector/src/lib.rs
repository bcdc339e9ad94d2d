//! Connector for TakeCare.
