//! The public layer for booking on the web.

use jiff::SignedDuration;
use reqwest::{StatusCode, header};
use serde_json::{Value, json};

use crate::client::{ANNA, MINDFULNESS, NEW_VISIT, RETURN_VISIT, Sandbox, TOLVAN};

impl Sandbox {
    async fn web_book(&self, body: Value, cookie: Option<&str>) -> crate::client::Reply {
        let call = self.http.post(self.url("/api/book")).header("x-tz-offset", "-60").body(body.to_string());
        self.send(match cookie {
            Some(cookie) => call.header(header::COOKIE, cookie),
            None => call,
        })
        .await
    }

    /// The first suggestion for Anna's return visits.
    async fn suggestion(&self) -> Value {
        let path = "/api/all-suggestions-ever/anna_lindqvist/aterbesok";
        self.get(path).await.expect(200)["aterbesok"][0].clone()
    }

    /// Whether hosts are offered the start of a suggestion.
    async fn offered(&self, suggestion: &Value) -> bool {
        let free = self.free_times(json!({"hostId": ANNA, "bookingTypeId": RETURN_VISIT})).await;
        free.iter().any(|free| free["start"] == suggestion["start"])
    }
}

fn asked(suggestion: &Value) -> Value {
    json!({"bookableTimeId": suggestion["bookableTimeId"], "bookingTypeId": suggestion["bookingTypeId"]})
}

#[tokio::test]
async fn suggestions_are_keyed_by_slug_and_hold_what_clients_may_book() {
    let sandbox = Sandbox::start().await;
    let all = sandbox.get("/api/all-suggestions-ever/").await.expect(200);
    let slugs: Vec<_> = all.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(slugs, ["aterbesok", "fysioterapi", "mindfulness-i-grupp", "nybesok", "samtalsterapi"]);
    let first = &all["nybesok"][0];
    assert!(first["start"].as_str().unwrap().ends_with(":00.000Z"));
    assert!(first["reserveLink"].as_str().unwrap().starts_with(&sandbox.running.origin));
    assert_eq!(first["bookableTimeId"].as_str().unwrap().len(), 17);
    let starts: Vec<_> =
        all["nybesok"].as_array().unwrap().iter().map(|row| row["start"].as_str().unwrap()).collect();
    assert!(starts.is_sorted_by(|a, b| a < b), "each start once");
}

#[tokio::test]
async fn a_query_names_a_type_a_host_or_both() {
    let sandbox = Sandbox::start().await;
    let keys = |value: Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let path = "/api/all-suggestions-ever";
    assert_eq!(keys(sandbox.get(&format!("{path}/nybesok")).await.expect(200)), ["nybesok"]);
    let annas = keys(sandbox.get(&format!("{path}/anna_lindqvist")).await.expect(200));
    assert_eq!(annas, ["aterbesok", "nybesok", "samtalsterapi"]);
    let both = sandbox.get(&format!("{path}/anna_lindqvist/nybesok")).await.expect(200);
    let times = json!({"hostId": ANNA, "bookingTypeId": NEW_VISIT, "to": "2027-01-01T00:00:00Z"});
    let offered: Vec<_> =
        sandbox.free_times(times).await.into_iter().map(|free| free["start"].clone()).collect();
    let suggested: Vec<_> =
        both["nybesok"].as_array().unwrap().iter().map(|row| row["start"].clone()).collect();
    assert_eq!(suggested, offered);
    for unknown in ["telefonuppfoljning", "hypnos", "gunnar_strom", "anna_lindqvist/hypnos", "nobody/nybesok"]
    {
        assert_eq!(sandbox.get(&format!("{path}/{unknown}")).await.expect(200), json!({}), "{unknown}");
        let next = sandbox.get(&format!("/api/next-free-time/{unknown}")).await.expect(200);
        assert_eq!(next, json!({"nextFreeTime": null, "localDate": null, "link": null}), "{unknown}");
    }
    assert_eq!(sandbox.get(&format!("{path}/anna_lindqvist/fysioterapi")).await.expect(200), json!({}));
}

