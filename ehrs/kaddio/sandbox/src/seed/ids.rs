//! Ids that stay the same on any day.

pub const ORGANIZATION: &str = "4GfhzMKJqenh562zK";

pub const GOTHENBURG: &str = "HDYWTskR3TACv3Y4j";
pub const BORAS: &str = "GdAH6WTuLx82yaHfS";

pub const ANNA: &str = "zdSbnbBrtAS9FLJZr";
pub const ERIK: &str = "8aYujscRhLArHiZmf";
pub const FATIMA: &str = "v2txjaPDnaMQ9Z7zx";
pub const SARA: &str = "9FwsN98p2DPmcYgLC";
pub const JOHAN: &str = "SsXmzbcbAtmbRSxnS";
pub const MARIA: &str = "raYzHKjWQc2WmvrWM";
/// Has left.
pub const GUNNAR: &str = "67gYKE9jwdPuj3mHx";

pub const NEW_VISIT: &str = "wo6fQonaTTfFnTYri";
pub const RETURN_VISIT: &str = "kccHgkmaRqRvXD6Gq";
pub const THERAPY: &str = "o8EqCuEhb3aix5NeX";
pub const PHYSIOTHERAPY: &str = "hyh8wCPHx2ktECk9T";
/// Internal only.
pub const TELEPHONE: &str = "dKv8YqxkkvaGretN8";
/// A group session.
pub const MINDFULNESS: &str = "YvRq3Df4ShWd2vCJw";
/// Archived.
pub const HYPNOSIS: &str = "ePECAXJ57Q5c5c8od";

pub const TOLVAN: &str = "mFdvd5CdhTGeoh7uf";
/// Archived.
pub const ARCHIVED_CLIENT: &str = "g4mTnRyzbtnPoXz5q";
/// Further clients.
pub const CLIENTS: [&str; 8] = [
    "rMugDMPDc9CGWwYvj",
    "oJAueihzA6EWtvZFk",
    "ay4SwSpKg5YfBz46j",
    "LaCFZ9An49W5SLw8i",
    "Az4XfE4mCG4vthSP8",
    "4mTD7y32DA5bSPpAB",
    "FvmeRTQrHzEz62Wan",
    "TdizmGLLfBDqERM9d",
];

/// Contacts of Tolvan's: signed, then unsigned.
pub const SIGNED_CONTACT: &str = "6uHZyGvt49EMMXJLs";
pub const UNSIGNED_CONTACT: &str = "AYubDF3p3wABunqZW";
pub const OTHER_CONTACT: &str = "GnjYPigBBTPdb3LLp";
