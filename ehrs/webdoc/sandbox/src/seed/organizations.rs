use crate::resources::organization::{Department, Organization};
use crate::state::World;

pub fn add(world: &mut World) {
    let department = |id, name: &str, parent| Department { id, name: name.to_owned(), parent };
    world.organizations = vec![
        Organization {
            id: 501,
            name: "Påhittade Plåt AB".to_owned(),
            active: true,
            departments: vec![
                department(502, "Produktion", None),
                department(503, "Svets", Some(502)),
                department(504, "Kontor", None),
            ],
        },
        Organization {
            id: 510,
            name: "Exempelskolan".to_owned(),
            active: false,
            departments: vec![department(511, "Lärare", None)],
        },
    ];
}
