//! The in-memory reference EHR: every operation, every flow.
