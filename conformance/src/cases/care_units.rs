//! Care units, their resources and their services.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use vardbro_model::capabilities::Operation;
use vardbro_model::typed_id::ResourceIdType;
use vardbro_sandbox_kit::Running;

use crate::case::Need::{Can, FilterBy, FindsResourcesBy};
use crate::case::cases;
use crate::client::with_query;
use crate::clinic::{Clinic, text};
use crate::shapes::{ADDRESS, CARE_UNIT, HEALTHCARE_SERVICE, RESOURCE};
use crate::subject::Subject;

cases! {
    "a care unit has every field and a time zone that there is" [Can(Operation::ListCareUnits)] => care_units,
    "a care unit that is listed can be read, and any other is not found" [Can(Operation::ListCareUnits)] => one_care_unit,
    "a resource has every field" [Can(Operation::ListResources)] => resources,
    "a resource that is listed can be read, also as emr_id:" [Can(Operation::ListResources)] => one_resource,
    "a healthcare service has every field" [Can(Operation::ListHealthcareServices)] => services,
    "a healthcare service that is listed can be read" [Can(Operation::ListHealthcareServices)] => one_service,
    "resources filtered by service are those that say that they offer it"
        [FilterBy(Operation::ListResources, "healthcare_service_id")] => resources_by_service,
    "services filtered by resource are those that the resource says that it offers"
        [FilterBy(Operation::ListHealthcareServices, "resource_id")] => services_by_resource,
    "a filter that names nothing is a fault of the parameter"
        [FilterBy(Operation::ListResources, "healthcare_service_id"), FilterBy(Operation::ListHealthcareServices, "resource_id")]
        => filters_that_name_nothing,
    "things of another care unit are not found" [Can(Operation::ListResources)] => of_another_care_unit,
    "an id in the path that names nothing is not found" => ids_that_name_nothing,
    "an unknown type of resource id is told" [Can(Operation::ListResources)] => unknown_resource_id_type,
    "a resource number with a wrong checksum is told" [Can(Operation::ListResources)] => wrong_resource_number,
    "a resource id type that the EHR cannot look up is refused" [Can(Operation::ListResources)] => unsupported_resource_id_type,
    "a resource is found by its HSA id" [FindsResourcesBy(ResourceIdType::HsaId)] => by_hsa_id,
    "a resource is found by its Swedish number in every spelling"
        [FindsResourcesBy(ResourceIdType::SePersonalNumber)] => by_swedish_number,
    "a second connection's care units carry its tag, and all of their things too" [Can(Operation::ListCareUnits)] => two_connections,
    "a patient is booked at a second connection as at the first" [Can(Operation::CreatePatient), Can(Operation::BookAppointment)] => booked_at_the_second,
    "when one connection fails the others are still listed" [Can(Operation::ListCareUnits)] => one_of_two_fails,
}

async fn care_units(subject: &Subject) {
    let units = subject.client.get(&format!("{}/care-units", subject.emr())).await.list();
    assert!(units.len() >= 2, "the sandbox has two care units");
    for unit in &units {
        CARE_UNIT.check(unit);
        assert!(jiff::tz::TimeZone::get(&text(unit, "time_zone")).is_ok(), "{unit}");
        if !unit["address"].is_null() {
            ADDRESS.check(&unit["address"]);
        }
    }
    let names: Vec<String> = units.iter().map(|unit| text(unit, "name")).collect();
    assert!(names.is_sorted(), "by name: {names:?}");
    distinct(&units);
}

#[track_caller]
fn distinct(things: &[Value]) {
    let ids: BTreeSet<String> = things.iter().map(|thing| text(thing, "id")).collect();
    assert_eq!(ids.len(), things.len(), "no id stands twice: {things:?}");
    let safe = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
    assert!(ids.iter().all(|id| id.chars().all(safe)), "ids need no URL encoding: {ids:?}");
}

