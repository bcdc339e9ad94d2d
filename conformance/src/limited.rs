//! What one connection may not do, though its EHR can.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use serde_json::json;
use vardbro_ehr::connection::NoteMapping;
use vardbro_registry::{Registered, Started};
use vardbro_webdoc_sandbox::{Grants, Options, start};

use crate::log::Log;
use crate::subject::Subject;

/// Enough for free times, and for nothing that is filed.
const GRANTED: [&str; 5] = ["clinics:read", "users:read", "self-service", "bookings:read", "patient:read"];

const LACKED: &str = "documents:write";

/// A Webdoc whose client was granted too little.
static LIMITED: Registered = Registered {
    code: "webdoc",
    start: |clock, listen| {
        async move {
            let grants = Grants::new(GRANTED, Duration::from_secs(3600));
            let running = start(Options { clock, grants, ..Options::default() }, listen).await?;
            let settings = BTreeMap::from([("api_url".to_owned(), running.native.clone())]);
            let ehr = Arc::new(vardbro_webdoc::Webdoc::new());
            Ok(Started { ehr, running, settings, note_mapping: NoteMapping::default() })
        }
        .boxed()
    },
};

pub fn a_scope_that_was_not_granted() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let subject = Subject::start(&LIMITED, Log::default()).await;
        let clinic = subject.clinic().await;

        let report = subject.check().await;

        assert!(report.warnings.iter().any(|warning| warning.contains(LACKED)), "{report:?}");
        let emr = subject.client.get(&subject.emr()).await.is(200);
        let operations = &emr["capabilities"]["operations"];
        assert_eq!(operations["list_timeslots"]["supported"], true);
        let filing = &operations["create_document"];
        assert_eq!(filing["supported"], false, "{filing}");
        assert!(filing["note"].as_str().is_some_and(|note| note.contains(LACKED)), "{filing}");
        let before = subject.calls();
        let document = json!({"content": "JVBERi0xLjQ=", "format": "application/pdf", "type": "Lab Result"});
        let answer = clinic.post("/patients/191212121212/documents", &document).await;
        assert!(answer.refused("NOT_SUPPORTED", None).contains(LACKED), "{answer}");
        assert_eq!(subject.calls(), before, "nothing was sent");
        assert!(!clinic.timeslots(1, 4, &[]).await.is_empty(), "the rest works");
        subject.stop().await;
    });
}
