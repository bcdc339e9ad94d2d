"""The workflows that the sandbox page of TakeCare promises, in its order."""

import base64
from datetime import datetime, timedelta

import pytest

from people import swedish_number

EHR = "takecare"
UNIT = f"{EHR}/care-units/10"
RESOURCE = "10-991890000019"
PATIENT = "197110021834"
PATIENTS = ["191212121212", PATIENT, "194010126672", "195003042222", "194912062306", "195008121856", "198702072391"]
PLACES = ("start", "end", "resource_id", "healthcare_service_id")


def refused(answer, code, path):
    assert answer.status_code == 400, answer.text
    (error,) = [error for error in answer.json()["errors"] if error["error_code"] == code]
    assert error["path"] == path
    return error


def test_care_units(sandbox):
    care_units = sandbox.get(f"{EHR}/care-units")

    assert "10" in [care_unit["id"] for care_unit in care_units]
    assert len(care_units) >= 2
    assert len(sandbox.get(f"{UNIT}/appointments", params={"limit": 500})) > 10, "extensive data"


@pytest.mark.parametrize("patient", PATIENTS)
def test_the_patients_of_the_page(sandbox, patient):
    found = sandbox.get(f"{UNIT}/patients/{patient}")

    assert (found["id"], found["emr_id"], found["external_id"]) == (patient, patient, patient)
    for spelling in (f"emr_id:{patient}", f"se_personal_number:{patient[:8]}-{patient[8:]}"):
        assert sandbox.get(f"{UNIT}/patients/{spelling}") == found
    assert sandbox.get(f"{UNIT}/patients", params={"external_id": patient}) == [found]


# The last is a coordination number: the day of birth and 60.
@pytest.mark.parametrize("number", [swedish_number(900), "701063-2391"])
def test_a_patient_is_created_with_a_valid_number(sandbox, number):
    answer = sandbox.call("POST", f"{UNIT}/patients", json={"external_id": number, "phones": ["070-174 06 11"]})

    assert answer.status_code == 201, answer.text
    created = answer.json()
    assert len(created["id"]) == 12 and created["id"].isdigit()
    assert created["phones"] == ["+46701740611"]
    assert sandbox.get(f"{UNIT}/patients/{created['id']}") == created
    again = sandbox.call("POST", f"{UNIT}/patients", json={"external_id": number})
    assert (again.status_code, again.json()) == (200, created)


@pytest.mark.parametrize(
    ("number", "why"), [("197110021835", "check"), ("197102301832", "date"), ("19711002", "digits")]
)
def test_an_invalid_number_is_refused_saying_why(sandbox, number, why):
    answer = sandbox.call("POST", f"{UNIT}/patients", json={"external_id": number})

    error = refused(answer, "INVALID_PATIENT_ID", "external_id")
    assert why in error["details"], error


def test_younger_people_are_refused_in_the_words_of_the_ehr(sandbox):
    # An official test number of somebody born in 1990.
    answer = sandbox.call("POST", f"{UNIT}/patients", json={"external_id": "199001012385"})

    error = refused(answer, "INVALID_PATIENT_ID", "external_id")
    assert error["emr_error"], error


def test_availability(sandbox):
    services = sandbox.get(f"{UNIT}/healthcare-services")
    resources = {resource["id"]: resource for resource in sandbox.get(f"{UNIT}/resources")}
    everything = sandbox.get(f"{UNIT}/timeslots")

    assert resources[RESOURCE]["name"] == "Läkare Ehn (läk)"
    assert sandbox.get(f"{UNIT}/resources/{RESOURCE}") == resources[RESOURCE]
    assert {slot["resource_id"] for slot in everything} <= set(resources)
    assert {slot["healthcare_service_id"] for slot in everything} <= {service["id"] for service in services}
    assert [slot for slot in everything if slot["resource_id"] == RESOURCE]


