//! Care units, what they offer, and who works there when.

use jiff::civil::{Weekday, time};
use jiff::tz::TimeZone;
use vardbro_model::care_unit::{Address, CareUnit};
use vardbro_model::healthcare_service::HealthcareService;
use vardbro_model::id::{CareUnitId, HealthcareServiceId, ResourceId};
use vardbro_model::national::{HsaId, NorwegianNumber, Strictness, SwedishNumber};
use vardbro_model::resource::{Resource, ResourceKind};

use crate::calendar::Shift;
use crate::state::{Bookable, StaffNumber, Unit, certain};

use Weekday::{Friday, Monday, Thursday, Tuesday, Wednesday};

const WEEKDAYS: &[Weekday] = &[Monday, Tuesday, Wednesday, Thursday, Friday];

const EIGHT_TO_FIVE: &[Shift] = &[
    Shift { days: WEEKDAYS, from: time(8, 0, 0, 0), to: time(12, 0, 0, 0) },
    Shift { days: WEEKDAYS, from: time(13, 0, 0, 0), to: time(17, 0, 0, 0) },
];

const NINE_TO_FIVE: &[Shift] = &[
    Shift { days: WEEKDAYS, from: time(9, 0, 0, 0), to: time(13, 0, 0, 0) },
    Shift { days: WEEKDAYS, from: time(14, 0, 0, 0), to: time(17, 0, 0, 0) },
];

const PART_TIME: &[Shift] = &[
    Shift { days: &[Monday, Wednesday, Thursday], from: time(9, 0, 0, 0), to: time(12, 0, 0, 0) },
    Shift { days: &[Monday, Wednesday, Thursday], from: time(13, 0, 0, 0), to: time(16, 0, 0, 0) },
];

const MORNINGS: &[Shift] = &[Shift { days: WEEKDAYS, from: time(8, 0, 0, 0), to: time(12, 0, 0, 0) }];

pub(super) fn care_units() -> Vec<Unit> {
    let stockholm = CareUnit {
        id: care_unit("cu-1"),
        emr_id: "cu-1".into(),
        name: "Ekbacken Health Centre".into(),
        time_zone: "Europe/Stockholm".into(),
        hsa_id: Some("SE2321000016-1001".into()),
        phone: Some("+46846500401".into()),
        email: Some("ekbacken@example.com".into()),
        address: address("Ekbacksgatan 4", "113 21", "Stockholm", "SE"),
    };
    let london = CareUnit {
        id: care_unit("cu-2"),
        emr_id: "cu-2".into(),
        name: "Harbour Street Clinic".into(),
        time_zone: "Europe/London".into(),
        hsa_id: None,
        phone: Some("+442079460102".into()),
        email: Some("harbour.street@example.com".into()),
        address: address("12 Harbour Street", "SE1 0AA", "London", "GB"),
    };
    let unit = |unit: CareUnit, asks_for_codes| Unit {
        zone: certain(TimeZone::get(&unit.time_zone)),
        unit,
        asks_for_codes,
    };
    vec![unit(stockholm, false), unit(london, true)]
}

pub(super) fn services() -> Vec<HealthcareService> {
    let service =
        |id, care_unit_id, name: &str, category: &str, minutes, description: &str| HealthcareService {
            id: service_id(id),
            emr_id: id.to_owned(),
            care_unit_id: care_unit(care_unit_id),
            name: name.into(),
            description: Some(description.into()),
            category: Some(category.into()),
            duration_minutes: Some(minutes),
            bookable_online: Some(true),
        };
    vec![
        service("svc-1", "cu-1", "Consultation", "Medicine", 30, "Bring a list of your medicines."),
        service("svc-2", "cu-1", "Follow-up visit", "Medicine", 20, "After an earlier consultation."),
        service("svc-3", "cu-1", "Health check", "Medicine", 60, "Do not eat in the hours before."),
        service("svc-4", "cu-1", "Laboratory test", "Nursing", 15, "Blood is taken by a nurse."),
        service("svc-5", "cu-1", "ECG recording", "Diagnostics", 20, "Resting electrocardiogram."),
        HealthcareService {
            bookable_online: Some(false),
            ..service("svc-6", "cu-1", "Minor surgery", "Surgery", 60, "Booked by the centre.")
        },
        service("svc-7", "cu-1", "Wound dressing", "Nursing", 30, "Bandages are changed."),
        service("svc-8", "cu-2", "Consultation", "Medicine", 20, "With a doctor or a physiotherapist."),
        service("svc-9", "cu-2", "Physiotherapy", "Rehabilitation", 45, "Wear loose clothes."),
        service("svc-10", "cu-2", "Ultrasound", "Diagnostics", 30, "Examination of the abdomen."),
        service("svc-11", "cu-2", "Counselling", "Psychology", 60, "In a quiet room."),
    ]
}