async fn one_care_unit(subject: &Subject) {
    let units = subject.client.get(&format!("{}/care-units", subject.emr())).await.list();
    for unit in units {
        let path = format!("{}/care-units/{}", subject.emr(), text(&unit, "id"));
        assert_eq!(subject.client.get(&path).await.is(200), unit);
    }
    for nothing in ["nothing", "0", "north~1", "a%20b", "%C3%A5", "999999999999999999", &"9".repeat(300)] {
        let path = format!("{}/care-units/{nothing}", subject.emr());
        subject.client.get(&path).await.problem(404, "NOT_FOUND");
        subject.client.get(&format!("{path}/resources")).await.problem(404, "NOT_FOUND");
        subject.client.get(&format!("{path}/timeslots")).await.problem(404, "NOT_FOUND");
    }
}

async fn resources(subject: &Subject) {
    for clinic in subject.clinics().await {
        let resources = clinic.resources().await;
        assert!(!resources.is_empty());
        distinct(&resources);
        let services: BTreeSet<String> = clinic.services().await.iter().map(|one| text(one, "id")).collect();
        for resource in &resources {
            RESOURCE.check(resource);
            assert_eq!(resource["care_unit_id"], clinic.id.as_str());
            let offered: BTreeSet<String> = offered(resource).into_iter().collect();
            assert!(offered.is_subset(&services), "{resource}");
        }
        let names: Vec<String> = resources.iter().map(|one| text(one, "name")).collect();
        assert!(names.is_sorted(), "by name: {names:?}");
    }
}

fn offered(resource: &Value) -> Vec<String> {
    let ids = resource["healthcare_service_ids"].as_array().expect("a list");
    ids.iter().map(|id| id.as_str().expect("an id").to_owned()).collect()
}

async fn one_resource(subject: &Subject) {
    let clinic = subject.clinic().await;
    for resource in clinic.resources().await {
        let id = text(&resource, "id");
        assert_eq!(clinic.get(&format!("/resources/{id}")).await.is(200), resource);
        assert_eq!(clinic.get(&format!("/resources/emr_id:{id}")).await.is(200), resource);
        assert_eq!(clinic.get(&format!("/resources/emr_id%3A{id}")).await.is(200), resource);
    }
}

async fn services(subject: &Subject) {
    for clinic in subject.clinics().await {
        let services = clinic.services().await;
        assert!(!services.is_empty());
        distinct(&services);
        for service in &services {
            HEALTHCARE_SERVICE.check(service);
            assert_eq!(service["care_unit_id"], clinic.id.as_str());
        }
    }
}

async fn one_service(subject: &Subject) {
    let clinic = subject.clinic().await;
    for service in clinic.services().await {
        let path = format!("/healthcare-services/{}", text(&service, "id"));
        assert_eq!(clinic.get(&path).await.is(200), service);
    }
}

async fn resources_by_service(subject: &Subject) {
    for clinic in subject.clinics().await {
        let resources = clinic.resources().await;
        for service in clinic.services().await {
            let id = text(&service, "id");
            let filtered = clinic.find("/resources", &[("healthcare_service_id", &id)]).await.list();
            let expected: Vec<Value> =
                resources.iter().filter(|one| offered(one).contains(&id)).cloned().collect();
            assert_eq!(filtered, expected, "{id}");
        }
    }
}

async fn services_by_resource(subject: &Subject) {
    for clinic in subject.clinics().await {
        for resource in clinic.resources().await {
            let filtered =
                clinic.find("/healthcare-services", &[("resource_id", &text(&resource, "id"))]).await;
            let filtered: BTreeSet<String> = filtered.list().iter().map(|one| text(one, "id")).collect();
            assert_eq!(filtered, offered(&resource).into_iter().collect(), "{resource}");
        }
    }
}

async fn filters_that_name_nothing(subject: &Subject) {
    let [here, there] = two(subject).await;
    let own: BTreeSet<String> = here.services().await.iter().map(|one| text(one, "id")).collect();
    let services = there.services().await.iter().map(|one| text(one, "id")).collect::<Vec<_>>();
    let mut nothing = vec!["nothing".to_owned(), "999999999999999999".to_owned()];
    nothing.extend(services.into_iter().find(|service| !own.contains(service)));
    for service in nothing {
        let answer = here.find("/resources", &[("healthcare_service_id", &service)]).await;
        answer.refused("INVALID_HEALTHCARE_SERVICE_ID", "healthcare_service_id");
    }
    let foreign = there.resource_not_at(&here).await;
    for resource in ["nothing", "999999999999999999", &foreign] {
        let answer = here.find("/healthcare-services", &[("resource_id", resource)]).await;
        answer.refused("INVALID_RESOURCE_ID", "resource_id");
    }
}

