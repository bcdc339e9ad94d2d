//! Connector for Cliniko.
