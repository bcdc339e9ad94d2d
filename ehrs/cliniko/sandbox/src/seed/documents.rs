use jiff::Timestamp;

use super::ids;
use crate::resources::attachment::{Attachment, File, Processing};
use crate::row::Stamps;
use crate::state::World;
use crate::storage::Storage;
use crate::time::after;

const REFERRAL: &[u8] = b"Referral letter of an invented patient.\n";

/// Two text files of the first patient's, long processed; one of them archived.
pub fn add(world: &mut World, storage: &Storage, today: Timestamp) {
    for (n, filename, description) in
        [(1, "referral.txt", "Referral letter"), (2, "old-referral.txt", "Superseded")]
    {
        let uploaded = after(today, -60 * 24 * 10 * n);
        let key = format!("attachments/{}/{filename}", ids::attachment(n));
        storage.put(&key, "text/plain", REFERRAL);
        let file = File {
            key,
            filename: filename.to_owned(),
            content_type: "text/plain".to_owned(),
            size: i64::try_from(REFERRAL.len()).unwrap_or_default(),
            processed_at: uploaded,
        };
        let mut row = Attachment {
            stamps: Stamps::new(ids::attachment(n), uploaded),
            patient: ids::patient(1),
            user: Some(ids::user(1)),
            description: Some(description.to_owned()),
            processing: Processing::Done(file),
        };
        if n == 2 {
            row.stamps.archive(after(uploaded, 60));
        }
        world.attachments.insert(row.stamps.id, row);
    }
}
