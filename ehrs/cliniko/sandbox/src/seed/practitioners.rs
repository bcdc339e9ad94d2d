use jiff::civil::{Time, Weekday, time};

use super::catalogue::stamps;
use super::ids;
use crate::id::Id;
use crate::options::KeyUser;
use crate::resources::daily_availability::DailyAvailability;
use crate::resources::practitioner::Practitioner;
use crate::resources::user::{Role, User};
use crate::state::World;

struct Person {
    title: &'static str,
    first_name: &'static str,
    last_name: &'static str,
    designation: &'static str,
    default_type: i64,
    hours: Hours,
}

#[derive(Clone, Copy)]
enum Hours {
    /// 09:00 to 17:00 with an hour's lunch.
    Day,
    /// 08:00 to 16:00 with an hour's lunch.
    Early,
    /// 10:00 to 18:00 with half an hour's lunch.
    Late,
}

const EVERYONE: [Person; 10] = [
    person("Dr", "Amelia", "Hart", "General practitioner", 2, Hours::Day),
    person("Dr", "Noah", "Lindqvist", "General practitioner", 2, Hours::Early),
    person("Dr", "Priya", "Raman", "General practitioner", 2, Hours::Late),
    person("Ms", "Grace", "Okafor", "Physiotherapist", 4, Hours::Day),
    person("Mr", "Leo", "Petrov", "Physiotherapist", 4, Hours::Early),
    person("Dr", "Sofia", "Marino", "General practitioner", 2, Hours::Day),
    person("Dr", "Jack", "Whitlam", "General practitioner", 2, Hours::Late),
    person("Dr", "Mei", "Tanaka", "General practitioner", 2, Hours::Day),
    person("Ms", "Ruby", "Castle", "Physiotherapist", 4, Hours::Early),
    person("Mr", "Omar", "Haddad", "Physiotherapist", 4, Hours::Day),
];

const fn person(
    title: &'static str,
    first_name: &'static str,
    last_name: &'static str,
    designation: &'static str,
    default_type: i64,
    hours: Hours,
) -> Person {
    Person { title, first_name, last_name, designation, default_type, hours }
}

const WORKDAYS: [Weekday; 5] =
    [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];

const PHONE: &str = "0491 570 006";

/// Numbers 1 to 5 work in Melbourne, 6 to 10 in Perth. 11 has left; 13 is a user but no practitioner.
pub fn add(world: &mut World, key_user: KeyUser) {
    for (n, person) in (1..).zip(EVERYONE) {
        let role = if n == 1 { Role::Administrator } else { Role::Practitioner };
        add_person(world, n, &person, role);
        for weekday in WORKDAYS {
            add_day(world, n, weekday, person.hours);
        }
    }

    let left = person("Dr", "Arthur", "Bell", "General practitioner", 2, Hours::Day);
    add_person(world, 11, &left, Role::Practitioner);
    if let Some(row) = world.practitioners.get_mut(&ids::practitioner(11)) {
        row.active = false;
    }
    if let Some(row) = world.users.get_mut(&ids::user(11)) {
        row.active = false;
    }

    let user = User {
        stamps: stamps(ids::user(13), 13),
        title: "",
        first_name: "Hazel",
        last_name: "Quinn",
        email: "hazel.quinn@harbour-health.example.com".to_owned(),
        phone: PHONE,
        role: Role::Receptionist,
        active: true,
    };
    world.users.insert(user.stamps.id, user);

    world.key_user = Some(ids::user(match key_user {
        KeyUser::AdministratorPractitioner => 1,
        KeyUser::Practitioner => 2,
        KeyUser::Receptionist => 13,
    }));
}

pub fn workplace(n: i64) -> (Id, &'static str) {
    if (6..=10).contains(&n) {
        (ids::PERTH, "Australia/Perth")
    } else {
        (ids::MELBOURNE, "Australia/Melbourne")
    }
}

fn add_person(world: &mut World, n: i64, person: &Person, role: Role) {
    let email =
        format!("{}.{}@harbour-health.example.com", person.first_name, person.last_name).to_lowercase();
    let user = User {
        stamps: stamps(ids::user(n), n),
        title: person.title,
        first_name: person.first_name,
        last_name: person.last_name,
        email,
        phone: PHONE,
        role,
        active: true,
    };
    let practitioner = Practitioner {
        stamps: stamps(ids::practitioner(n), n),
        active: true,
        title: person.title,
        first_name: person.first_name,
        last_name: person.last_name,
        designation: person.designation,
        description: None,
        show_in_online_bookings: true,
        user: user.stamps.id,
        businesses: vec![workplace(n).0],
        default_appointment_type: Some(ids::appointment_type(person.default_type)),
    };
    world.users.insert(user.stamps.id, user);
    world.practitioners.insert(practitioner.stamps.id, practitioner);
}

fn add_day(world: &mut World, n: i64, weekday: Weekday, hours: Hours) {
    let spans: [(Time, Time); 2] = match hours {
        Hours::Day => [(time(9, 0, 0, 0), time(12, 0, 0, 0)), (time(13, 0, 0, 0), time(17, 0, 0, 0))],
        Hours::Early => [(time(8, 0, 0, 0), time(12, 0, 0, 0)), (time(13, 0, 0, 0), time(16, 0, 0, 0))],
        Hours::Late => [(time(10, 0, 0, 0), time(13, 0, 0, 0)), (time(13, 30, 0, 0), time(18, 0, 0, 0))],
    };
    let day = n * 10 + i64::from(weekday.to_monday_one_offset());
    let row = DailyAvailability {
        stamps: stamps(ids::daily_availability(day), day),
        business: workplace(n).0,
        practitioner: ids::practitioner(n),
        weekday,
        availabilities: spans.to_vec(),
    };
    world.daily_availabilities.insert(row.stamps.id, row);
}
