use jiff::{SignedDuration, Timestamp};
use vardbro_store::{ClientId, Location, Migrations, Store};
use vardbro_vault::{ClientSecret, MasterKey};

use super::Place;

/// An application that was made then.
async fn made(place: &Place, client_id: &str, at: Timestamp) {
    let location = Location::Sqlite(place.path("vardbro.sqlite"));
    let store = Store::open(&location, Migrations::Require).await.unwrap();
    let (id, master) = (ClientId::parse(client_id).unwrap(), MasterKey::random(at));
    store.operator().enrol(id, "App", &ClientSecret::random(), &master, at).await.unwrap();
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verification_tells_what_it_could_not_see() {
    let place = Place::ready();
    let now = Timestamp::now();
    made(&place, "new", now).await;
    let warned = |arguments: &[&str]| place.answers(arguments, "")["warnings"].to_string();

    let unseen = warned(&["audit", "verify"]);
    made(&place, "old", now - SignedDuration::from_hours(48)).await;
    let blank = warned(&["audit", "verify"]);

    assert!(unseen.contains("an older copy") && !unseen.contains("empty"), "{unseen}");
    assert!(blank.contains("an older copy") && blank.contains("entirely empty"), "{blank}");
    let words = place.does(&["audit", "verify"], "");
    assert!(words.contains("Warning: without heads") && words.contains("was deleted."), "{words}");
    let doctor = place.run(&["doctor"], "");
    assert!(doctor.stdout.contains("entirely empty"), "{}", doctor.stdout);
}
