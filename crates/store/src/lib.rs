//! What Vardbro keeps: applications and their connections.
