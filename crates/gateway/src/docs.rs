//! What people read: the interactive description of the API, and the pages that are generated from the code.

use std::fmt::Write;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use utoipa_swagger_ui::{Config, SwaggerUi};
use vardbro_ehr::{About, Ehr};
use vardbro_model::capabilities::{Capabilities, Operation};
use vardbro_model::error::{ErrorCode, FaultCode};

use crate::gateway::Gateway;

pub(crate) fn routes() -> Router<Gateway> {
    let config = Config::from("/api/openapi.json").try_it_out_enabled(true).persist_authorization(false);
    Router::new()
        .merge(SwaggerUi::new("/docs").config(config))
        .route("/docs/errors", get(async || Html(errors_as_html())))
}

/// `docs/errors.md`: every code and what it means.
pub fn errors_page() -> String {
    let mut page = String::from(
        "# Errors\n\nGenerated from the code. Every failure is `application/problem+json` (RFC 9457); its `type` points here.\n\n\
         ## Problems: `code`\n\n| status | `code` | what it means |\n|---|---|---|\n",
    );
    for code in ErrorCode::ALL {
        let _ = writeln!(page, "| {} | `{code}` | {} |", code.status(), code.meaning());
    }
    page.push_str("\n## Faults of a request: `error_code`\n\n| `error_code` | what it means |\n|---|---|\n");
    for code in FaultCode::ALL {
        let _ = writeln!(page, "| `{code}` | {} |", code.meaning());
    }
    page
}

fn errors_as_html() -> String {
    let mut page = String::from(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Vardbro: errors</title>\
         <style>body{font:16px/1.5 system-ui;max-width:50rem;margin:2rem auto;padding:0 1rem}dt{margin-top:1rem}</style>\
         <h1>Errors</h1><dl>",
    );
    for code in ErrorCode::ALL {
        let anchor = code.as_str().to_ascii_lowercase();
        let (status, meaning) = (code.status(), code.meaning());
        let _ = write!(page, "<dt id=\"{anchor}\"><code>{code}</code> ({status})<dd>{meaning}");
    }
    page.push_str("</dl><h2>Faults of a request</h2><dl>");
    for code in FaultCode::ALL {
        let anchor = code.as_str().to_ascii_lowercase();
        let _ = write!(page, "<dt id=\"{anchor}\"><code>{code}</code><dd>{}", code.meaning());
    }
    page.push_str("</dl></html>");
    page
}

/// `docs/capabilities.md`: what each EHR can do, and how sure we are of it.
pub fn capabilities_page<'a>(ehrs: impl IntoIterator<Item = &'a dyn Ehr>) -> String {
    let ehrs: Vec<(About, &Capabilities)> =
        ehrs.into_iter().map(|ehr| (ehr.about(), ehr.capabilities())).collect();
    let mut page = String::from(
        "# Capabilities\n\nGenerated from the code. `documented`: the vendor's own documentation says so. `observed`: seen in \
         independent public clients. `assumed`: our best reading, check it with the vendor before going live. `–`: refused with \
         `NOT_SUPPORTED` before anything is sent.\n\n| operation |",
    );
    for (about, _) in &ehrs {
        let _ = write!(page, " {} |", about.code);
    }
    page.push_str("\n|---|");
    page.push_str(&"---|".repeat(ehrs.len()));
    page.push('\n');
    for operation in Operation::ALL {
        let _ = write!(page, "| `{operation}` |");
        for (_, capabilities) in &ehrs {
            let word = match capabilities.of(*operation).evidence {
                Some(evidence) => serde_json::to_string(&evidence).unwrap_or_default().replace('"', ""),
                None => "–".to_owned(),
            };
            let _ = write!(page, " {word} |");
        }
        page.push('\n');
    }
    for (about, capabilities) in &ehrs {
        describe(&mut page, about, capabilities);
    }
    page
}

fn describe(page: &mut String, about: &About, capabilities: &Capabilities) {
    let _ = writeln!(page, "\n## {} (`{}`, {})\n", about.name, about.code, about.vendor);
    let mut row = |name: &str, value: serde_json::Value| {
        let _ = writeln!(page, "- `{name}`: {}", value.to_string().replace("\",\"", "\", \""));
    };
    let Capabilities {
        operations,
        patient_id_types,
        resource_id_types,
        external_id_types,
        author,
        upsert,
        keeps_cancelled,
        fields_not_stored,
        limits,
    } = capabilities;
    row("patient_id_types", serde_json::json!(patient_id_types));
    row("resource_id_types", serde_json::json!(resource_id_types));
    row("external_id_types", serde_json::json!(external_id_types));
    row("author", serde_json::json!(author));
    row("upsert", serde_json::json!(upsert));
    row("keeps_cancelled", serde_json::json!(keeps_cancelled));
    row("fields_not_stored", serde_json::json!(fields_not_stored));
    if let serde_json::Value::Object(limits) = serde_json::json!(limits) {
        limits.into_iter().for_each(|(name, value)| row(&name, value));
    }
    page.push_str("\n| operation | filters | required | not stored | refused fields | lost answers cleared up by | to know |\n|---|---|---|---|---|---|---|\n");
    for (operation, known) in operations {
        let listed =
            |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let mut filters = listed(&known.filters);
        if !known.filters_not_alone.is_empty() {
            let _ = write!(filters, "; with another one {}", listed(&known.filters_not_alone));
        }
        let reconcile = known
            .reconcile_by
            .map(|by| serde_json::json!(by).to_string().replace(['"', '_'], " ").trim().to_owned());
        let _ = writeln!(
            page,
            "| `{operation}` | {filters} | {} | {} | {} | {} | {} |",
            listed(&known.fields_required),
            listed(&known.fields_not_stored),
            listed(&known.fields_not_supported),
            reconcile.unwrap_or_default(),
            known.note.as_deref().unwrap_or_default(),
        );
    }
}