/// Two care units of which each has something that the other has not.
async fn two(subject: &Subject) -> [Clinic<'_>; 2] {
    let mut clinics = subject.clinics().await;
    clinics.truncate(2);
    clinics.try_into().unwrap_or_else(|_| panic!("the sandbox has two care units"))
}

async fn of_another_care_unit(subject: &Subject) {
    let [here, there] = two(subject).await;
    let own: BTreeSet<String> = here.services().await.iter().map(|one| text(one, "id")).collect();
    for resource in there.resources_not_at(&here).await {
        let path = format!("/resources/{resource}");
        here.get(&path).await.problem(404, "NOT_FOUND");
        if subject.can(Operation::ReadSchedule) {
            here.get(&format!("{path}/schedules")).await.problem(404, "NOT_FOUND");
        }
    }
    for service in there.services().await.iter().filter(|one| !own.contains(&text(one, "id"))) {
        let path = format!("/healthcare-services/{}", text(service, "id"));
        here.get(&path).await.problem(404, "NOT_FOUND");
    }
}

async fn ids_that_name_nothing(subject: &Subject) {
    let clinic = subject.clinic().await;
    for nothing in ["nothing", "0", "999999999999999999", "a%20b", "%00", "..%2F..", &"9".repeat(300)] {
        let mut paths = vec![format!("/resources/{nothing}"), format!("/healthcare-services/{nothing}")];
        if subject.can(Operation::GetPatient) {
            paths.push(format!("/patients/{nothing}"));
        }
        if subject.can(Operation::GetAppointment) {
            paths.push(format!("/appointments/{nothing}"));
        }
        for path in paths {
            clinic.get(&path).await.problem(404, "NOT_FOUND");
        }
    }
}

async fn unknown_resource_id_type(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    clinic.get("/resources/npi:1").await.refused("INVALID_RESOURCE_ID", "resource_id");
    clinic
        .find("/timeslots", &[("resource_id", "npi:1")])
        .await
        .refused("INVALID_RESOURCE_ID", "resource_id");
    assert_eq!(subject.calls(), before);
}

async fn wrong_resource_number(subject: &Subject) {
    let clinic = subject.clinic().await;
    let before = subject.calls();
    for wrong in
        ["se_personal_number:191212121213", "no_personal_number:03099949767", "hsa_id:SE1-1", "emr_id:"]
    {
        let answer = clinic.find("/timeslots", &[("resource_id", wrong)]).await;
        answer.refused("INVALID_RESOURCE_ID", "resource_id");
    }
    assert_eq!(subject.calls(), before);
}

async fn unsupported_resource_id_type(subject: &Subject) {
    let all = [ResourceIdType::HsaId, ResourceIdType::SePersonalNumber, ResourceIdType::NoPersonalNumber];
    for id_type in all {
        let need = FindsResourcesBy(id_type);
        if !need.is_met_by(&subject.capabilities) {
            crate::refusal::check(subject, need).await;
        }
    }
}

async fn by_hsa_id(subject: &Subject) {
    let mut found = 0;
    for clinic in subject.clinics().await {
        for resource in clinic.resources().await {
            let Some(hsa_id) = resource["hsa_id"].as_str() else { continue };
            let by_number = clinic.get(&format!("/resources/hsa_id:{hsa_id}")).await;
            assert_eq!(by_number.is(200), resource);
            let slots = clinic.find("/timeslots", &[("resource_id", &format!("hsa_id:{hsa_id}"))]).await;
            assert!(slots.list().iter().all(|slot| slot["resource_id"] == resource["id"]));
            found += 1;
        }
    }
    assert!(found > 0, "the sandbox has a resource with an HSA id");
    let clinic = subject.clinic().await;
    clinic.get("/resources/hsa_id:SE2321000016-9Z99").await.problem(404, "NOT_FOUND");
}

async fn by_swedish_number(subject: &Subject) {
    let mut found = Vec::new();
    for clinic in subject.clinics().await {
        for spelling in ["198702072391", "19870207-2391", "870207-2391"] {
            let answer = clinic.get(&format!("/resources/se_personal_number:{spelling}")).await;
            if answer.status == 200 {
                found.push(answer.json());
            }
        }
    }
    // The sandbox's own choice of a number may be another; then nobody is found, by no spelling.
    assert!(matches!(found.len(), 0 | 3), "{found:?}");
    assert!(found.windows(2).all(|pair| pair[0] == pair[1]), "{found:?}");
}

