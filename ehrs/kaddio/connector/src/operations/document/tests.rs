use super::*;

fn faults(name: Name, text: &str) -> Vec<String> {
    Document::read(name, text).err().unwrap_or_default()
}

fn one_fault(name: Name, text: &str) -> String {
    let mut faults = faults(name, text);
    assert_eq!(faults.len(), 1, "{faults:?}");
    faults.remove(0)
}

const BOOKING: &str = "{ id resource_id: a patient_id: b healthcare_service_id: c start end status }";

#[test]
fn every_shipped_document_is_right_and_says_first_how_sure_we_are_of_it() {
    for name in Name::ALL.iter().copied() {
        let spec = name.spec();
        assert_eq!(faults(name, spec.shipped), [""; 0], "{}", spec.name);
        let evidence = ["# Observed", "# Documented", "# Assumed"];
        assert!(evidence.iter().any(|begin| spec.shipped.starts_with(begin)), "{}", spec.name);
        let sent = Document::read(name, spec.shipped).unwrap();
        assert!(
            sent.text().starts_with(if spec.is_query() { "query" } else { "mutation" }),
            "{}",
            sent.text()
        );
    }
}

#[test]
fn a_shipped_document_takes_all_that_it_is_given_but_what_our_schema_has_no_use_for() {
    for name in Name::ALL.iter().copied() {
        let document = Document::read(name, name.spec().shipped).unwrap();
        let idle = name.spec().variables.iter().filter(|variable| !document.takes(variable.name));
        let idle: Vec<_> = idle.map(|variable| variable.name).collect();
        let expected: &[&str] = if name == Name::CreateBooking { &["end", "care_unit_id"] } else { &[] };
        assert_eq!(idle, expected, "{}", name.spec().name);
        let unread = name.spec().answers.iter().filter(|answer| !document.selects(answer.path)).count();
        assert_eq!(unread, 0, "{}", name.spec().name);
    }
}

#[test]
fn the_two_known_operations_are_called_exactly_as_they_are_known() {
    let create = Name::CreateClient.spec().shipped;
    for argument in
        ["firstname:", "lastname:", "email:", "pnr:", "zip:", "city:", "streetAdress:", "cellphone:"]
    {
        assert!(create.contains(argument), "{argument}");
    }
    let update = Name::UpdateUser.spec().shipped;
    assert!(update.contains("updateUser(userId: $patient_id, customProperties: $custom_fields)"));
    assert!(update.contains("$custom_fields: [CustomFieldValueInput]"));
}

#[test]
fn a_syntax_error_is_told_with_its_place() {
    let text = "query A($appointment_id: ID!) {\n  appointment: booking(id $appointment_id) { id }\n}";
    assert_eq!(one_fault(Name::Booking, text), "syntax error at line 2, column 24");
    assert!(one_fault(Name::Booking, "").starts_with("syntax error"));
}

#[test]
fn a_document_holds_one_operation_of_the_right_kind() {
    let two = "query A { a } query B { b }";
    assert_eq!(one_fault(Name::Catalogue, two), "it holds 2 operations and must hold one");
    let mixed = "query A { a } { b }";
    assert!(one_fault(Name::Catalogue, mixed).starts_with("it holds several operations"));
    let mutation =
        format!("mutation A($appointment_id: ID!) {{ appointment: b(id: $appointment_id) {BOOKING} }}");
    assert_eq!(
        one_fault(Name::Booking, &mutation),
        "it is a mutation and must be a query at line 1, column 1"
    );
    let query = "query A($patient_id: ID!, $custom_fields: [X]) { u(i: $patient_id, c: $custom_fields) }";
    assert_eq!(
        one_fault(Name::UpdateUser, query),
        "it is a query and must be a mutation at line 1, column 1"
    );
}

#[test]
fn what_is_not_selected_is_named() {
    let text = "query A($appointment_id: ID!) { appointment: booking(id: $appointment_id) { id start end status hostId } }";
    assert_eq!(
        faults(Name::Booking, text),
        [
            "it does not select appointment.resource_id",
            "it does not select appointment.patient_id",
            "it does not select appointment.healthcare_service_id",
        ]
    );
    // Of a whole that is not there, the parts are not missed one by one.
    let text = "query A($appointment_id: ID!) { booking(id: $appointment_id) { id } }";
    assert_eq!(one_fault(Name::Booking, text), "it does not select appointment");
}

#[test]
fn what_may_be_left_out_may_be_left_out_with_all_its_parts() {
    let text = "{ organisation: o { id name } resources: h { id first_name: f last_name: l healthcare_service_ids: b }
                  healthcare_services: t { id name duration_minutes: d } }";
    let document = Document::read(Name::Catalogue, text).unwrap();
    assert!(!document.selects("care_units") && document.selects("resources.id"));
    let with_places = text.replace("{ organisation", "{ care_units: p { id } organisation");
    assert_eq!(one_fault(Name::Catalogue, &with_places), "it does not select care_units.name");
}

