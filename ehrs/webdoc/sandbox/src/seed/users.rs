use super::clinics::{BJORKBACKEN, HAMNEN, SJOSTADEN};
use crate::id::Id;
use crate::record_templates::{ACUTE_VISIT, UNSTRUCTURED};
use crate::resources::user::User;

pub const ALMGREN: Id = Id::fixed(0x0c1f6a3e_2d47_4b90_8e15_73ab9c5d4f01);
pub const SANDGREN: Id = Id::fixed(0x1d82b7c0_4e59_4ca1_9f26_84bc0d6e5a02);
pub const NORLING: Id = Id::fixed(0x2e93c8d1_5f6a_4db2_a037_95cd1e7f6b03);
pub const LINDQVIST: Id = Id::fixed(0x3fa4d9e2_607b_4ec3_b148_a6de2f807c04);
pub const EK: Id = Id::fixed(0x40b5eaf3_718c_4fd4_8259_b7ef30918d05);
pub const OBERG: Id = Id::fixed(0x51c6fb04_829d_40e5_936a_c8f041a29e06);
const SUND: Id = Id::fixed(0x62d70c15_93ae_41f6_a47b_d90152b3af07);
const FALK: Id = Id::fixed(0x73e81d26_a4bf_4207_b58c_ea1263c4b008);
const INTEGRATION: Id = Id::fixed(0x84f92e37_b5c0_4318_869d_fb2374d5c109);

/// A user with nothing but a name.
const NOBODY: User = User {
    id: INTEGRATION,
    first_name: "",
    last_name: "",
    title: "",
    personal_number: "",
    hsa_id: "",
    identifier: "",
    email: "",
    telephone: "",
    clinics: &[],
    caregiver: false,
    default_record_template: None,
};

/// Some are patients too, under the same number.
pub const ALL: [User; 9] = [
    User {
        id: ALMGREN,
        first_name: "Viktor",
        last_name: "Almgren",
        title: "Läkare",
        personal_number: "198702072391",
        hsa_id: "SE2321000131-E000000012345",
        identifier: "9000001",
        email: "viktor.almgren@bjorkbacken.example",
        telephone: "08-465 004 11",
        clinics: &[BJORKBACKEN],
        caregiver: true,
        default_record_template: Some(ACUTE_VISIT.id),
    },
    User {
        id: SANDGREN,
        first_name: "Erik",
        last_name: "Sandgren",
        title: "Distriktsläkare",
        personal_number: "197110021834",
        hsa_id: "SE2321000131-E000000012346",
        identifier: "9000002",
        email: "erik.sandgren@bjorkbacken.example",
        telephone: "08-465 004 12",
        clinics: &[BJORKBACKEN, HAMNEN],
        caregiver: true,
        default_record_template: Some(ACUTE_VISIT.id),
    },
    User {
        id: NORLING,
        first_name: "Mikael",
        last_name: "Norling",
        title: "Sjuksköterska",
        personal_number: "197010632391",
        hsa_id: "SE2321000131-E000000012347",
        email: "mikael.norling@bjorkbacken.example",
        telephone: "08-465 004 13",
        clinics: &[BJORKBACKEN],
        caregiver: true,
        default_record_template: Some(UNSTRUCTURED.id),
        ..NOBODY
    },
    User {
        id: LINDQVIST,
        first_name: "Anna",
        last_name: "Lindqvist",
        title: "Psykolog",
        hsa_id: "SE2321000131-E000000012348",
        email: "anna.lindqvist@sjostaden.example",
        telephone: "08-465 004 21",
        clinics: &[SJOSTADEN],
        caregiver: true,
        ..NOBODY
    },
    User {
        id: EK,
        first_name: "Jonas",
        last_name: "Ek",
        title: "Psykolog",
        hsa_id: "SE2321000131-E000000012349",
        email: "jonas.ek@sjostaden.example",
        telephone: "08-465 004 22",
        clinics: &[SJOSTADEN, BJORKBACKEN],
        caregiver: true,
        ..NOBODY
    },
    User {
        id: OBERG,
        first_name: "Karin",
        last_name: "Öberg",
        title: "Läkare",
        hsa_id: "SE2321000131-E000000012350",
        identifier: "9000003",
        email: "karin.oberg@hamnen.example",
        telephone: "031-390 06 31",
        clinics: &[HAMNEN],
        caregiver: true,
        default_record_template: Some(ACUTE_VISIT.id),
        ..NOBODY
    },
    User {
        id: SUND,
        first_name: "Lena",
        last_name: "Sund",
        title: "Receptionist",
        email: "lena.sund@bjorkbacken.example",
        telephone: "08-465 004 10",
        clinics: &[BJORKBACKEN, SJOSTADEN],
        ..NOBODY
    },
    User {
        id: FALK,
        first_name: "Peter",
        last_name: "Falk",
        title: "Ekonom",
        email: "peter.falk@hamnen.example",
        telephone: "031-390 06 30",
        clinics: &[HAMNEN],
        ..NOBODY
    },
    User {
        first_name: "Integration",
        last_name: "Webbtidbok",
        clinics: &[BJORKBACKEN, SJOSTADEN, HAMNEN],
        ..NOBODY
    },
];
