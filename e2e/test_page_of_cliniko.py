"""The workflows that the sandbox page of Cliniko promises, in its order."""

from datetime import datetime, timedelta

import pytest

EHR = "cliniko"


@pytest.fixture(scope="module")
def care_unit(sandbox):
    """Care units discovery: use any id from the response in the path of the other endpoints."""
    care_units = sandbox.get(f"{EHR}/care-units")
    assert len(care_units) >= 2
    return f"{EHR}/care-units/{care_units[0]['id']}"


@pytest.fixture(scope="module")
def patient(sandbox, care_unit):
    created = sandbox.call(
        "POST",
        f"{care_unit}/patients",
        json={
            "first_name": "Page",
            "last_name": "Turner",
            "date_of_birth": "1984-05-17",
            "gender": "female",
            "phones": ["+61491570006"],
            "emails": ["page.turner@example.com"],
            "address": {"street": "7 Sample Row", "postal_code": "3000", "city": "Melbourne", "country": "AU"},
        },
    )
    assert created.status_code == 201, created.text
    return created.json()


def post(sandbox, path, body):
    created = sandbox.call("POST", path, json=body)
    assert created.status_code == 201, created.text
    return created.json()


def patch(sandbox, path, body):
    changed = sandbox.call("PATCH", path, json=body)
    assert changed.status_code == 200, changed.text
    return changed.json()


def test_all_standard_patient_fields_are_reflected(sandbox, care_unit, patient):
    found = sandbox.get(f"{care_unit}/patients/{patient['id']}")

    assert found == patient
    assert found["phones"] == ["+61491570006"]
    assert found["emails"] == ["page.turner@example.com"]
    assert found["date_of_birth"] == "1984-05-17"
    assert found["gender"] == "female"
    assert found["address"]["street"] == "7 Sample Row"


def test_availability(sandbox, care_unit):
    services = sandbox.get(f"{care_unit}/healthcare-services")
    resources = sandbox.get(f"{care_unit}/resources")
    everything = sandbox.get(f"{care_unit}/timeslots")

    assert everything
    for service in services:
        slots = sandbox.get(f"{care_unit}/timeslots", params={"healthcare_service_id": service["id"]})
        assert {slot["healthcare_service_id"] for slot in slots} <= {service["id"]}
    for resource in resources:
        slots = sandbox.get(f"{care_unit}/timeslots", params={"resource_id": resource["id"]})
        assert {slot["resource_id"] for slot in slots} <= {resource["id"]}
    assert {slot["resource_id"] for slot in everything} <= {resource["id"] for resource in resources}
    assert {slot["healthcare_service_id"] for slot in everything} <= {service["id"] for service in services}


def test_the_life_of_an_appointment(sandbox, care_unit, patient):
    slot, *others = sandbox.get(f"{care_unit}/timeslots")
    later = next(
        other
        for other in others
        if datetime.fromisoformat(other["start"]) >= datetime.fromisoformat(slot["end"])
        and (other["resource_id"], other["healthcare_service_id"])
        == (slot["resource_id"], slot["healthcare_service_id"])
    )
    places = ("start", "end", "resource_id", "healthcare_service_id")

    booking = {field: slot[field] for field in places} | {"patient_id": patient["id"]}
    booked = post(sandbox, f"{care_unit}/appointments", booking)[0]
    assert booked["status"] == "booked"

    start = datetime.fromisoformat(slot["start"])
    around = {"start": (start - timedelta(days=1)).isoformat(), "end": (start + timedelta(days=1)).isoformat()}
    for filters in ({}, {"patient_id": patient["id"]}, around):
        found = sandbox.get(f"{care_unit}/appointments", params={"limit": 500, **filters})
        assert booked["id"] in [appointment["id"] for appointment in found], filters

    one = f"{care_unit}/appointments/{booked['id']}"
    moved = patch(sandbox, one, {"start": later["start"], "end": later["end"]})
    assert (moved["status"], moved["start"], moved["end"]) == ("booked", later["start"], later["end"])
    assert sandbox.get(one) == moved

    cancelled = patch(sandbox, one, {"status": "cancelled", "comment": "Feels better"})
    assert cancelled["status"] == "cancelled"
    left = sandbox.get(f"{care_unit}/appointments", params={"patient_id": patient["id"]})
    assert booked["id"] not in [appointment["id"] for appointment in left]
    assert slot in sandbox.get(f"{care_unit}/timeslots"), "a cancelled time is free again"


def note(title):
    return {
        "template_id": "leyr_care_status",
        "title": title,
        "content": {"status": "Feels well.", "plan": "See again in a month."},
    }


def test_medical_notes_as_the_page_writes_them(sandbox, care_unit, patient):
    """`/medical-notes` with the patient in query or body."""
    written = post(sandbox, f"{care_unit}/medical-notes", note("By the page") | {"patient_id": patient["id"]})
    listed = sandbox.get(f"{care_unit}/medical-notes", params={"patient_id": patient["id"]})

    assert written["patient_id"] == patient["id"]
    assert written["content"] == note("")["content"]
    assert written["status"] in ("draft", "unsigned")
    assert written["id"] in [found["id"] for found in listed]


def test_medical_notes_under_the_patient(sandbox, care_unit, patient):
    notes = f"{care_unit}/patients/{patient['id']}/medical-notes"

    written = post(sandbox, notes, note("By the contract"))

    assert sandbox.get(f"{notes}/{written['id']}") == written
    assert written["id"] in [found["id"] for found in sandbox.get(notes)]


def test_documents_both_ways(sandbox, care_unit, patient):
    document = {"title": "Letter", "format": "text/plain", "content": "SGVsbG8gUGFnZQ=="}
    scoped = f"{care_unit}/patients/{patient['id']}/documents"

    by_patient = post(sandbox, scoped, document)
    by_alias = post(sandbox, f"{care_unit}/documents", document | {"patient_id": patient["id"]})

    listed = sandbox.get(scoped)
    assert listed == sandbox.get(f"{care_unit}/documents", params={"patient_id": patient["id"]})
    for written in (by_patient, by_alias):
        assert written["id"] in [found["id"] for found in listed]
        assert sandbox.get(f"{scoped}/{written['id']}")["content"] == document["content"]


def test_the_older_unscoped_appointments(sandbox, care_unit):
    care_unit_id = care_unit.rsplit("/", 1)[1]

    listed = sandbox.get(f"{EHR}/appointments", params={"care_unit_id": care_unit_id})

    assert listed == sandbox.get(f"{care_unit}/appointments")