pub(super) fn resources() -> Vec<Bookable> {
    let swedish = |digits| certain(SwedishNumber::parse(digits, jiff::civil::date(2026, 1, 1)));
    let norwegian = |digits| certain(NorwegianNumber::parse(digits, Strictness::Checksum));
    let physician = Some("Specialist physician");
    vec![
        practitioner("res-1", "cu-1", ("Anna", "Lindqvist"), physician, &["svc-1", "svc-2"], EIGHT_TO_FIVE)
            .hsa("SE2321000016-1a01"),
        practitioner("res-2", "cu-1", ("Björn", "Ahlgren"), physician, &["svc-1", "svc-2"], EIGHT_TO_FIVE)
            .hsa("SE2321000016-1a02")
            .number(StaffNumber::Swedish(swedish("198702072391"))),
        practitioner("res-3", "cu-1", ("Jonas", "Hedman"), physician, &["svc-1", "svc-3"], PART_TIME)
            .hsa("SE2321000016-1a03")
            .number(StaffNumber::Norwegian(norwegian("03099949766"))),
        practitioner("res-4", "cu-1", ("Karin", "Öberg"), Some("Nurse"), &["svc-4", "svc-7"], MORNINGS)
            .hsa("SE2321000016-1a04"),
        thing("res-5", "cu-1", "Treatment room 1", ResourceKind::Room, &["svc-6", "svc-7"], EIGHT_TO_FIVE),
        thing("res-6", "cu-1", "ECG recorder", ResourceKind::Equipment, &["svc-5"], MORNINGS),
        practitioner("res-7", "cu-2", ("Alice", "Thornbury"), Some("GP"), &["svc-8", "svc-11"], NINE_TO_FIVE),
        practitioner(
            "res-8",
            "cu-2",
            ("David", "Lund"),
            Some("Physiotherapist"),
            &["svc-8", "svc-9"],
            NINE_TO_FIVE,
        )
        .number(StaffNumber::Swedish(swedish("195008121856"))),
        thing("res-9", "cu-2", "Consulting room 2", ResourceKind::Room, &["svc-11"], PART_TIME),
        thing("res-10", "cu-2", "Ultrasound scanner", ResourceKind::Equipment, &["svc-10"], PART_TIME),
    ]
}

fn practitioner(
    id: &str,
    care_unit_id: &str,
    (first_name, last_name): (&str, &str),
    title: Option<&str>,
    services: &[&str],
    week: &'static [Shift],
) -> Bookable {
    let name = format!("{first_name} {last_name}");
    let mut bookable = thing(id, care_unit_id, &name, ResourceKind::Practitioner, services, week);
    bookable.resource.title = title.map(str::to_owned);
    bookable.resource.first_name = Some(first_name.to_owned());
    bookable.resource.last_name = Some(last_name.to_owned());
    bookable
}

fn thing(
    id: &str,
    care_unit_id: &str,
    name: &str,
    kind: ResourceKind,
    services: &[&str],
    week: &'static [Shift],
) -> Bookable {
    let resource = Resource {
        id: certain(ResourceId::parse(id)),
        emr_id: id.to_owned(),
        care_unit_id: care_unit(care_unit_id),
        name: name.to_owned(),
        kind,
        title: None,
        first_name: None,
        last_name: None,
        hsa_id: None,
        healthcare_service_ids: services.iter().map(|id| service_id(id)).collect(),
    };
    Bookable { resource, hsa_id: None, number: None, week }
}

impl Bookable {
    fn hsa(mut self, id: &str) -> Self {
        self.resource.hsa_id = Some(id.to_owned());
        Self { hsa_id: Some(certain(HsaId::parse(id))), ..self }
    }

    fn number(self, number: StaffNumber) -> Self {
        Self { number: Some(number), ..self }
    }
}

fn care_unit(id: &str) -> CareUnitId {
    certain(CareUnitId::parse(id))
}

fn service_id(id: &str) -> HealthcareServiceId {
    certain(HealthcareServiceId::parse(id))
}

fn address(street: &str, postal_code: &str, city: &str, country: &str) -> Option<Address> {
    Some(Address {
        street: Some(street.to_owned()),
        co_address: None,
        postal_code: Some(postal_code.to_owned()),
        city: Some(city.to_owned()),
        country: Some(country.to_owned()),
    })
}
