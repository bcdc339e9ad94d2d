//! What somebody with the database, but without the keys, cannot do.

use jiff::Timestamp;
use vardbro_gateway::Limits;
use vardbro_store::{SecretRecord, StoredConnection};
use vardbro_vault::{ClientSecret, WrappedKey};

use crate::served::{Application, CARE_UNITS, EMRS, Served};

#[tokio::test]
async fn a_secret_that_opens_nothing_uses_nothing_that_others_opened() {
    let served = Served::start(Limits::unlimited()).await;
    assert_eq!(served.ask(&served.clinic.get(CARE_UNITS)).await.status, 200);
    let operator = served.store.operator();
    let clinic = operator.application(&served.clinic.id).await.unwrap().unwrap();
    let present = operator.secrets().await.unwrap();
    let present = present.iter().find(|secret| secret.application == clinic.id).unwrap();

    for bytes in [vec![7; 128], present.wrapped_key.bytes.clone()] {
        let planted = ClientSecret::random();
        let wrapped = WrappedKey { bytes, ..present.wrapped_key.clone() };
        let now = Timestamp::now();
        let record = SecretRecord::new(clinic.id, &planted, wrapped, now);
        let tomorrow = now + jiff::SignedDuration::from_hours(24);
        operator.rotate_secret(&record, now, tomorrow).await.unwrap();
        let intruder = Application { id: served.clinic.id.clone(), secret: planted.expose().to_owned() };
        let before = served.calls();

        let answer = served.ask(&intruder.get(CARE_UNITS)).await;

        assert_eq!(answer.status, 502, "{answer:?}");
        assert_eq!(served.calls(), before);
        assert_eq!(
            served.ask(&served.clinic.get(CARE_UNITS)).await.status,
            200,
            "its owner has it as before"
        );
    }
    served.stop().await;
}

#[tokio::test]
async fn a_connection_that_was_led_elsewhere_is_not_used() {
    let served = Served::start(Limits::unlimited()).await;
    let operator = served.store.operator();
    let clinic = operator.application(&served.clinic.id).await.unwrap().unwrap();
    let kept = operator.connections(clinic.id).await.unwrap().remove(0);
    let mut led_elsewhere = StoredConnection { enabled: true, ..kept };
    led_elsewhere.settings.insert("sandbox".to_owned(), "http://elsewhere.example".to_owned());
    assert!(operator.update_connection(clinic.id, &led_elsewhere).await.unwrap());
    let before = served.calls();

    let answer = served.ask(&served.clinic.get(CARE_UNITS)).await;

    assert_eq!(answer.status, 502, "{answer:?}");
    assert_eq!(served.calls(), before);
    assert_eq!(served.ask(&served.clinic.get(EMRS)).await.status, 200);
    served.stop().await;
}