async fn two_connections(subject: &Subject) {
    let (client, first, second) = subject.with_two_connections().await;
    let units = client.get(&format!("{}/care-units", subject.emr())).await.list();
    let plain = subject.client.get(&format!("{}/care-units", subject.emr())).await.list();
    assert_eq!(units.len(), 2 * plain.len(), "{units:?}");
    for unit in plain.iter().map(|unit| text(unit, "id")) {
        assert!(units.iter().any(|one| one["id"] == unit.as_str()), "{unit}");
        let tagged = format!("north~{unit}");
        let listed = units.iter().find(|one| one["id"] == tagged.as_str()).expect("the tagged one");
        let path = format!("{}/care-units/{tagged}", subject.emr());
        assert_eq!(&client.get(&path).await.is(200), listed);
        let before: u64 = first.controls.calls().values().sum();
        for rest in ["/resources", "/healthcare-services", "/timeslots"] {
            let things = client.get(&format!("{path}{rest}")).await.list();
            assert!(!things.is_empty() && things.iter().all(|one| one["care_unit_id"] == tagged.as_str()));
        }
        assert_eq!(first.controls.calls().values().sum::<u64>(), before, "the other connection is not asked");
        subject.client.get(&path).await.problem(404, "NOT_FOUND");
    }
    drop(second);
}

async fn booked_at_the_second(subject: &Subject) {
    let (client, first, second) = subject.with_two_connections().await;
    let units = client.get(&format!("{}/care-units", subject.emr())).await.list();
    let unit = units.iter().find(|unit| text(unit, "id").starts_with("north~")).expect("a tagged one");
    let clinic = Clinic::new(subject, &client, unit);
    let before = first.ehr.state();
    let (slot, patient) = (clinic.slots().await.remove(0), clinic.new_patient().await);
    assert_eq!(slot.care_unit_id, clinic.id);
    assert_eq!(patient["care_unit_id"], clinic.id.as_str());
    let booked = clinic.book(&slot, &text(&patient, "id")).await;
    assert_eq!(booked["care_unit_id"], clinic.id.as_str());
    let id = text(&booked, "id");
    let listed = clinic.listed(&[("patient_id", &text(&patient, "id"))]).await;
    assert_eq!(listed, [id.as_str()]);
    let older = with_query(&format!("{}/appointments/{id}", subject.emr()), &[("care_unit_id", &clinic.id)]);
    assert_eq!(client.get(&older).await.is(200), booked);
    if subject.can(Operation::CancelAppointment) {
        let several = json!({"ids": [id], "status": "cancelled"});
        assert_eq!(
            clinic.patch("/appointments", &several).await.list()[0]["care_unit_id"],
            clinic.id.as_str()
        );
    }
    assert_eq!(first.ehr.state(), before, "nothing happened at the first");
    drop(second);
}

async fn one_of_two_fails(subject: &Subject) {
    let (client, first, second) = subject.with_two_connections().await;
    let path = format!("{}/care-units", subject.emr());
    let error_rate = |sandbox: &Running, rate: u8| {
        let switches = json!({"error_rate": rate});
        sandbox.controls.set_faults(switches.as_object().expect("switches")).expect("a switch that there is");
    };
    error_rate(&first, 1);
    error_rate(&second, 1);
    client.get(&path).await.problem(502, "EMR_ERROR");
    error_rate(&first, 0);
    let answer = client.get(&path).await;
    assert!(answer.list().iter().all(|unit| !text(unit, "id").starts_with("north~")), "{answer}");
    let incomplete = answer.header("vardbro-incomplete").unwrap_or_else(|| panic!("the header: {answer}"));
    assert_eq!(incomplete, "north; EMR_ERROR");
    error_rate(&second, 0);
    let answer = client.get(&path).await;
    assert_eq!(answer.header("vardbro-incomplete"), None);
    assert!(answer.list().iter().any(|unit| text(unit, "id").starts_with("north~")), "{answer}");
}
