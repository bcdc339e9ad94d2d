"""The two guides that integrators start with, call by call, against every EHR."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import requests

from people import person

STOCKHOLM = ZoneInfo("Europe/Stockholm")
TIMEOUT = 60


@pytest.fixture
def headers(sandbox):
    client_id, client_secret = sandbox.credentials
    return {
        "x-leyr-client-id": client_id,
        "x-leyr-client-secret": client_secret,
        "Content-Type": "application/json",
    }


@pytest.fixture
def emr_url(sandbox, ehr):
    return f"{sandbox.api}/emrs/{ehr}"


def get(url, headers, params=None):
    response = requests.get(url, headers=headers, params=params, timeout=TIMEOUT)
    assert response.status_code == 200, response.text
    found = response.json()
    assert isinstance(found, list) and found, f"nothing at {url}"
    return found


def window():
    start = datetime.now(tz=STOCKHOLM).isoformat()
    end = (datetime.now(tz=STOCKHOLM) + timedelta(days=30)).isoformat()
    assert "." in start, "the guide sends microseconds"
    return {"start": start, "end": end}


def available_timeslots(emr_url, headers):
    care_unit_id = get(f"{emr_url}/care-units", headers)[0]["id"]
    timeslots = get(f"{emr_url}/care-units/{care_unit_id}/timeslots", headers, window())
    return care_unit_id, timeslots


def test_show_availability(emr_url, headers):
    care_unit = get(f"{emr_url}/care-units", headers)[0]
    care_unit_url = f"{emr_url}/care-units/{care_unit['id']}"
    resource_id = get(f"{care_unit_url}/resources", headers)[0]["id"]
    service_id = get(f"{care_unit_url}/healthcare-services", headers)[0]["id"]
    params = window()

    timeslots = get(f"{care_unit_url}/timeslots", headers, params)

    print(f"Found {len(timeslots)} timeslots. First 5:")
    for slot in timeslots[:5]:
        print(f"- {slot['start']}")

    starts = [datetime.fromisoformat(slot["start"]) for slot in timeslots]
    assert starts == sorted(starts)
    assert starts[-1] < datetime.fromisoformat(params["end"])
    own_zone = ZoneInfo(care_unit["time_zone"])
    for slot, start in zip(timeslots, starts):
        assert start.utcoffset() == start.astimezone(own_zone).utcoffset(), slot
        assert start < datetime.fromisoformat(slot["end"])
        assert slot["care_unit_id"] == care_unit["id"]

    # A slot that begins while the test runs may be gone from the later answers.
    soon = datetime.now(tz=STOCKHOLM) + timedelta(minutes=10)
    timeslots = [slot for slot, start in zip(timeslots, starts) if start > soon]
    for filters in (
        {"resource_id": resource_id},
        {"healthcare_service_id": service_id},
        {"resource_id": resource_id, "healthcare_service_id": service_id},
    ):
        response = requests.get(
            f"{care_unit_url}/timeslots", headers=headers, params=params | filters, timeout=TIMEOUT
        )
        assert response.status_code == 200, response.text
        filtered = [slot for slot in response.json() if datetime.fromisoformat(slot["start"]) > soon]
        expected = [slot for slot in timeslots if filters.items() <= slot.items()]
        assert filtered == expected, filters


def test_a_plus_that_was_not_encoded_is_understood(emr_url, headers):
    """The guide warns of it; people forget it all the same."""
    care_unit_id = get(f"{emr_url}/care-units", headers)[0]["id"]
    query = "&".join(f"{name}={value}" for name, value in window().items())
    assert "+" in query

    response = requests.get(
        f"{emr_url}/care-units/{care_unit_id}/timeslots?{query}", headers=headers, timeout=TIMEOUT
    )

    assert response.status_code == 200, response.text


def existing_patient(sandbox, ehr, emr_url, headers, care_unit_id):
    """One who has an appointment already."""
    appointments = get(f"{emr_url}/care-units/{care_unit_id}/appointments", headers)
    return appointments[0]["patient_id"]


def created_patient(sandbox, ehr, emr_url, headers, care_unit_id):
    response = requests.post(
        f"{emr_url}/care-units/{care_unit_id}/patients",
        headers=headers,
        json=person(sandbox, ehr, 500, date_of_birth="1987-02-03", emails=["guida.exempelsson@example.com"]),
        timeout=TIMEOUT,
    )
    assert response.status_code in (200, 201), response.text
    return response.json()["id"]


def book(emr_url, headers, care_unit_id, timeslot, patient_id):
    appointment_data = {
        "start": timeslot["start"],
        "end": timeslot["end"],
        "patient_id": patient_id,
        "resource_id": timeslot["resource_id"],
        "healthcare_service_id": timeslot["healthcare_service_id"],
        "comment": "First consultation",
    }
    return requests.post(
        f"{emr_url}/care-units/{care_unit_id}/appointments",
        headers=headers,
        json=appointment_data,
        timeout=TIMEOUT,
    )


def assert_booked(response, care_unit_id, timeslot):
    assert response.status_code == 201, response.text
    appointments = response.json()
    appointment = appointments[0]
    print("✓ Appointment booked successfully!")
    print(f" Appointment ID: {appointment['id']}")
    print(f" Status: {appointment['status']}")
    print(f" Care Unit ID: {appointment['care_unit_id']}")
    start_time = datetime.fromisoformat(appointment["start"])
    print(f" Time (Europe/Stockholm): {start_time.astimezone(STOCKHOLM).strftime('%Y-%m-%d %H:%M')}")

    assert len(appointments) == 1
    assert appointment["id"]
    assert appointment["status"] == "booked"
    assert appointment["care_unit_id"] == care_unit_id
    assert appointment["comment"] == "First consultation"
    for field in ("start", "end", "resource_id", "healthcare_service_id"):
        assert appointment[field] == timeslot[field]


@pytest.mark.parametrize("patient", [existing_patient, created_patient], ids=lambda patient: patient.__name__)
@pytest.mark.parametrize("form", ["{}", "emr_id:{}"])
def test_book_an_appointment(sandbox, ehr, emr_url, headers, patient, form):
    care_unit_id, timeslots = available_timeslots(emr_url, headers)
    patient_id = patient(sandbox, ehr, emr_url, headers, care_unit_id)

    response = book(emr_url, headers, care_unit_id, timeslots[0], form.format(patient_id))

    assert_booked(response, care_unit_id, timeslots[0])
    assert response.json()[0]["patient_id"] == patient_id
    _, left = available_timeslots(emr_url, headers)
    assert timeslots[0] not in left


def test_book_by_personal_number(sandbox, ehr, emr_url, headers):
    care_unit_id, timeslots = available_timeslots(emr_url, headers)

    response = book(emr_url, headers, care_unit_id, timeslots[0], "se_personal_number:191212121212")

    if "se_personal_number" in sandbox.get(ehr)["capabilities"]["patient_id_types"]:
        assert_booked(response, care_unit_id, timeslots[0])
    else:
        assert response.status_code == 400, response.text
        (error,) = response.json()["errors"]
        assert error["error_code"] == "PATIENT_ID_LOOKUP_TYPE_NOT_SUPPORTED"
        assert error["path"] == "patient_id"


def test_confirm_a_booking_that_awaits_it(sandbox, ehr, emr_url, headers):
    if not sandbox.get(ehr)["capabilities"]["confirmation"]:
        pytest.skip("nothing is ever to be confirmed here")
    care_unit_id = get(f"{emr_url}/care-units", headers)[1]["id"]
    timeslot = get(f"{emr_url}/care-units/{care_unit_id}/timeslots", headers, window())[0]
    patient_id = created_patient(sandbox, ehr, emr_url, headers, care_unit_id)

    booked = book(emr_url, headers, care_unit_id, timeslot, patient_id).json()[0]
    assert booked["status"] == "awaiting_confirmation"
    assert "guida.exempelsson" not in booked["confirmation"]["sent_to"]
    code = next(
        message["code"]
        for message in sandbox.look(ehr, "outbox")
        if message["appointment_id"] == booked["id"]
    )
    confirmed = requests.patch(
        f"{emr_url}/care-units/{care_unit_id}/appointments/{booked['id']}",
        headers=headers,
        json={"confirmation": {"code": code}},
        timeout=TIMEOUT,
    )

    assert confirmed.status_code == 200, confirmed.text
    assert confirmed.json()["status"] == "booked"