#[tokio::test]
async fn the_next_free_time_is_the_first_suggestion_on_the_clients_date() {
    let sandbox = Sandbox::start().await;
    let first = sandbox.suggestion().await;
    let path = "/api/next-free-time/anna_lindqvist/aterbesok";
    let next = sandbox.get(path).await.expect(200);
    let expected =
        json!({"nextFreeTime": first["start"], "localDate": "2026-03-02", "link": first["reserveLink"]});
    assert_eq!(next, expected);
    // UTC+14, where the next day has begun.
    let east = sandbox.http.get(sandbox.url(path)).header("x-tz-offset", "-840");
    assert_eq!(sandbox.send(east).await.expect(200)["localDate"], "2026-03-03");
    for any in ["/api/next-free-time", "/api/next-free-time/anna_lindqvist", "/api/next-free-time/nybesok"] {
        assert!(sandbox.get(any).await.expect(200)["nextFreeTime"].is_string(), "{any}");
    }
    let none = sandbox.get("/api/next-free-time/anna_lindqvist/fysioterapi").await.expect(200);
    assert_eq!(none, json!({"nextFreeTime": null, "localDate": null, "link": null}));
}

#[tokio::test]
async fn the_clients_offset_is_required() {
    let sandbox = Sandbox::start().await;
    for path in ["/api/all-suggestions-ever", "/api/next-free-time/nybesok"] {
        for wrong in [None, Some("Europe/Stockholm"), Some("-99999"), Some("")] {
            let call = sandbox.http.get(sandbox.url(path));
            let call = wrong.map_or(call.try_clone().unwrap(), |offset| call.header("x-tz-offset", offset));
            let refused = sandbox.send(call).await.expect(400);
            assert!(refused["error"].as_str().unwrap().contains("x-tz-offset"));
        }
    }
    sandbox.send(sandbox.http.post(sandbox.url("/api/book")).body("{}")).await.expect(400);
}

#[tokio::test]
async fn a_suggestion_is_booked_for_somebody_new() {
    let sandbox = Sandbox::start().await;
    let suggestion = sandbox.suggestion().await;
    let mut body = asked(&suggestion);
    body["firstname"] = json!("Nils");
    body["email"] = json!("nils@example.com");

    let booked = sandbox.web_book(body, None).await.expect(200);

    assert_eq!(booked["start"], suggestion["start"]);
    let query = "query($id: ID!) { booking(id: $id) { hostId clientId bookingTypeId status } }";
    let booking = sandbox.ask(query, json!({"id": booked["bookingId"]})).await.data()["booking"].clone();
    assert_eq!((&booking["hostId"], &booking["bookingTypeId"]), (&json!(ANNA), &json!(RETURN_VISIT)));
    let query = "query($id: ID!) { client(id: $id) { firstname email } }";
    let client = sandbox.ask(query, json!({"id": booking["clientId"]})).await.data();
    assert_eq!(client["client"], json!({"firstname": "Nils", "email": "nils@example.com"}));
    assert!(!sandbox.offered(&suggestion).await);
}

#[tokio::test]
async fn the_two_ids_are_enough_and_a_known_number_is_that_client() {
    let sandbox = Sandbox::start().await;
    let first = sandbox.suggestion().await;
    sandbox.web_book(asked(&first), None).await.expect(200);
    let patients = sandbox.state().await["patients"].clone();
    let mut body = asked(&sandbox.suggestion().await);
    body["pnr"] = json!("191212121212");
    let booked = sandbox.web_book(body, None).await.expect(200);
    let query = "query($id: ID!) { booking(id: $id) { clientId } }";
    let booking = sandbox.ask(query, json!({"id": booked["bookingId"]})).await.data();
    assert_eq!(booking["booking"]["clientId"], TOLVAN);
    assert_eq!(sandbox.state().await["patients"], patients);
}

#[tokio::test]
async fn a_web_booking_that_breaks_a_rule_leaves_nothing_behind() {
    let sandbox = Sandbox::start().await;
    let suggestion = sandbox.suggestion().await;
    sandbox.web_book(asked(&suggestion), None).await.expect(200);
    let before = sandbox.state().await;
    let gone = sandbox.web_book(asked(&suggestion), None).await.expect(409);
    assert_eq!(gone["error"], "The time is not available");
    for pnr in ["195008121856", "197110021835"] {
        let mut body = asked(&sandbox.suggestion().await);
        body["pnr"] = json!(pnr);
        sandbox.web_book(body, None).await.expect(409);
    }
    let internal =
        json!({"bookableTimeId": suggestion["bookableTimeId"], "bookingTypeId": "dKv8YqxkkvaGretN8"});
    sandbox.web_book(internal, None).await.expect(409);
    for wrong in [json!({}), json!([]), json!({"bookableTimeId": suggestion["bookableTimeId"]})] {
        sandbox.web_book(wrong, None).await.expect(400);
    }
    assert_eq!(sandbox.state().await, before);
}

