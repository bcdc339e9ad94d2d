use crate::money::Money;
use crate::resources::action_code::ActionCode;

pub const ALL: [ActionCode; 4] = [
    ActionCode {
        id: 31,
        article: None,
        name: "AV017",
        description: "Information och rådgivning",
        fee: Money::kronor(275),
        compensation: Money::kronor(620),
        active: true,
    },
    ActionCode {
        id: 32,
        article: Some("1002"),
        name: "DT030",
        description: "Vaccination",
        fee: Money::kronor(350),
        compensation: Money::kronor(0),
        active: true,
    },
    ActionCode {
        id: 33,
        article: None,
        name: "DU011",
        description: "Psykologisk behandling, kognitiv-beteendeterapeutisk",
        fee: Money::kronor(750),
        compensation: Money::kronor(1100),
        active: true,
    },
    ActionCode {
        id: 34,
        article: Some("1009"),
        name: "Intyg (gammalt pris)",
        description: "",
        fee: Money::kronor(500),
        compensation: Money::kronor(0),
        active: false,
    },
];
