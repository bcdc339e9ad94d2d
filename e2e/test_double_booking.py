"""A slot is booked once, whatever the clients and the network do."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from people import person

CLIENTS = 8

LOOKS_AGAIN = {"kaddio", "takecare", "webdoc"}


@pytest.fixture
def care_unit(sandbox, ehr):
    sandbox.reset(ehr)
    sandbox.lift_quota()
    return f"{ehr}/care-units/{sandbox.get(f'{ehr}/care-units')[0]['id']}"


@pytest.fixture
def patients(sandbox, ehr, care_unit):
    """One a client, so that no rule about one patient decides."""

    def create(number):
        rival = person(sandbox, ehr, 600 + number, emails=[f"rival{number}@example.com"])
        created = sandbox.call("POST", f"{care_unit}/patients", json=rival)
        assert created.status_code == 201, created.text
        return created.json()["id"]

    return [create(number) for number in range(CLIENTS)]


def booking(slot, patient):
    fields = ("start", "end", "resource_id", "healthcare_service_id")
    return {field: slot[field] for field in fields} | {"patient_id": patient}


def live_bookings(sandbox, ehr, care_unit, slot):
    """Those in the EHR that overlap the slot."""
    resource = sandbox.get(f"{care_unit}/resources/{slot['resource_id']}")
    start, end = (datetime.fromisoformat(slot[field]) for field in ("start", "end"))
    return [
        appointment
        for appointment in sandbox.look(ehr, "state")["appointments"]
        if appointment["live"]
        and appointment["resource_id"] in (resource["id"], resource["emr_id"])
        and datetime.fromisoformat(appointment["start"]) < end
        and datetime.fromisoformat(appointment["end"]) > start
    ]


def test_eight_clients_and_one_slot(sandbox, ehr, care_unit, patients):
    slot = sandbox.get(f"{care_unit}/timeslots")[0]
    together = threading.Barrier(CLIENTS)

    def book(patient):
        together.wait()
        return sandbox.call("POST", f"{care_unit}/appointments", json=booking(slot, patient))

    with ThreadPoolExecutor(CLIENTS) as clients:
        answers = list(clients.map(book, patients))

    won = [answer for answer in answers if answer.status_code == 201]
    lost = [answer for answer in answers if answer.status_code != 201]
    assert len(won) == 1, [answer.text for answer in answers]
    assert {(answer.status_code, answer.json()["errors"][0]["error_code"]) for answer in lost} == {
        (400, "NO_TIMESLOTS_AVAILABLE")
    }
    (held,) = live_bookings(sandbox, ehr, care_unit, slot)
    assert held["id"] == won[0].json()[0]["emr_id"]


def test_when_every_answer_is_lost(sandbox, ehr, care_unit, patients):
    slot = sandbox.get(f"{care_unit}/timeslots")[0]
    sandbox.faults(ehr, lose_response_rate=1)

    answer = sandbox.call("POST", f"{care_unit}/appointments", json=booking(slot, patients[0]))

    sandbox.faults(ehr, lose_response_rate=0)
    live = len(live_bookings(sandbox, ehr, care_unit, slot))
    assert answer.status_code == 504, answer.text
    if answer.json()["code"] == "EMR_TIMEOUT":
        assert live == 0, "it is a read that was lost, before anything was booked"
    else:
        assert answer.json()["code"] == "OUTCOME_UNKNOWN"
        assert live <= 1


def test_when_some_answers_are_lost(sandbox, ehr, care_unit, patients):
    """What is answered is true, and no lost write is repeated."""
    outcomes = []
    for seed in range(12):
        slot = sandbox.get(f"{care_unit}/timeslots")[0]
        sandbox.faults(ehr, lose_response_rate=0.4, seed=seed)

        answer = sandbox.call("POST", f"{care_unit}/appointments", json=booking(slot, patients[0]))

        sandbox.faults(ehr, lose_response_rate=0)
        live = len(live_bookings(sandbox, ehr, care_unit, slot))
        outcome = answer.json()["code"] if answer.status_code != 201 else "BOOKED"
        outcomes.append(outcome)
        assert live <= 1, answer.text
        if outcome == "BOOKED":
            assert live == 1
        elif outcome != "OUTCOME_UNKNOWN":
            assert live == 0, f"told {outcome}, but the EHR has the booking"
    assert set(outcomes) <= {"BOOKED", "OUTCOME_UNKNOWN", "EMR_TIMEOUT", "EMR_ERROR", "SERVICE_UNAVAILABLE"}
    # Who looks again after a lost answer mostly finds the booking.
    assert ("BOOKED" if ehr in LOOKS_AGAIN else "OUTCOME_UNKNOWN") in outcomes, outcomes
