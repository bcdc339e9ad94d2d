//! Connector for Webdoc.