#[test]
fn variables_are_those_that_are_given_and_each_is_used() {
    let query = |variables: &str, arguments: &str| {
        format!("query A({variables}) {{ appointment: booking({arguments}) {BOOKING} }}")
    };
    let read = |variables: &str, arguments: &str| one_fault(Name::Booking, &query(variables, arguments));
    assert_eq!(
        read("$appointment_id: ID!, $region: ID", "id: $appointment_id, region: $region"),
        "nothing is given for $region at line 1, column 31; what is given: $appointment_id"
    );
    assert_eq!(
        read("$appointment_id: ID!", "id: $appointment_id, in: {list: [$region]}"),
        "$region is used and not taken at line 1, column 79"
    );
    assert_eq!(
        faults(Name::Booking, &query("$appointment_id: ID!", "id: 5")),
        ["$appointment_id is taken and not used at line 1, column 9"]
    );
    let without = format!("{{ appointment: booking(id: 5) {BOOKING} }}");
    assert_eq!(one_fault(Name::Booking, &without), "it does not take $appointment_id");
}

#[test]
fn what_has_not_always_a_value_must_be_nullable() {
    let clients = |email: &str| {
        format!(
            "mutation A($personal_number: String, $first_name: String, $last_name: String, $email: {email}) {{
               patient_id: createClient(pnr: $personal_number, f: $first_name, l: $last_name, e: $email) }}"
        )
    };
    assert_eq!(faults(Name::CreateClient, &clients("String")), [""; 0]);
    assert_eq!(faults(Name::CreateClient, &clients("String! = \"\"")), [""; 0]);
    let fault = one_fault(Name::CreateClient, &clients("String!"));
    assert!(fault.starts_with("$email must be nullable"), "{fault}");
}

#[test]
fn fragments_and_directives_are_looked_through() {
    let text = "query A($appointment_id: ID!) { appointment: booking(id: $appointment_id) { ...Times ... on Booking { id resource_id: a } } }
                fragment Times on Booking { start end ...Whose }
                fragment Whose on Booking { patient_id: b healthcare_service_id: c status }";
    let document = Document::read(Name::Booking, text).unwrap();
    assert!(document.selects("appointment.status"));
    let unknown = text.replace("...Whose", "...Nobody");
    assert!(faults(Name::Booking, &unknown)[0].starts_with("the fragment Nobody is not in it"));
    let endless = text.replace("status }", "status ...Times }");
    assert!(faults(Name::Booking, &endless)[0].starts_with("the fragment Times holds itself"));
    let conditional = text.replace("start end", "start end @upper(if: $long)");
    assert!(faults(Name::Booking, &conditional)[0].starts_with("$long is used and not taken"));
}

#[test]
fn what_could_be_left_out_of_an_answer_is_no_answer() {
    let text = format!("query A($appointment_id: ID!) {{ appointment: b(id: $appointment_id) {BOOKING} }}");
    for directive in ["@skip(if: true)", "@include(if: false)"] {
        let conditional = text.replace("status", &format!("status {directive}"));
        let (name, column) = (directive.split('(').next().unwrap(), conditional.find('@').unwrap() + 1);
        let expected =
            format!("{name} may leave out what must always be answered at line 1, column {column}");
        assert_eq!(one_fault(Name::Booking, &conditional), expected);
    }
}

#[test]
fn what_is_read_as_a_plain_value_has_no_parts() {
    let create = "mutation A($personal_number: String, $first_name: String, $last_name: String) {
                  patient_id: createClient(p: $personal_number, f: $first_name, l: $last_name) { id } }";
    let fault = "it selects parts of patient_id, which must be a plain value";
    assert_eq!(one_fault(Name::CreateClient, create), fault);
    let text = format!("query A($appointment_id: ID!) {{ appointment: b(id: $appointment_id) {BOOKING} }}");
    let nested = text.replace("patient_id: b", "patient_id: client { _id }");
    assert_eq!(
        one_fault(Name::Booking, &nested),
        "it selects parts of appointment.patient_id, which must be a plain value"
    );
    // Nobody reads what this one answers.
    let update = "mutation A($patient_id: ID!, $custom_fields: [X]) {
                  updated: u(i: $patient_id, c: $custom_fields) { id } }";
    assert_eq!(faults(Name::UpdateUser, update), [""; 0]);
}

#[test]
fn documents_that_multiply_or_have_no_end_are_given_up() {
    let doubling: String =
        (0..60).map(|n| format!("fragment F{n} on Query {{ ...F{} ...F{} }} ", n + 1, n + 1)).collect();
    let text = format!("{{ ...F0 }} {doubling} fragment F60 on Query {{ a }}");
    let told = faults(Name::Catalogue, &text);
    assert!(told[0].starts_with("it opens more than 500 fragments"), "{told:?}");
    let long = format!("{{ a }} #{}", " ".repeat(64 * 1024));
    assert_eq!(one_fault(Name::Catalogue, &long), "it is longer than 65536 bytes");
}

#[test]
fn every_fault_is_told_at_once() {
    let text = "mutation A($x: ID) { appointment: booking { id } }";
    assert!(faults(Name::Booking, text).len() >= 5, "{:?}", faults(Name::Booking, text));
}
