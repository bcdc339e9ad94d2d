use std::collections::BTreeSet;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use super::environment::{OTHERS, variable};
use super::given::{DEFAULT, KEYS};
use super::*;

fn environment(variables: &[(&str, &str)]) -> Environment {
    Environment::of(variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))))
}

fn read(text: &str, variables: &[(&str, &str)]) -> Result<Loaded, Faults> {
    let environment = environment(variables);
    let mut given = Given::layers(Some((Path::new("vardbro.toml"), text)), &environment);
    let config = Config::read(&mut given, &environment);
    let (config, in_force) = given.outcome(config)?;
    Ok(Loaded { config, in_force })
}

fn faults(text: &str, variables: &[(&str, &str)]) -> String {
    read(text, variables).unwrap_err().to_string()
}

/// The value and origin of a key, as they are shown.
fn shown(loaded: &Loaded, key: &str) -> String {
    let in_force = loaded.in_force.iter().find(|in_force| in_force.key == key).unwrap();
    format!("{} # {}", in_force.shown, in_force.origin)
}

#[test]
fn every_key_of_the_default_file_is_read_in_its_order() {
    let loaded = read("", &[]).unwrap();

    let sections = DEFAULT.lines().filter_map(|line| line.strip_prefix('[')?.strip_suffix(']'));
    let read: Vec<_> = loaded.in_force.iter().map(|in_force| in_force.key).collect();
    let mut written = Vec::new();
    let mut section = "";
    for line in DEFAULT.lines() {
        match (line.strip_prefix('['), line.split_once(" = ")) {
            (Some(name), _) => section = name.trim_end_matches(']'),
            (None, Some((name, _))) if !line.starts_with('#') => written.push(format!("{section}.{name}")),
            _ => {}
        }
    }
    assert_eq!(sections.count(), 7);
    assert_eq!(read, written);
    assert_eq!(read.iter().copied().collect::<BTreeSet<_>>(), KEYS.keys().map(String::as_str).collect());
}

#[test]
fn the_default_file_given_as_a_file_changes_nothing() {
    let (without, with) = (read("", &[]).unwrap(), read(DEFAULT, &[]).unwrap());

    assert_eq!(format!("{:?}", without.config), format!("{:?}", with.config));
}

#[test]
fn every_key_has_a_comment() {
    let mut said = false;
    for line in DEFAULT.lines() {
        if line.starts_with('#') {
            said = true;
        } else if line.is_empty() || line.starts_with('[') {
            said = false;
        } else {
            assert!(said, "{line}");
        }
    }
}

#[test]
fn every_key_has_a_variable_of_its_own() {
    let variables: BTreeSet<_> = KEYS.keys().map(|key| variable(key)).collect();

    assert_eq!(variables.len(), KEYS.len());
    assert!(variables.contains("VARDBRO_SERVER_LISTEN"));
    assert!(OTHERS.iter().all(|other| !variables.contains(*other)));
}

#[test]
fn every_variable_reaches_its_key() {
    let file = DEFAULT.parse::<toml::Table>().unwrap();
    for (section, keys) in &file {
        for (name, value) in keys.as_table().unwrap() {
            let key = format!("{section}.{name}");
            let words = match value {
                toml::Value::String(text) if text.is_empty() => continue,
                toml::Value::String(text) => text.clone(),
                toml::Value::Array(_) => "10.0.0.0/8, ::1".to_owned(),
                other => other.to_string(),
            };

            let loaded = read("", &[(&variable(&key), &words)]).unwrap();

            assert!(shown(&loaded, &key).ends_with(&format!("# {}", variable(&key))), "{key}");
        }
    }
}

