//! What is asked of a database about the access log, in SQL that both understand.

use std::collections::BTreeSet;

use async_trait::async_trait;
use sqlx::{FromRow, QueryBuilder, Row as _};

use super::super::chain::{End, Mark, Roster, Row};
use super::super::table::{Position, ReadRow, Stretch, Table, Wanted};
use super::{BEGIN_READ, BEGIN_WRITE, Database};
use crate::backend::Result;

type Connection = <Database as sqlx::Database>::Connection;

const COLUMNS: &str = "node, sequence, at, application, client_id, actor, ehr, connection, care_unit, action, \
                       patient, named, sealed, outcome, request, audit_key, mac";

/// How many rows are inserted by one statement, the most first: few statements, so that each is prepared once. A row has 17 values, and
/// SQLite takes 32,766 in a statement.
const ROWS_IN_STATEMENT: [usize; 5] = [256, 64, 16, 4, 1];

#[async_trait]
impl Table for super::This {
    async fn close(&self) {
        self.pool.close().await;
    }

    async fn roster(&self) -> Result<Option<Roster>> {
        let roster = sqlx::query_as("SELECT nodes, audit_key, authenticator FROM access_log_roster");
        Ok(roster.fetch_optional(&self.pool).await?)
    }

    async fn nodes(&self) -> Result<Vec<String>> {
        // From node to node by the index, not from row to row.
        let nodes = sqlx::query_scalar(
            "WITH RECURSIVE of_rows (node) AS ( \
                 SELECT min(node) FROM access_log \
                 UNION ALL \
                 SELECT (SELECT min(node) FROM access_log WHERE node > of_rows.node) FROM of_rows \
                 WHERE node IS NOT NULL \
             ) \
             SELECT node FROM of_rows WHERE node IS NOT NULL UNION SELECT node FROM access_log_marks",
        );
        Ok(nodes.fetch_all(&self.pool).await?)
    }

    async fn mark(&self, node: &str, end: End) -> Result<Option<Mark>> {
        mark(&mut *self.pool.acquire().await?, node, end).await
    }

    async fn begin(
        &self,
        from: Option<&Roster>,
        to: &Roster,
        head: &Mark,
        checkpoint: &Mark,
    ) -> Result<bool> {
        let mut transaction = self.pool.begin_with(BEGIN_WRITE).await?;
        let enrolled = match from {
            None => sqlx::query(
                "INSERT INTO access_log_roster (one, nodes, audit_key, authenticator) VALUES (1, $1, $2, $3) \
                 ON CONFLICT DO NOTHING",
            ),
            Some(_) => sqlx::query(
                "UPDATE access_log_roster SET nodes = $1, audit_key = $2, authenticator = $3 \
                 WHERE authenticator = $4",
            ),
        };
        let enrolled = enrolled.bind(&to.nodes).bind(&to.audit_key).bind(&to.authenticator);
        let enrolled = match from {
            None => enrolled,
            Some(from) => enrolled.bind(&from.authenticator),
        };
        if enrolled.execute(&mut *transaction).await?.rows_affected() == 0 {
            return Ok(false);
        }
        for (end, mark) in [(End::Head, head), (End::Checkpoint, checkpoint)] {
            let begun = sqlx::query(
                "INSERT INTO access_log_marks (node, kind, sequence, mac, audit_key, authenticator) \
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
            );
            let begun = begun
                .bind(&mark.node)
                .bind(end.as_str())
                .bind(mark.sequence)
                .bind(&mark.mac)
                .bind(&mark.audit_key)
                .bind(&mark.authenticator);
            if begun.execute(&mut *transaction).await?.rows_affected() == 0 {
                return Ok(false);
            }
        }
        transaction.commit().await?;
        Ok(true)
    }

    async fn append(&self, from: &Mark, to: &Mark, rows: &[Row]) -> Result<bool> {
        let mut transaction = self.pool.begin_with(BEGIN_WRITE).await?;
        if !advance(&mut transaction, End::Head, from, to).await? {
            return Ok(false);
        }
        let mut left = rows;
        for size in ROWS_IN_STATEMENT {
            let mut whole = left.chunks_exact(size);
            for rows in whole.by_ref() {
                insert(&mut transaction, rows).await?;
            }
            left = whole.remainder();
        }
        transaction.commit().await?;
        Ok(true)
    }

    async fn prune(&self, from: &Mark, to: &Mark) -> Result<bool> {
        let mut transaction = self.pool.begin_with(BEGIN_WRITE).await?;
        if !advance(&mut transaction, End::Checkpoint, from, to).await? {
            return Ok(false);
        }
        let deleted =
            sqlx::query("DELETE FROM access_log WHERE node = $1 AND sequence > $2 AND sequence <= $3")
                .bind(&from.node)
                .bind(from.sequence)
                .bind(to.sequence)
                .execute(&mut *transaction)
                .await?;
        if i64::try_from(deleted.rows_affected()).ok() != to.sequence.checked_sub(from.sequence) {
            return Ok(false);
        }
        transaction.commit().await?;
        Ok(true)
    }

    async fn renew_mark(&self, end: End, to: &Mark) -> Result<()> {
        let mut connection = self.pool.acquire().await?;
        advance(&mut connection, end, to, to).await?;
        Ok(())
    }

