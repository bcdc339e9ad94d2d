use crate::resources::payment_method::PaymentMethod;

pub const ALL: [PaymentMethod; 4] = [
    PaymentMethod { id: 1, name: "Kort", direct: true, active: true, account: "1580" },
    PaymentMethod { id: 2, name: "Kontant", direct: true, active: false, account: "1910" },
    PaymentMethod { id: 3, name: "Faktura", direct: false, active: true, account: "1510" },
    PaymentMethod { id: 4, name: "Swish", direct: true, active: true, account: "1930" },
];
