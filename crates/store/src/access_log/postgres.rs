//! The access log in a PostgreSQL database.

use crate::backend::Postgres as This;

const BEGIN_WRITE: &str = "BEGIN";
const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";

type Database = sqlx::Postgres;

#[path = "statements.rs"]
#[expect(
    clippy::duplicate_mod,
    reason = "the statements are the same, and each backend compiles them for its driver"
)]
mod statements;
