"""The workflows that the sandbox page of Kaddio promises, in its order."""

from datetime import datetime, timedelta

import pytest

EHR = "kaddio"
TOLVAN = "mFdvd5CdhTGeoh7uf"
PLACES = ("start", "end", "resource_id", "healthcare_service_id")


@pytest.fixture(scope="module")
def care_unit(sandbox):
    return f"{EHR}/care-units/{sandbox.get(f'{EHR}/care-units')[0]['id']}"


@pytest.fixture(scope="module")
def patient(sandbox, care_unit):
    created = sandbox.call(
        "POST",
        f"{care_unit}/patients",
        json={
            "external_id": "19600115-9802",
            "first_name": "Sida",
            "last_name": "Vändarsson",
            "date_of_birth": "1960-01-15",
            "gender": "female",
            "phones": ["070-174 06 12"],
            "emails": ["sida@example.com"],
            "address": {"street": "Provgatan 7", "postal_code": "411 03", "city": "Göteborg"},
        },
    )
    assert created.status_code == 201, created.text
    return created.json()


def test_all_standard_patient_fields_are_reflected(sandbox, care_unit, patient):
    found = sandbox.get(f"{care_unit}/patients/{patient['id']}")

    assert found == patient
    assert (found["first_name"], found["last_name"]) == ("Sida", "Vändarsson")
    assert (found["date_of_birth"], found["gender"]) == ("1960-01-15", "female")
    assert found["external_id"] == "196001159802"
    assert (found["phones"], found["emails"]) == (["+46701740612"], ["sida@example.com"])
    assert found["address"]["street"] == "Provgatan 7" and found["address"]["city"] == "Göteborg"


def test_the_patient_of_the_page(sandbox, care_unit):
    found = sandbox.get(f"{care_unit}/patients/{TOLVAN}")

    assert (found["id"], found["emr_id"], found["external_id"]) == (TOLVAN, TOLVAN, "191212121212")
    assert sandbox.get(f"{care_unit}/patients/se_personal_number:121212+1212") == found


def test_availability(sandbox, care_unit):
    services = sandbox.get(f"{care_unit}/healthcare-services")
    resources = sandbox.get(f"{care_unit}/resources")
    everything = sandbox.get(f"{care_unit}/timeslots")

    assert everything
    for name, things in (("healthcare_service_id", services), ("resource_id", resources)):
        assert {slot[name] for slot in everything} <= {thing["id"] for thing in things}
        for thing in things:
            slots = sandbox.get(f"{care_unit}/timeslots", params={name: thing["id"]})
            assert {slot[name] for slot in slots} <= {thing["id"]}


def test_booking_and_finding_it(sandbox, care_unit, patient):
    slot = sandbox.get(f"{care_unit}/timeslots")[0]
    body = {place: slot[place] for place in PLACES} | {"patient_id": patient["id"]}

    answer = sandbox.call("POST", f"{care_unit}/appointments", json=body)

    assert answer.status_code == 201, answer.text
    (booked,) = answer.json()
    start = datetime.fromisoformat(slot["start"])
    around = {"start": (start - timedelta(days=1)).isoformat(), "end": (start + timedelta(days=1)).isoformat()}
    for filters in ({}, {"patient_id": patient["id"]}, around):
        found = sandbox.get(f"{care_unit}/appointments", params={"limit": 500, **filters})
        assert booked["id"] in [appointment["id"] for appointment in found], filters
    assert sandbox.get(f"{care_unit}/appointments/{booked['id']}") == booked


def test_medical_notes(sandbox, care_unit, patient):
    host = sandbox.get(f"{care_unit}/resources")[-1]["id"]
    body = {
        "patient_id": patient["id"],
        "template_id": "leyr_care_status",
        "content": {"status": "Mår bra.", "plan": "Återbesök om en månad."},
        "created_by_id": host,
    }

    answer = sandbox.call("POST", f"{care_unit}/medical-notes", json=body)

    assert answer.status_code == 201, answer.text
    written = answer.json()
    assert (written["status"], written["created_by_id"]) == ("unsigned", host)
    assert written["content"] == body["content"]
    assert sandbox.get(f"{care_unit}/medical-notes", params={"patient_id": patient["id"]}) == [written]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "appointments/1", {"start": "2030-01-01T10:00:00Z", "end": "2030-01-01T11:00:00Z"}),
        ("PATCH", "appointments/1", {"status": "cancelled"}),
        ("PATCH", f"patients/{TOLVAN}", {"first_name": "Tolv"}),
        ("GET", "resources/1/schedules", None),
        ("GET", f"patients/{TOLVAN}/documents", None),
        ("POST", f"patients/{TOLVAN}/documents", {"format": "application/pdf", "content": "JVBERi0="}),
    ],
)
def test_what_is_not_supported_says_so_before_anything_is_sent(sandbox, care_unit, method, path, body):
    calls = sandbox.look(EHR, "calls")

    answer = sandbox.call(method, f"{care_unit}/{path}", json=body)

    assert answer.status_code == 400, answer.text
    assert answer.json()["errors"][0]["error_code"] == "NOT_SUPPORTED"
    assert sandbox.look(EHR, "calls") == calls
