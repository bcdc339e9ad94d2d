//! A PostgreSQL server to try things with: tells where it is, and runs until its standard input or the program ends.
#![expect(clippy::print_stdout, reason = "it is there to tell")]

use std::io;

use vardbro_postgres_for_tests::Postgres;

fn main() -> io::Result<()> {
    if let Some(postgres) = Postgres::start() {
        let database = postgres.database();
        println!("{}", database.url());
        println!("{}", postgres.directory().display());
        io::copy(&mut io::stdin(), &mut io::sink())?;
    }
    Ok(())
}
