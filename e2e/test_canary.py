"""Neither the logs nor the metrics name a patient, or hold the secret."""

import re
from urllib.parse import quote, quote_plus

import pytest
import requests

from people import person

CREATED = {
    "first_name": "Kanariefågel",
    "last_name": "Gulfjädersson",
    "date_of_birth": "1987-06-05",
    "external_id": "canary-crm-7321",
    "emails": ["kanariefagel@example.com"],
    "phones": ["+61491570156"],
    "address": {"street": "Fågelburen 99", "postal_code": "987 65", "city": "Kvittervik", "country": "SE"},
}
NUMBER = "197110021834"
SAID = "Kvittrar-om-nätterna"


def words_about(patient):
    """Everything that tells who somebody is."""
    address = patient["address"] or {}
    yield from (patient[field] for field in ("first_name", "last_name", "date_of_birth", "external_id"))
    yield from patient["phones"]
    yield from patient["emails"]
    yield from (address.get(field) for field in ("street", "city"))


def live_through(sandbox, ehr):
    """Everything that a client may do to patients, well and badly. Returns whom it met."""
    care_unit = f"{ehr}/care-units/{sandbox.get(f'{ehr}/care-units')[0]['id']}"
    appointments = sandbox.get(f"{care_unit}/appointments")
    seeded = {appointment["patient_id"] for appointment in appointments}
    met = [sandbox.get(f"{care_unit}/patients/{patient}") for patient in sorted(seeded)]

    # A field that this EHR cannot hold is refused before anything is sent.
    created = sandbox.call("POST", f"{care_unit}/patients", json=CREATED)
    if created.status_code == 400:
        created = sandbox.call("POST", f"{care_unit}/patients", json={**CREATED, "external_id": None})
    if created.status_code == 400:
        holds = {**CREATED, "address": None, "phones": ["+46701740629"]}
        created = sandbox.call("POST", f"{care_unit}/patients", json=person(sandbox, ehr, 700, **holds))
        met.append(created.json())
    assert created.status_code == 201, created.text
    patient = created.json()["id"]
    for query in (
        {"first_name": CREATED["first_name"], "last_name": CREATED["last_name"]},
        {"email": CREATED["emails"][0]},
        {"phone": CREATED["phones"][0]},
        {"external_id": CREATED["external_id"]},
        {"name": CREATED["last_name"]},
        {"date_of_birth": "not-" + CREATED["date_of_birth"]},
    ):
        sandbox.call("GET", f"{care_unit}/patients", params=query)
    for path in (
        f"patients/se_personal_number:{NUMBER}",
        f"patients/{NUMBER}",
        f"patients/{CREATED['last_name']}",
        f"{CREATED['last_name']}/{NUMBER}",
        f"appointments?patient_id=se_personal_number:{NUMBER}",
        f"medical-notes?patient_id={CREATED['last_name']}",
    ):
        sandbox.call("GET", f"{care_unit}/{path}")
    sandbox.call("PATCH", f"{care_unit}/patients/{patient}", json={"last_name": CREATED["last_name"] + "-Ny"})

    writes = [
        ("patients", {**CREATED, "shoe_size": CREATED["last_name"]}),
        ("patients", {**CREATED, "date_of_birth": CREATED["last_name"]}),
        ("patients", {**CREATED, "phones": [SAID]}),
        ("patients", {**CREATED, "external_id": NUMBER, "external_id_type": "se_personal_number"}),
        (f"patients/{patient}/medical-notes", note := {"template_id": "leyr_unstructured", "content": {"unstructured": SAID}}),
        (f"patients/{patient}/medical-notes", {**note, "content": {SAID: SAID}}),
        (f"patients/{patient}/documents", {"title": SAID, "format": "text/plain", "content": "S3ZpdHRlcg=="}),
        (f"patients/{patient}/documents", {"title": SAID, "format": SAID, "content": SAID}),
    ]
    slots = sandbox.get(f"{care_unit}/timeslots")
    fields = ("start", "end", "resource_id", "healthcare_service_id")

    def book(slot, who):
        return ("appointments", {field: slot[field] for field in fields} | {"patient_id": who, "comment": SAID})

    writes += [
        book(slots[0], patient),
        book(slots[0], patient),
        book(slots[-1], f"se_personal_number:{NUMBER}"),
        book(slots[-1], CREATED["last_name"]),
    ]
    for path, body in writes:
        sandbox.call("POST", f"{care_unit}/{path}", json=body)
    sandbox.call("POST", f"{care_unit}/patients", data=f'{{"last_name": "{CREATED["last_name"]}", '.encode())

    # The same while the EHR fails: that is when the most is said.
    for switches in ({"error_rate": 1}, {"error_rate": 0, "lose_response_rate": 1}):
        sandbox.faults(ehr, **switches)
        for path, body in writes[:1] + writes[4:5] + [book(slots[-1], patient)]:
            sandbox.call("POST", f"{care_unit}/{path}", json=body)
        sandbox.call("GET", f"{care_unit}/patients", params={"last_name": CREATED["last_name"], "first_name": "K"})
        sandbox.call("GET", f"{care_unit}/patients/{patient}")
    sandbox.reset(ehr)
    return met


@pytest.mark.parametrize("level", [None, "debug"])
def test_nothing_of_a_patient_leaves_with_logs_or_metrics(start, ehr, level):
    sandbox = start("--only", ehr, env={"VARDBRO_LOG": level} if level else None)
    sandbox.lift_quota()
    client_id, client_secret = sandbox.credentials
    requests.get(f"{sandbox.api}/emrs", auth=(client_id, client_secret + "x"), timeout=10)
    requests.get(f"{sandbox.api}/emrs", headers={"x-leyr-client-id": client_secret}, timeout=10)

    met = live_through(sandbox, ehr)

    metrics = requests.get(sandbox.origin + "/metrics", timeout=10).text
    sandbox.stop()
    logs = sandbox.logs()
    assert ehr in logs and ehr in metrics, "they do tell something"
    forbidden = {word for patient in [*met, CREATED] for word in words_about(patient) if word}
    forbidden |= {SAID, NUMBER, CREATED["last_name"] + "-Ny", client_secret, "97110021834", "7110021834"}
    native = sandbox.announcement["ehrs"][ehr].get("credentials", {})
    forbidden |= set(native.values())
    assert len(forbidden) > 20
    for name, text in (("logs", logs), ("metrics", metrics)):
        found = [line for line in text.splitlines() if any(mentions(line, word) for word in forbidden)]
        assert not found, f"{name} of {ehr}:\n" + "\n".join(found[:10])


def mentions(line, word):
    """As a word of its own, also where it stands URL-encoded."""
    spellings = {word, quote(word), quote_plus(word)}
    return any(re.search(rf"(?<!\w){re.escape(spelling)}(?!\w)", line, re.IGNORECASE) for spelling in spellings)
