use async_graphql::ID;

use super::{ids, some};
use crate::booking_type::BookingType;
use crate::organization::{Organization, Place};
use crate::state::Table;
use crate::time::ZONE;

pub fn organization(origin: &str) -> Organization {
    Organization {
        id: ids::ORGANIZATION.into(),
        name: "Björkens mottagning".to_owned(),
        url: origin.to_owned(),
        time_zone: ZONE.to_owned(),
        phone: some("031-390 06 00"),
        email: some("info@bjorken.example.com"),
        street_adress: some("Exempelgatan 1"),
        zip: some("41301"),
        city: some("Göteborg"),
    }
}

pub fn places() -> Table<Place> {
    let gothenburg = Place {
        id: ids::GOTHENBURG.into(),
        name: "Björken Göteborg".to_owned(),
        phone: some("031-390 06 01"),
        email: some("goteborg@bjorken.example.com"),
        street_adress: some("Exempelgatan 1"),
        zip: some("41301"),
        city: some("Göteborg"),
    };
    let boras = Place {
        id: ids::BORAS.into(),
        name: "Björken Borås".to_owned(),
        phone: some("031-390 06 02"),
        email: None,
        street_adress: some("Provvägen 2"),
        zip: some("50330"),
        city: some("Borås"),
    };
    [gothenburg, boras].into_iter().map(|place| (place.id.clone(), place)).collect()
}

pub fn booking_types() -> Table<BookingType> {
    let kinds = [
        BookingType { booking_margin_hours: 24, ..kind(ids::NEW_VISIT, "Nybesök", "nybesok", 60, 45) },
        kind(ids::RETURN_VISIT, "Återbesök", "aterbesok", 30, 30),
        kind(ids::THERAPY, "Samtalsterapi", "samtalsterapi", 45, 45),
        BookingType {
            category_name: some("Fysioterapi"),
            ..kind(ids::PHYSIOTHERAPY, "Fysioterapi", "fysioterapi", 45, 40)
        },
        BookingType {
            bookable_by_clients: false,
            booking_margin_hours: 0,
            description: None,
            category_name: None,
            ..kind(ids::TELEPHONE, "Telefonuppföljning", "telefonuppfoljning", 15, 15)
        },
        BookingType {
            group_cap: Some(6),
            ..kind(ids::MINDFULNESS, "Mindfulness i grupp", "mindfulness-i-grupp", 90, 80)
        },
        BookingType { archived: true, ..kind(ids::HYPNOSIS, "Hypnos", "hypnos", 60, 60) },
    ];
    kinds.into_iter().map(|kind| (kind.id.clone(), kind)).collect()
}

fn kind(id: &str, name: &str, slug: &str, length: i32, client_visible_length: i32) -> BookingType {
    BookingType {
        id: ID::from(id),
        name: name.to_owned(),
        slug: slug.to_owned(),
        description: Some(format!("{name}, {client_visible_length} minuter.")),
        category_name: some("Psykologi"),
        length,
        client_visible_length,
        bookable_by_clients: true,
        booking_margin_hours: 2,
        group_cap: None,
        archived: false,
    }
}
