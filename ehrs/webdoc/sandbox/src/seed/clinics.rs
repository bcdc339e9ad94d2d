use crate::id::Id;
use crate::resources::clinic::Clinic;

pub const BJORKBACKEN: Id = Id::fixed(0x5b7e1c52_8f0a_4c3e_9d61_0a4f2b7c9e01);
pub const SJOSTADEN: Id = Id::fixed(0x7c20d9a4_13be_4f57_8a2c_6e915d30fb12);
pub const HAMNEN: Id = Id::fixed(0x93d4f0b6_5e21_4a88_b7f3_c80e46a1d723);

const COMPANY: &str = "Björkbacken Vård AB";
const COMPANY_HSA_ID: &str = "SE5565594230-B1";
const ORGANISATION_NUMBER: &str = "556559-4230";

pub const ALL: [Clinic; 3] = [
    Clinic {
        id: BJORKBACKEN,
        name: "Björkbackens vårdcentral",
        hsa_id: "SE2321000131-E000000000101",
        company: COMPANY,
        company_hsa_id: COMPANY_HSA_ID,
        organisation_number: ORGANISATION_NUMBER,
        telephone: "08-465 004 10",
        address: "Exempelvägen 12",
        post_number: "11122",
        post_address: "Stockholm",
    },
    Clinic {
        id: SJOSTADEN,
        name: "Sjöstadens psykologmottagning",
        hsa_id: "SE2321000131-E000000000102",
        company: COMPANY,
        company_hsa_id: COMPANY_HSA_ID,
        organisation_number: ORGANISATION_NUMBER,
        telephone: "08-465 004 20",
        address: "Sagostigen 3",
        post_number: "11103",
        post_address: "Stockholm",
    },
    Clinic {
        id: HAMNEN,
        name: "Hamnens jourmottagning",
        hsa_id: "SE2321000131-E000000000103",
        company: "Hamnens Jour AB",
        company_hsa_id: "SE2021005489-H1",
        organisation_number: "202100-5489",
        telephone: "031-390 06 30",
        address: "Provgränd 8",
        post_number: "41103",
        post_address: "Göteborg",
    },
];
