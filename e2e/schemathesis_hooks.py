"""Gives schemathesis.toml's stand-ins for ids (`care-unit-1`, …) the ids that the sandbox has.

Loaded by run_schemathesis.py, which names the API and the credentials in the environment. Without it the stand-ins are unknown ids.
"""

import functools
import itertools
import os

import requests
import schemathesis

API = os.environ["VARDBRO_API"]
CREDENTIALS = (os.environ["VARDBRO_CLIENT_ID"], os.environ["VARDBRO_CLIENT_SECRET"])

# A booking for this patient is made for a slot that is free.
WITH_A_SLOT = "patient-with-a-slot"

session = requests.Session()


def get(path):
    answer = session.get(f"{API}/emrs/{path}", auth=CREDENTIALS, timeout=60)
    answer.raise_for_status()
    return answer.json()


@functools.cache
def known():
    answer = session.get(f"{API}/emrs", auth=CREDENTIALS, timeout=60)
    answer.raise_for_status()
    return {emr["code"] for emr in answer.json()}


@functools.cache
def ids(emr):
    """What the stand-ins stand for. Everything but the second care unit is of the first one."""
    first, second = (care_unit["id"] for care_unit in get(f"{emr}/care-units")[:2])
    appointments = get(f"{emr}/care-units/{first}/appointments")
    patients = list(dict.fromkeys(appointment["patient_id"] for appointment in appointments))
    slot = get(f"{emr}/care-units/{first}/timeslots")[0]
    return {
        "care-unit-1": first,
        "care-unit-2": second,
        "patient-1": patients[0],
        WITH_A_SLOT: patients[-1],
        "resource-1": slot["resource_id"],
        "service-1": slot["healthcare_service_id"],
        "appointment-1": appointments[0]["id"],
        "appointment-2": appointments[-1]["id"],
    }


@functools.cache
def slots(emr):
    """Free ones, each given out once."""
    return itertools.cycle(get(f"{emr}/care-units/{ids(emr)['care-unit-1']}/timeslots"))


@schemathesis.hook
def before_call(context, case, kwargs):
    emr = (case.path_parameters or {}).get("emr")
    if emr not in known():
        return
    real = ids(emr)
    body = case.body
    if isinstance(body, dict) and body.get("patient_id") == WITH_A_SLOT and is_booking(case.operation):
        slot = next(slots(emr))
        case.body = body | {name: slot[name] for name in ("start", "end", "resource_id", "healthcare_service_id")}
    for part in (case.path_parameters, case.query, case.body):
        if isinstance(part, dict):
            part.update({name: put(real, value) for name, value in part.items()})


def put(real, value):
    if isinstance(value, str):
        return real.get(value, value)
    if isinstance(value, list):
        return [put(real, item) for item in value]
    return value


def is_booking(operation):
    return operation.definition.raw["operationId"].startswith("book_")
