use super::*;

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[test]
fn durations_are_read_as_people_write_them() {
    for (words, seconds) in [
        ("30s", 30),
        ("15m", 900),
        ("1h 30m", 5400),
        ("12h", 43_200),
        ("1827d", 1827 * 86_400),
        ("2w", 1_209_600),
        ("0s", 0),
    ] {
        assert_eq!(Duration::read(&text(words)), Some(Duration::from_secs(seconds)), "{words}");
    }
    assert_eq!(Duration::read(&text("250ms")), Some(Duration::from_millis(250)));
    for wrong in ["", "15", "-5s", "5s ago", "5 years", "1mo", "soon", "999999999999d"] {
        assert_eq!(Duration::read(&text(wrong)), None, "{wrong}");
    }
    assert_eq!(Duration::read(&Value::Number(15)), None);
}

#[test]
fn durations_are_told_as_people_write_them() {
    for (seconds, words) in
        [(900, "15m"), (86_400, "1d"), (1826 * 86_400, "1826d"), (90, "1m 30s"), (0, "0s")]
    {
        assert_eq!(duration_in_words(Duration::from_secs(seconds)), words);
    }
}

#[test]
fn sizes_are_read_as_people_write_them() {
    for (words, bytes) in
        [("64 KiB", 65_536), ("20 MB", 20_000_000), ("20MB", 20_000_000), ("0 B", 0), ("512", 512)]
    {
        assert_eq!(ByteSize::read(&text(words)), Some(ByteSize(bytes)), "{words}");
    }
    for wrong in ["", "-1 MB", "many", "5 parsec"] {
        assert_eq!(ByteSize::read(&text(wrong)), None, "{wrong}");
    }
}

#[test]
fn numbers_are_whole_and_not_negative() {
    assert_eq!(u32::read(&Value::Words(" 7 ".to_owned())), Some(7));
    for wrong in [
        text("7"),
        Value::Words("-7".to_owned()),
        Value::Words("7.5".to_owned()),
        Value::Number(1 << 40),
        Value::Other,
    ] {
        assert_eq!(u32::read(&wrong), None);
    }
}

#[test]
fn networks_may_be_addresses() {
    let listed = Value::List(vec![text("10.0.0.0/8"), text("192.0.2.7"), text("fd00::/8")]);
    let read = Vec::<IpNet>::read(&listed).unwrap();
    assert_eq!(
        read.iter().map(IpNet::to_string).collect::<Vec<_>>(),
        ["10.0.0.0/8", "192.0.2.7/32", "fd00::/8"]
    );
    assert_eq!(Vec::<IpNet>::read(&Value::Words("10.0.0.0/8, ::1".to_owned())).unwrap().len(), 2);
    for wrong in
        [text("10.0.0.0/8"), Value::List(vec![text("10.0.0.0/33")]), Value::List(vec![Value::Number(10)])]
    {
        assert_eq!(Vec::<IpNet>::read(&wrong), None);
    }
}

#[test]
fn a_public_url_is_an_origin() {
    for (url, origin) in [
        ("https://api.example.com", "https://api.example.com"),
        ("https://API.example.com:443/", "https://api.example.com"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ] {
        assert_eq!(PublicUrl::read(&text(url)).unwrap().as_str(), origin);
    }
    for wrong in [
        "api.example.com",
        "ftp://api.example.com",
        "https://api.example.com/api",
        "https://api.example.com?x",
        "https://api.example.com#x",
        "https://ada:secret@api.example.com",
    ] {
        assert_eq!(PublicUrl::read(&text(wrong)), None, "{wrong}");
    }
}

#[test]
fn a_database_is_a_file_or_a_server() {
    for right in [
        "sqlite:vardbro.sqlite",
        "sqlite:///var/lib/vardbro.sqlite",
        "postgres://ada:secret@db:5432/vardbro?sslmode=require",
    ] {
        assert!(Location::read(&text(right)).is_some(), "{right}");
    }
    for wrong in [
        "",
        "vardbro.sqlite",
        "sqlite:",
        "postgres:vardbro",
        "postgres://db:port/vardbro",
        "mysql://db/vardbro",
    ] {
        assert!(Location::read(&text(wrong)).is_none(), "{wrong}");
    }
}

#[test]
fn a_node_has_a_plain_name() {
    assert_eq!(NodeName::read(&text("north-1.example_a")).unwrap().as_str(), "north-1.example_a");
    for wrong in ["", "north 1", "å", &"n".repeat(201)] {
        assert_eq!(NodeName::read(&text(wrong)), None, "{wrong}");
    }
}
