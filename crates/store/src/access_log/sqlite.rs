//! The access log in an SQLite file.

use crate::backend::Sqlite as This;

const BEGIN_WRITE: &str = "BEGIN IMMEDIATE";
const BEGIN_READ: &str = "BEGIN";

type Database = sqlx::Sqlite;

#[path = "statements.rs"]
mod statements;
