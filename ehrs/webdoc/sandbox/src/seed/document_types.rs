use crate::resources::document::DocumentType;

pub const ALL: [DocumentType; 5] = [
    DocumentType { id: 21, name: "Lab Result", in_referral: false, active: true, sign_required: true },
    DocumentType { id: 22, name: "Remiss", in_referral: true, active: true, sign_required: true },
    DocumentType { id: 23, name: "Intyg", in_referral: false, active: true, sign_required: false },
    DocumentType { id: 24, name: "Fax", in_referral: false, active: false, sign_required: false },
    DocumentType {
        id: 25,
        name: "Röntgensvar (gammal)",
        in_referral: true,
        active: false,
        sign_required: true,
    },
];