#[test]
fn a_variable_wins_over_the_file_and_the_file_over_the_default() {
    let file = "[server]\nlisten = \"127.0.0.1:1\"\nshutdown_grace = \"5s\"\n";
    let loaded = read(file, &[("VARDBRO_SERVER_LISTEN", "[::1]:2")]).unwrap();

    assert_eq!(loaded.config.server.listen, "[::1]:2".parse().unwrap());
    assert_eq!(shown(&loaded, "server.listen"), "\"[::1]:2\" # VARDBRO_SERVER_LISTEN");
    assert_eq!(loaded.config.server.shutdown_grace.as_secs(), 5);
    assert_eq!(shown(&loaded, "server.shutdown_grace"), "\"5s\" # vardbro.toml:3:18");
    assert_eq!(shown(&loaded, "server.public_url"), "\"\" # default");
}

#[test]
fn an_empty_variable_is_as_one_that_is_not_set() {
    let loaded = read("[database]\nmigrate = false\n", &[("VARDBRO_DATABASE_MIGRATE", " ")]).unwrap();

    assert!(!loaded.config.database.migrate);
}

#[test]
fn all_that_is_wrong_is_told_at_once_with_its_place() {
    let file = "\
[server]
lissten = \"127.0.0.1:8080\"
listen = \"8080\"
tls_certificate = \"chain.pem\"
trusted_proxies = [\"10.0.0.0/8\", \"proxy\"]

[databse]
url = \"sqlite:x\"

[limits]
header_timeout = \"15\"
address_burst = 0
body_memory = 5
connections = \"many\"
";
    let variables = [
        ("VARDBRO_LOG_FORMAT", "yaml"),
        ("VARDBRO_SERVER_LISTN", "127.0.0.1:8080"),
        ("VARDBRO_ACCESS_LOG_RETENTION", "5 years"),
    ];

    assert_eq!(
        faults(file, &variables),
        "\
vardbro.toml:2:1: server.lissten is no key; did you mean server.listen?
vardbro.toml:3:10: server.listen must be an IP address and a port, such as \"127.0.0.1:8080\" or \"[::1]:8080\"
vardbro.toml:4:19: server.tls_key is missing: a certificate needs its private key
vardbro.toml:5:19: server.trusted_proxies must be a list of networks such as [\"10.0.0.0/8\", \"fd00::/8\"]
vardbro.toml:7:2: [databse] is no section; did you mean [database]?
vardbro.toml:11:18: limits.header_timeout must be a duration such as \"30s\", \"15m\", \"12h\" or \"90d\", from 1s to 10m
vardbro.toml:12:17: limits.address_burst must be a whole number, from 1 to 1000000
vardbro.toml:13:15: limits.body_memory must be a size such as \"64 KiB\" or \"20 MB\", from 0 B to 1 TiB
vardbro.toml:14:15: limits.connections must be a whole number, from 0 to 1000000
VARDBRO_ACCESS_LOG_RETENTION: access_log.retention must be a duration such as \"30s\", \"15m\", \"12h\" or \"90d\", from 1d to 36500d
VARDBRO_LOG_FORMAT: log.format must be \"auto\", \"text\" or \"json\"
VARDBRO_SERVER_LISTN: this is no variable of Vardbro; did you mean VARDBRO_SERVER_LISTEN?"
    );
}

#[test]
fn what_is_not_toml_is_told_with_its_place() {
    let unquoted = "string values must be quoted, expected literal string";
    for (file, expected) in [
        ("[server\n", "1:8: this is not TOML: unclosed table, expected `]`".to_owned()),
        ("[server]\ntls_certificate = /etc/chain.pem\ntls_key = key\n", {
            format!("2:19: this is not TOML: {unquoted}\nvardbro.toml:3:11: this is not TOML: {unquoted}")
        }),
        (
            "[log]\nformat = \"text\nfilter = \"info\"\n",
            "2:15: this is not TOML: invalid basic string, expected `\"`".to_owned(),
        ),
        ("[log]\nformat = \"text\"\nformat = \"json\"\n", "3:1: this is not TOML: duplicate key".to_owned()),
        ("[log]\n\n[log]\n", "3:2: this is not TOML: duplicate key".to_owned()),
    ] {
        assert_eq!(faults(file, &[]), format!("vardbro.toml:{expected}"));
    }
}

#[test]
fn a_text_without_its_quotes_is_told_once() {
    assert_eq!(
        faults("[server]\nlisten = 127.0.0.1:8080\n", &[]),
        "vardbro.toml:2:10: server.listen must be an IP address and a port, such as \"127.0.0.1:8080\" or \"[::1]:8080\""
    );
}

#[test]
fn no_fault_quotes_a_value() {
    for file in [
        "[database]\nurl = \"postgres//vardbro:hunter2@db/vardbro\"\n",
        "[database]\nurl = postgres://vardbro:hunter2@db/vardbro\n",
        "[database]\nurl = \"postgres://vardbro:hunter2@db/vardbro\n",
        "[database]\nurl \"postgres://vardbro:hunter2@db/vardbro\"\n",
        "[database]\nurl = [\"hunter2\"]\n",
        "[database]\nurl = {hunter2 = 1}\n",
        "[log]\nfilter = \"vardbro=hunter2\"\n",
    ] {
        let faults = faults(file, &[]);
        assert!(!faults.contains("hunter2"), "{faults}");
    }
}

#[test]
fn what_stands_outside_of_sections_is_told_where_it_belongs() {
    assert_eq!(
        faults(
            "listen = \"127.0.0.1:8080\"\nserver = 5\nmedicare = true\n\"server.listen\" = 1\n[empty]\n",
            &[]
        ),
        "\
vardbro.toml:1:1: [listen] is no section; did you mean server.listen?
vardbro.toml:2:1: server is a section: its keys stand below [server]
vardbro.toml:3:1: [medicare] is no section
vardbro.toml:4:1: [server.listen] is no section; did you mean [server]?
vardbro.toml:5:2: [empty] is no section"
    );
}

#[test]
fn the_key_that_was_probably_meant_is_named() {
    for (wrong, meant) in [
        ("[server]\ntls_cert = 1", "server.tls_certificate"),
        ("[server]\nlissten = 1", "server.listen"),
        ("[server]\nretention = 1", "access_log.retention"),
        ("[log]\nlevel = 1", ""),
        ("[limits]\nporridge = 1", ""),
    ] {
        let expected =
            if meant.is_empty() { " is no key".to_owned() } else { format!("; did you mean {meant}?") };
        assert!(faults(wrong, &[]).ends_with(&expected), "{}", faults(wrong, &[]));
    }
    assert!(faults("", &[("VARDBRO_PORRIDGE", "1")]).ends_with("is no variable of Vardbro"));
    assert!(faults("", &[("VARDBRO_LISTEN", "1")]).ends_with("did you mean VARDBRO_SERVER_LISTEN?"));
    assert!(faults("", &[("VARDBRO_DATABASE", "1")]).ends_with("did you mean VARDBRO_DATABASE_URL?"));
}

#[test]
fn a_section_in_place_of_a_value_is_none() {
    assert_eq!(
        faults("[log.format]\nkind = \"json\"\n", &[]),
        "vardbro.toml:1:1: log.format must be \"auto\", \"text\" or \"json\""
    );
}

#[test]
fn a_variable_that_is_no_text_is_told() {
    let latin_1 = OsString::from_vec(b"/etc/n\xf6ckel.toml".to_vec());
    let environment =
        Environment::of([("VARDBRO_KEYS_FILE".into(), latin_1.clone()), ("VARDBRO_KEYS".into(), latin_1)]);

    let faults = load(None, &environment).unwrap_err().to_string();

    assert_eq!(faults, "VARDBRO_KEYS: it is not UTF-8\nVARDBRO_KEYS_FILE: it is not UTF-8");
}

#[test]
fn what_kubernetes_says_of_services_is_no_fault_there() {
    let services = [
        ("VARDBRO_SERVICE_HOST", "10.0.0.7"),
        ("VARDBRO_SERVICE_PORT", "8080"),
        ("VARDBRO_SERVICE_PORT_HTTP", "8080"),
        ("VARDBRO_PORT", "tcp://10.0.0.7:8080"),
        ("VARDBRO_POSTGRES_PORT_5432_TCP_ADDR", "10.0.0.8"),
    ];
    let in_kubernetes = [&services[..], &[("KUBERNETES_SERVICE_HOST", "10.0.0.1")]].concat();

    read("", &in_kubernetes).unwrap();
    assert_eq!(faults("", &services).lines().count(), services.len());
    let mistake = [&in_kubernetes[..], &[("VARDBRO_SERVER_LISTEM", "[::]:8080")]].concat();
    assert!(faults("", &mistake).contains("did you mean VARDBRO_SERVER_LISTEN?"));
}

#[test]
fn the_filter_of_the_short_variable_wins() {
    let file = "[log]\nfilter = \"warn\"\n";
    let loaded = read(file, &[("VARDBRO_LOG_FILTER", "error"), ("VARDBRO_LOG", "debug")]).unwrap();

    assert_eq!(loaded.config.log.filter.to_filter().to_string(), "debug");
    assert!(faults("", &[("VARDBRO_LOG", "vardbro=loud")]).starts_with("VARDBRO_LOG: log.filter must be "));
}

#[test]
fn what_is_in_force_is_shown_as_a_file_without_secrets() {
    let file = "[database]\nurl = \"postgres://vardbro:hunter2@db/vardbro\"\n";
    let variables =
        [("VARDBRO_SERVER_TRUSTED_PROXIES", "10.0.0.0/8,fd00::/8"), ("VARDBRO_KEYS", "hunter2 = 1")];
    let shown = read(file, &variables).unwrap().in_words();

    assert!(!shown.contains("hunter2"), "{shown}");
    for line in [
        "listen = \"127.0.0.1:8080\"  # default",
        "trusted_proxies = [\"10.0.0.0/8\", \"fd00::/8\"]  # VARDBRO_SERVER_TRUSTED_PROXIES",
        "url = \"***\"  # vardbro.toml:2:7",
        "file = \"***\"  # VARDBRO_KEYS",
        "requests_in_flight = 1024  # default",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line} is not in\n{shown}");
    }
    let table: toml::Table = shown.parse().unwrap();
    assert_eq!(table.len(), 7);
}

#[test]
fn what_is_in_force_without_secrets_gives_the_same_configuration() {
    let shown = read("", &[("VARDBRO_ACCESS_LOG_NODE", "node-1")]).unwrap().in_words();
    let again = read(&shown.replace("\"***\"", "\"sqlite:vardbro.sqlite\""), &[]).unwrap();

    assert_eq!(
        format!("{:?}", again.config),
        format!("{:?}", read(DEFAULT, &[("VARDBRO_ACCESS_LOG_NODE", "node-1")]).unwrap().config)
    );
}

#[test]
fn a_gateway_has_the_name_of_its_machine_unless_another_is_given() {
    let machine = hostname::get().unwrap().into_string().unwrap();

    assert_eq!(read("", &[]).unwrap().config.access_log.node.as_str(), machine);
    assert_eq!(
        read("[access_log]\nnode = \"north-1\"\n", &[]).unwrap().config.access_log.node.as_str(),
        "north-1"
    );
}

#[test]
fn a_file_that_is_named_must_be_there() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vardbro.toml");
    let named = environment(&[("VARDBRO_CONFIG", path.to_str().unwrap())]);
    let words = format!("cannot read {}: No such file or directory", path.display());

    assert!(load(Some(&path), &environment(&[])).unwrap_err().to_string().starts_with(&words));
    assert!(load(None, &named).unwrap_err().to_string().starts_with(&words));

    fs::write(&path, "[database]\nmigrate = false\n").unwrap();
    assert!(!load(None, &named).unwrap().config.database.migrate);
    let other = directory.path().join("other.toml");
    fs::write(&other, "").unwrap();
    assert!(load(Some(&other), &named).unwrap().config.database.migrate);
}