def test_the_recommended_combination(sandbox):
    slots = sandbox.get(f"{UNIT}/timeslots", params={"resource_id": RESOURCE})
    first = slots[0]
    second = next(
        slot
        for slot in slots
        if slot["start"] >= first["end"] and slot["healthcare_service_id"] == first["healthcare_service_id"]
    )

    body = {place: first[place] for place in PLACES} | {"patient_id": PATIENT, "comment": "Hosta i två veckor"}
    answer = sandbox.call("POST", f"{UNIT}/appointments", json=body)
    assert answer.status_code == 201, answer.text
    (booked,) = answer.json()
    assert booked["comment"] == "Hosta i två veckor"

    start = datetime.fromisoformat(first["start"])
    around = {"start": (start - timedelta(days=1)).isoformat(), "end": (start + timedelta(days=1)).isoformat()}
    for filters in ({}, {"patient_id": PATIENT}, around):
        found = sandbox.get(f"{UNIT}/appointments", params={"limit": 500, **filters})
        assert booked["id"] in [appointment["id"] for appointment in found], filters

    change = {"start": second["start"], "end": second["end"]}
    answer = sandbox.call("PATCH", f"{UNIT}/appointments/{booked['id']}", json=change)
    assert answer.status_code == 200, answer.text
    moved = answer.json()
    assert moved["start"] == second["start"] and moved["id"] != booked["id"]
    assert sandbox.call("GET", f"{UNIT}/appointments/{booked['id']}").status_code == 404
    assert sandbox.get(f"{UNIT}/appointments/{moved['id']}") == moved

    answer = sandbox.call("PATCH", f"{UNIT}/appointments/{moved['id']}", json={"status": "cancelled", "comment": "Förhinder"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "cancelled"
    assert sandbox.call("GET", f"{UNIT}/appointments/{moved['id']}").status_code == 404
    free = sandbox.get(f"{UNIT}/timeslots", params={"resource_id": RESOURCE})
    assert first in free and second in free


def test_what_may_not_be_cancelled_says_so(sandbox):
    refusals = []
    for appointment in sandbox.get(f"{UNIT}/appointments", params={"limit": 500}):
        if appointment["status"] == "booked":
            path = f"{UNIT}/appointments/{appointment['id']}"
            answer = sandbox.call("PATCH", path, json={"status": "cancelled"})
            assert answer.status_code in (200, 409), answer.text
            if answer.status_code == 409:
                refusals.append(answer.json())
    sandbox.reset(EHR)

    assert refusals, "a few of the seeded bookings may not be cancelled"
    for refusal in refusals:
        assert refusal["code"] == "CONFLICT"
        assert "cancel" in refusal["detail"].lower(), refusal


def test_medical_notes(sandbox):
    listed = sandbox.get(f"{UNIT}/medical-notes", params={"patient_id": PATIENT})
    body = {
        "patient_id": PATIENT,
        "template_id": "leyr_care_status",
        "content": {"status": "Mår bra.\nVill komma åter.", "plan": "Återbesök om en månad."},
        "created_by_id": RESOURCE,
    }

    answer = sandbox.call("POST", f"{UNIT}/medical-notes", json=body)

    assert answer.status_code == 201, answer.text
    written = answer.json()
    assert written["status"] == "unsigned"
    assert written["created_by_id"] == RESOURCE
    assert written["content"] == {"status": "Mår bra. Vill komma åter.", "plan": "Återbesök om en månad."}
    after = sandbox.get(f"{UNIT}/medical-notes", params={"patient_id": PATIENT})
    assert len(after) == len(listed) + 1
    assert sandbox.get(f"{UNIT}/patients/{PATIENT}/medical-notes/{written['id']}") == written


def test_a_note_that_takecare_cannot_hold_names_the_character(sandbox):
    body = {"template_id": "leyr_unstructured", "content": {"unstructured": "Bra 👍"}}

    answer = sandbox.call("POST", f"{UNIT}/patients/{PATIENT}/medical-notes", json=body)

    error = refused(answer, "INVALID_NOTE_CONTENT", "content.unstructured")
    assert "👍" in error["details"] or "1F44D" in error["details"], error


def test_documents(sandbox):
    path = f"{UNIT}/patients/{PATIENT}/documents"
    content = base64.b64encode(b"%PDF-1.4\n%nothing\n%%EOF\n").decode()

    filed = sandbox.call("POST", path, json={"title": "Provsvar", "format": "application/pdf", "content": content})
    other = sandbox.call("POST", path, json={"title": "Bild", "format": "image/png", "content": content})

    assert filed.status_code == 201, filed.text
    assert filed.json()["id"] in [document["id"] for document in sandbox.get(path)]
    refused(other, "INVALID_DOCUMENT", "format")
    refused(sandbox.call("GET", f"{path}/{filed.json()['id']}"), "NOT_SUPPORTED", None)