    async fn renew_roster(&self, to: &Roster) -> Result<()> {
        sqlx::query("UPDATE access_log_roster SET audit_key = $2, authenticator = $3 WHERE nodes = $1")
            .bind(&to.nodes)
            .bind(&to.audit_key)
            .bind(&to.authenticator)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    async fn stretch(&self, node: &str, after: i64, limit: i64) -> Result<Stretch> {
        let mut transaction = self.pool.begin_with(BEGIN_READ).await?;
        let head = mark(&mut transaction, node, End::Head).await?;
        let checkpoint = mark(&mut transaction, node, End::Checkpoint).await?;
        let mut query = QueryBuilder::<Database>::new("SELECT ");
        query.push(COLUMNS).push(" FROM access_log WHERE node = ").push_bind(node);
        query.push(" AND sequence > ").push_bind(after);
        query.push(" ORDER BY sequence LIMIT ").push_bind(limit);
        let rows = query.build().fetch_all(&mut *transaction).await?;
        let rows = rows.iter().map(|row| match Row::from_row(row) {
            Ok(row) => Ok(ReadRow::Whole(Box::new(row))),
            Err(_) => Ok(ReadRow::Broken {
                sequence: row.try_get("sequence")?,
                mac: row.try_get("mac").unwrap_or_default(),
            }),
        });
        let rows = rows.collect::<sqlx::Result<_>>()?;
        transaction.commit().await?;
        Ok(Stretch { head, checkpoint, rows })
    }

    async fn mac_at(&self, node: &str, sequence: i64) -> Result<Option<Vec<u8>>> {
        let mac = sqlx::query_scalar("SELECT mac FROM access_log WHERE node = $1 AND sequence = $2");
        Ok(mac.bind(node).bind(sequence).fetch_optional(&self.pool).await?)
    }

    async fn select(&self, wanted: &Wanted, after: Option<&Position>, limit: i64) -> Result<Vec<Row>> {
        let Wanted { names, from, until, client_id, connection } = wanted;
        // A patient's rows are few and found by the patient; the sum keeps databases from walking the whole index of times for them.
        let time = if names.is_some() { "at + 0" } else { "at" };
        let mut query = QueryBuilder::<Database>::new("SELECT ");
        query.push(COLUMNS).push(" FROM access_log WHERE TRUE");
        if let Some(names) = names {
            for (before, column) in [(" AND (", "patient"), (" OR ", "named")] {
                query.push(before).push(column).push(" IN (");
                let mut listed = query.separated(", ");
                for name in names {
                    listed.push_bind(name.to_vec());
                }
                query.push(")");
            }
            query.push(")");
        }
        if let Some(from) = from {
            query.push(" AND ").push(time).push(" >= ").push_bind(*from);
        }
        if let Some(until) = until {
            query.push(" AND ").push(time).push(" < ").push_bind(*until);
        }
        if let Some(client_id) = client_id {
            query.push(" AND client_id = ").push_bind(client_id.clone());
        }
        if let Some(connection) = connection {
            query.push(" AND connection = ").push_bind(connection.clone());
        }
        if let Some(Position { at, node, sequence }) = after {
            query.push(" AND (").push(time).push(", node, sequence) > (");
            query.push_bind(*at).push(", ").push_bind(node.clone()).push(", ").push_bind(*sequence).push(")");
        }
        query.push(" ORDER BY ").push(time).push(", node, sequence LIMIT ").push_bind(limit);
        Ok(query.build_query_as().fetch_all(&self.pool).await?)
    }

    async fn newest(&self) -> Result<Option<i64>> {
        Ok(sqlx::query_scalar("SELECT max(at) FROM access_log").fetch_one(&self.pool).await?)
    }

    async fn keys(&self) -> Result<BTreeSet<String>> {
        let keys = sqlx::query_scalar(
            "SELECT audit_key FROM access_log UNION SELECT audit_key FROM access_log_marks \
             UNION SELECT audit_key FROM access_log_roster",
        );
        Ok(keys.fetch_all(&self.pool).await?.into_iter().collect())
    }
}

async fn mark(database: &mut Connection, node: &str, end: End) -> Result<Option<Mark>> {
    let mark = sqlx::query_as(
        "SELECT node, sequence, mac, audit_key, authenticator FROM access_log_marks \
         WHERE node = $1 AND kind = $2",
    );
    Ok(mark.bind(node).bind(end.as_str()).fetch_optional(database).await?)
}

/// Moves a mark that stands at `from`, so that of two who move it one is told.
async fn advance(database: &mut Connection, end: End, from: &Mark, to: &Mark) -> Result<bool> {
    let moved = sqlx::query(
        "UPDATE access_log_marks SET sequence = $5, mac = $6, audit_key = $7, authenticator = $8 \
         WHERE node = $1 AND kind = $2 AND sequence = $3 AND mac = $4",
    );
    let moved = moved
        .bind(&from.node)
        .bind(end.as_str())
        .bind(from.sequence)
        .bind(&from.mac)
        .bind(to.sequence)
        .bind(&to.mac)
        .bind(&to.audit_key)
        .bind(&to.authenticator);
    Ok(moved.execute(database).await?.rows_affected() > 0)
}

async fn insert(database: &mut Connection, rows: &[Row]) -> Result<()> {
    let mut query = QueryBuilder::<Database>::new("INSERT INTO access_log (");
    query.push(COLUMNS).push(") ");
    query.push_values(rows, |mut values, row| {
        values
            .push_bind(&row.node)
            .push_bind(row.sequence)
            .push_bind(row.at)
            .push_bind(&row.application)
            .push_bind(&row.client_id)
            .push_bind(&row.actor)
            .push_bind(&row.ehr)
            .push_bind(&row.connection)
            .push_bind(&row.care_unit)
            .push_bind(&row.action)
            .push_bind(&row.patient)
            .push_bind(&row.named)
            .push_bind(&row.sealed)
            .push_bind(&row.outcome)
            .push_bind(&row.request)
            .push_bind(&row.audit_key)
            .push_bind(&row.mac);
    });
    query.build().execute(database).await?;
    Ok(())
}
