use vardbro_store::access_log::{Fault, Subject};

use super::{Fixture, finding};
use crate::databases::{AnyDatabase, over_both};

over_both! {
    the_ends_of_what_was_written_are_as_they_should_be
    a_changed_end_is_found_without_reading_a_row
}

async fn the_ends_of_what_was_written_are_as_they_should_be(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    assert_eq!(fixture.records.verify_ends(&fixture.keys).await.unwrap(), []);

    fixture.write("north", &["1", "2"]).await;
    fixture.write("south", &["3"]).await;

    assert_eq!(fixture.records.verify_ends(&fixture.keys).await.unwrap(), []);
}

async fn a_changed_end_is_found_without_reading_a_row(database: AnyDatabase) {
    let fixture = Fixture::over(database).await;
    fixture.write("north", &["1", "2"]).await;
    fixture.write("south", &["3"]).await;
    fixture.sql("UPDATE access_log_marks SET sequence = 1 WHERE node = 'north' AND kind = 'head'").await;
    fixture.sql("DELETE FROM access_log_marks WHERE node = 'south'").await;
    fixture.sql("DELETE FROM access_log WHERE node = 'south'").await;

    let found = fixture.records.verify_ends(&fixture.keys).await.unwrap();

    assert_eq!(
        found,
        [
            finding("north", Subject::Head, Fault::Changed),
            finding("south", Subject::Checkpoint, Fault::Missing),
            finding("south", Subject::Head, Fault::Missing),
        ]
    );
}
