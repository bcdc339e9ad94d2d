use crate::money::Money;
use crate::record_templates::{ACUTE_VISIT, FOLLOW_UP, NEW_VISIT_PSYCHOLOGY};
use crate::resources::booking_type::BookingType;

pub const NEW_VISIT: i64 = 12;
pub const RETURN_VISIT: i64 = 13;
pub const VACCINATION: i64 = 14;
pub const NEW_PSYCHOLOGY: i64 = 15;
pub const RETURN_PSYCHOLOGY: i64 = 16;
pub const ACUTE: i64 = 17;
pub const NIGHT: i64 = 18;
pub const SAMPLING: i64 = 19;

/// Half an hour at the doctor's.
const PLAIN: BookingType = BookingType {
    id: NEW_VISIT,
    name: "Nybesök",
    externally_visible_name: "Nybesök hos läkare",
    colour: "#b7d7a8",
    self_service: true,
    record_template: Some(ACUTE_VISIT),
    action_code: Some(31),
    price: Money::kronor(275),
    minutes: 30,
};

pub const ALL: [BookingType; 8] = [
    PLAIN,
    BookingType {
        id: RETURN_VISIT,
        name: "Återbesök",
        externally_visible_name: "Återbesök hos läkare",
        price: Money::kronor(150),
        minutes: 20,
        ..PLAIN
    },
    BookingType {
        id: VACCINATION,
        name: "Vaccination",
        externally_visible_name: "",
        colour: "#9fc5e8",
        record_template: None,
        action_code: Some(32),
        price: Money::kronor(350),
        minutes: 15,
        ..PLAIN
    },
    BookingType {
        id: NEW_PSYCHOLOGY,
        name: "Nybesök psykolog",
        externally_visible_name: "Första samtal med psykolog",
        colour: "#d5a6bd",
        record_template: Some(NEW_VISIT_PSYCHOLOGY),
        action_code: Some(33),
        price: Money::kronor(900),
        minutes: 60,
        ..PLAIN
    },
    BookingType {
        id: RETURN_PSYCHOLOGY,
        name: "Återbesök psykolog",
        externally_visible_name: "Samtal med psykolog",
        colour: "#d5a6bd",
        record_template: Some(FOLLOW_UP),
        action_code: Some(33),
        price: Money::kronor(750),
        minutes: 45,
        ..PLAIN
    },
    BookingType {
        id: ACUTE,
        name: "Akuttid",
        externally_visible_name: "",
        colour: "#ea9999",
        self_service: false,
        minutes: 20,
        ..PLAIN
    },
    BookingType {
        id: NIGHT,
        name: "Jourbesök",
        externally_visible_name: "Besök på jourmottagningen",
        colour: "#f9cb9c",
        price: Money::kronor(400),
        ..PLAIN
    },
    BookingType {
        id: SAMPLING,
        name: "Provtagning",
        externally_visible_name: "",
        colour: "#9fc5e8",
        self_service: false,
        record_template: None,
        action_code: None,
        price: Money::kronor(0),
        minutes: 15,
    },
];
