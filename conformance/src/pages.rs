//! What does not depend on one EHR: the generated pages, and what the EHRs declare.

use std::fs;
use std::path::{Path, PathBuf};

use vardbro_ehr::Ehr;
use vardbro_model::capabilities::Operation;

use crate::clock::CaseClock;
use crate::limited::a_scope_that_was_not_granted;
use crate::subjects::{SUBJECTS, start};
use crate::tenants;

type Check = fn();

/// Sentences, and the functions that check them.
pub const CHECKS: &[(&str, Check)] = &[
    ("docs/capabilities.md says what the EHRs declare", || page_is("capabilities.md", &capabilities())),
    ("docs/errors.md says what the API answers", || page_is("errors.md", &vardbro_gateway::errors_page())),
    (
        "what a connection may not do is shown, and refused before anything is sent",
        a_scope_that_was_not_granted,
    ),
    ("tenants: every route is in the table, and no other", tenants::every_route_is_in_the_table),
    ("tenants: no or wrong credentials reach nothing", tenants::wrong_credentials_reach_nothing),
    (
        "tenants: who is disabled or has an expired secret reaches nothing",
        tenants::whoever_is_off_or_out_of_date_reaches_nothing,
    ),
    ("tenants: without a connection nothing is reached", tenants::without_a_connection_nothing_is_reached),
    ("tenants: another installation has none of it", tenants::another_installation_has_none_of_it),
    (
        "tenants: a cursor or a tag of another application opens nothing",
        tenants::a_cursor_and_a_tag_open_nothing,
    ),
    ("every EHR declares every operation", every_operation),
    ("every EHR declares at least what the contract says", at_least),
];

/// Set to 1, it has the pages written instead of compared.
const BLESS: &str = "VARDBRO_BLESS";

fn page_is(name: &str, generated: &str) {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "..", "docs", name].iter().collect();
    if std::env::var(BLESS).is_ok_and(|value| value == "1") {
        fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).expect("a docs directory");
        fs::write(&path, generated).expect("the page is written");
        return;
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    let differs = written.lines().zip(generated.lines()).find(|(written, generated)| written != generated);
    assert!(
        written == generated,
        "docs/{name} is stale ({differs:?}): run `{BLESS}=1 cargo test -p vardbro-conformance docs`"
    );
}

fn capabilities() -> String {
    on_runtime(|ehrs| vardbro_gateway::capabilities_page(ehrs.iter().map(|ehr| &**ehr)))
}

/// Hands over every EHR. Some sandboxes need a runtime to be there.
fn on_runtime<T>(look: impl FnOnce(&[std::sync::Arc<dyn Ehr>]) -> T) -> T {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let mut ehrs = Vec::new();
        let mut sandboxes = Vec::new();
        for subject in SUBJECTS {
            let started = start(subject, CaseClock::start()).await;
            assert_eq!(started.ehr.about().code.as_str(), subject.code);
            ehrs.push(started.ehr);
            sandboxes.push(started.sandbox);
        }
        look(&ehrs)
    })
}

fn every_operation() {
    on_runtime(|ehrs| {
        for ehr in ehrs {
            let capabilities = ehr.capabilities();
            let code = ehr.about().code;
            for operation in Operation::ALL {
                let known = capabilities.operations.get(operation);
                let known = known.unwrap_or_else(|| panic!("{code} says nothing of {operation}"));
                assert_eq!(known.supported, known.evidence.is_some(), "{code}: the evidence of {operation}");
                let explained = known.supported || known.note.is_some();
                assert!(explained, "{code} says why it cannot {operation}");
                let reconciled = known.supported && operation.writes();
                assert_eq!(reconciled, known.reconcile_by.is_some(), "{code}: lost answers of {operation}");
            }
            let soft = vardbro_model::capabilities::fields_not_stored(&capabilities.operations);
            assert_eq!(capabilities.fields_not_stored, soft, "{code}: fields_not_stored");
        }
    });
}

/// What the contract's table has: the operations that an EHR lacks; of all others it says that they work.
const LACKS: &[(&str, &[Operation])] = &[
    ("mock", &[]),
    ("cliniko", &[Operation::ConfirmAppointment]),
    (
        "takecare",
        &[
            Operation::ReadSchedule,
            Operation::CreateSchedule,
            Operation::UpdatePatient,
            Operation::CommentAppointment,
            Operation::ConfirmAppointment,
            Operation::GetDocument,
        ],
    ),
    (
        "webdoc",
        &[
            Operation::ReadSchedule,
            Operation::CreateSchedule,
            Operation::ConfirmAppointment,
            Operation::ReadNotes,
            Operation::ListDocuments,
            Operation::GetDocument,
        ],
    ),
    (
        "kaddio",
        &[
            Operation::ReadSchedule,
            Operation::CreateSchedule,
            Operation::UpdatePatient,
            Operation::MoveAppointment,
            Operation::CommentAppointment,
            Operation::CancelAppointment,
            Operation::ConfirmAppointment,
            Operation::ListDocuments,
            Operation::GetDocument,
            Operation::CreateDocument,
        ],
    ),
];

/// The filters by which patients are found, alone or together with another.
const PATIENT_FILTERS: &[(&str, &[&str], &[&str])] = &[
    ("mock", &["first_name", "last_name", "date_of_birth", "external_id", "phone", "email"], &[]),
    ("cliniko", &["first_name", "last_name", "date_of_birth", "external_id", "email"], &["phone"]),
    ("takecare", &["external_id"], &[]),
    ("webdoc", &["external_id"], &[]),
    ("kaddio", &["external_id", "first_name", "last_name"], &[]),
];

/// How many types of id can be looked up beside the EHR's own: patients', resources'.
const ID_TYPES: &[(&str, usize, usize)] =
    &[("mock", 3, 3), ("cliniko", 0, 0), ("takecare", 1, 0), ("webdoc", 1, 2), ("kaddio", 1, 0)];

fn at_least() {
    on_runtime(|ehrs| {
        for ehr in ehrs {
            let code = ehr.about().code.as_str();
            let capabilities = ehr.capabilities();
            let lacks = LACKS.iter().find(|(known, _)| *known == code);
            let (_, lacks) = lacks.unwrap_or_else(|| panic!("{code} stands in the contract's table"));
            for operation in Operation::ALL.iter().filter(|operation| !lacks.contains(operation)) {
                assert!(capabilities.of(*operation).supported, "{code} can {operation}");
            }
            let search = capabilities.of(Operation::SearchPatients);
            for (_, alone, together) in PATIENT_FILTERS.iter().filter(|(known, ..)| *known == code) {
                assert!(alone.iter().all(|filter| search.filters.contains(filter)), "{code}: {search:?}");
                let known = |filter: &&&str| {
                    search.filters.contains(*filter) || search.filters_not_alone.contains(*filter)
                };
                assert!(together.iter().all(|filter| known(&filter)), "{code}: {search:?}");
            }
            for (_, patients, resources) in ID_TYPES.iter().filter(|(known, ..)| *known == code) {
                let own = 1;
                assert!(capabilities.patient_id_types.len() >= patients + own, "{code}: patient_id_types");
                assert!(capabilities.resource_id_types.len() >= resources + own, "{code}: resource_id_types");
            }
        }
    });
}
