use vardbro_store::StoredConnection;

use crate::databases::{AnyDatabase, over_both};
use crate::{at, connection, enrol, secret, seen};

over_both! {
    what_one_node_changes_holds_on_the_other_at_once
    of_many_who_ask_at_once_everybody_is_told_the_truth
    a_second_open_sees_the_same
}

async fn what_one_node_changes_holds_on_the_other_at_once(database: AnyDatabase) {
    let (here, there) = (database.open().await, database.open().await);
    for round in 0..50 {
        let name = format!("app-{round}");
        let (id, _) = enrol(&here, &name, 1).await;
        assert_eq!(seen(&there, &name, 1).await, []);

        let kept = connection("mock", None);
        there.operator().add_connection(id, &kept).await.unwrap();
        assert_eq!(seen(&here, &name, 1).await, std::slice::from_ref(&kept));

        here.operator().update_connection(id, &StoredConnection { enabled: false, ..kept }).await.unwrap();
        assert!(!seen(&there, &name, 1).await[0].enabled);

        there.operator().set_application_enabled(id, false).await.unwrap();
        assert!(here.authenticate(&name, secret(1).expose(), at(1)).await.unwrap().is_none());
    }
}

async fn of_many_who_ask_at_once_everybody_is_told_the_truth(database: AnyDatabase) {
    let store = std::sync::Arc::new(database.open().await);
    let (id, _) = enrol(&store, "harbour", 1).await;
    for enabled in [false, true, false] {
        store.operator().set_application_enabled(id, enabled).await.unwrap();
        let asking = (0..200).map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.authenticate("harbour", secret(1).expose(), at(1)).await })
        });
        for asked in asking.collect::<Vec<_>>() {
            assert_eq!(asked.await.unwrap().unwrap().is_some(), enabled);
        }
    }
}

async fn a_second_open_sees_the_same(database: AnyDatabase) {
    let store = database.open().await;
    let (id, _) = enrol(&store, "harbour", 1).await;
    let kept = connection("cliniko", None);
    store.operator().add_connection(id, &kept).await.unwrap();
    store.close().await;

    let store = database.open().await;

    assert_eq!(seen(&store, "harbour", 1).await, [kept]);
}
