//! One behaviour suite, run against every connector over its sandbox.
