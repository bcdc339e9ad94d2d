use crate::resources::patient_type::PatientType;

pub const REGION: i64 = 1;
pub const INSURANCE: i64 = 2;
pub const PRIVATE: i64 = 3;

pub const ALL: [PatientType; 4] = [
    PatientType { id: REGION, name: "Region Stockholm", kind: "healthcare_contract" },
    PatientType { id: INSURANCE, name: "Försäkring", kind: "insurance" },
    PatientType { id: PRIVATE, name: "Privat", kind: "private" },
    PatientType { id: 4, name: "Utländsk patient", kind: "private" },
];