#[tokio::test]
async fn opening_a_reserve_link_keeps_the_time_for_five_minutes() {
    let sandbox = Sandbox::start().await;
    let suggestion = sandbox.suggestion().await;
    let link = suggestion["reserveLink"].as_str().unwrap();
    let free = json!({"hostId": ANNA, "bookingTypeId": RETURN_VISIT, "start": suggestion["start"]});

    assert_eq!(sandbox.send(sandbox.http.get(link)).await.status, StatusCode::OK);

    assert!(!sandbox.offered(&suggestion).await);
    assert_eq!(sandbox.book(TOLVAN, &free).await.error(), "The time is not available");
    sandbox.web_book(asked(&suggestion), None).await.expect(409);
    assert_eq!(sandbox.send(sandbox.http.get(link)).await.status, StatusCode::CONFLICT);
    sandbox.clock.advance(SignedDuration::from_secs(299));
    assert!(!sandbox.offered(&suggestion).await);
    sandbox.clock.advance(SignedDuration::from_secs(1));
    assert!(sandbox.offered(&suggestion).await);
    sandbox.book(TOLVAN, &free).await.data();
}

#[tokio::test]
async fn a_reserved_seat_of_a_group_session_counts() {
    let sandbox = Sandbox::start().await;
    let all = sandbox.get("/api/all-suggestions-ever/mindfulness-i-grupp").await.expect(200);
    let last = all["mindfulness-i-grupp"].as_array().unwrap().last().unwrap().clone();
    let seats = async || {
        let window =
            json!({"bookingTypeId": MINDFULNESS, "from": last["start"], "to": "2027-01-01T00:00:00Z"});
        sandbox.free_times(window).await.len()
    };
    for _ in 0..5 {
        assert_eq!(seats().await, 1);
        sandbox.web_book(asked(&last), None).await.expect(200);
    }
    let page = sandbox.send(sandbox.http.get(last["reserveLink"].as_str().unwrap())).await;
    assert_eq!((page.status, seats().await), (StatusCode::OK, 0));
    sandbox.clock.advance(SignedDuration::from_mins(5));
    assert_eq!(seats().await, 1);
}

#[tokio::test]
async fn who_reserved_a_time_books_it() {
    let sandbox = Sandbox::start().await;
    let suggestion = sandbox.suggestion().await;
    let page = sandbox.send(sandbox.http.get(suggestion["reserveLink"].as_str().unwrap())).await;
    let cookie = page.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    sandbox.web_book(asked(&suggestion), Some("reservation=another")).await.expect(409);
    sandbox.web_book(asked(&suggestion), Some(&format!("a=b; {cookie}"))).await.expect(200);
    sandbox.web_book(asked(&suggestion), Some(&cookie)).await.expect(409);
}

#[tokio::test]
async fn another_reservation_of_one_browser_lets_the_first_go() {
    let sandbox = Sandbox::start().await;
    let path = "/api/all-suggestions-ever/anna_lindqvist/aterbesok";
    let both = sandbox.get(path).await.expect(200)["aterbesok"].clone();
    let page = sandbox.send(sandbox.http.get(both[0]["reserveLink"].as_str().unwrap())).await;
    let cookie = page.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let second = sandbox.http.get(both[1]["reserveLink"].as_str().unwrap()).header(header::COOKIE, cookie);
    assert_eq!(sandbox.send(second).await.status, 200);
    assert!(sandbox.offered(&both[0]).await && !sandbox.offered(&both[1]).await);
}

#[tokio::test]
async fn only_pages_of_allowed_origins_may_call() {
    let allowed = "https://clinic.example.com";
    let sandbox =
        Sandbox::with(|options| options.allowed_origins = vec!["*".to_owned(), allowed.to_owned()]).await;
    let from = |origin: &str| {
        let call = sandbox.http.get(sandbox.url("/api/next-free-time")).header("x-tz-offset", "0");
        sandbox.send(call.header(header::ORIGIN, origin))
    };
    assert_eq!(from(allowed).await.headers["access-control-allow-origin"], allowed);
    assert!(!from("https://other.example.com").await.headers.contains_key("access-control-allow-origin"));
    let preflight = sandbox
        .http
        .request(reqwest::Method::OPTIONS, sandbox.url("/api/book"))
        .header(header::ORIGIN, allowed)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "x-tz-offset");
    let preflight = sandbox.send(preflight).await;
    assert_eq!(preflight.status, 200);
    assert_eq!(preflight.headers["access-control-allow-origin"], allowed);
    assert!(preflight.headers["access-control-allow-headers"].to_str().unwrap().contains("x-tz-offset"));
}

#[tokio::test]
async fn the_public_layer_can_be_left_out() {
    let sandbox = Sandbox::with(|options| options.rest_layer = false).await;
    sandbox.get("/api/next-free-time").await.expect(404);
}
