"""`vardbro sandbox` as a person and a supervisor use it."""

import json
import re
import socket
import stat
import subprocess
import threading
import time
from urllib.parse import urljoin

import pytest
import requests

from people import person
from vardbro import READY_WITHIN, command


def test_the_curl_lines_work_when_pasted(start):
    sandbox = start(json_line=False)
    said = ""
    while "Ctrl-C" not in said:
        said += sandbox.read_line()
    lines = re.findall(r"^\s*(curl .*)$", said, re.MULTILINE)

    assert len(lines) == 3
    for line in lines:
        ran = subprocess.run(["bash", "-c", f"{line} -w '\\n%{{http_code}}'"], capture_output=True, text=True, timeout=60)
        body, status = ran.stdout.rsplit("\n", 1)
        assert ran.returncode == 0, ran.stderr
        assert status in ("200", "201"), f"{line}\n{body}"
        assert json.loads(body), "the answer is worth looking at"


def test_a_second_start_has_the_same_credentials(start):
    first = start()
    first.stop()
    second = start()

    assert second.announcement["client_id"] == first.announcement["client_id"]
    assert second.announcement["client_secret"] == first.announcement["client_secret"]
    kept = second.data_dir / "sandbox.json"
    assert json.loads(kept.read_text()) == {
        "client_id": first.announcement["client_id"],
        "client_secret": first.announcement["client_secret"],
    }
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert second.get(second.ehrs[0] + "/care-units")


def test_the_line_of_json(sandbox):
    said = sandbox.announcement

    assert list(said) == ["api", "docs", "client_id", "client_secret", "ehrs"]
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/api", said["api"])
    assert said["docs"] == sandbox.origin + "/docs"
    assert {"cliniko", "mock"} <= set(said["ehrs"])
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/v1", said["ehrs"]["cliniko"]["native"])
    assert re.fullmatch(r"\S+-au1", said["ehrs"]["cliniko"]["credentials"]["api_key"])
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", said["ehrs"]["mock"]["native"])


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/api/openapi.json", "/docs"])
def test_what_needs_no_credentials(sandbox, path):
    assert requests.get(sandbox.origin + path, timeout=10).status_code == 200


def test_the_docs_load_nothing_from_elsewhere(sandbox):
    page = requests.get(sandbox.announcement["docs"], timeout=10)
    parts = re.findall(r"""(?:src|href)=["']([^"']+)["']""", page.text)

    assert parts
    for part in parts:
        url = urljoin(page.url, part)
        assert url.startswith(sandbox.origin), part
        assert requests.get(url, timeout=10).status_code == 200, part


def test_sigterm_lets_a_slow_request_finish(start, ehr):
    sandbox = start("--only", ehr)
    sandbox.faults(ehr, latency_ms=1500)
    answers = []
    client = threading.Thread(target=lambda: answers.append(sandbox.call("GET", f"{ehr}/care-units")))

    client.start()
    time.sleep(0.5)
    sandbox.terminate()
    client.join()

    assert [answer.status_code for answer in answers] == [200]
    code, rest = sandbox.wait()
    assert (code, rest) == (0, ""), sandbox.logs()


def test_the_auditors_view(sandbox, ehr):
    state = sandbox.look(ehr, "state")

    assert set(state) == {"appointments", "patients", "notes", "documents"}
    assert state["patients"] > 0
    assert state["appointments"]
    for appointment in state["appointments"]:
        assert set(appointment) == {
            "id",
            "care_unit_id",
            "resource_id",
            "service_id",
            "patient_id",
            "start",
            "end",
            "live",
        }
        assert appointment["start"].endswith("Z") and appointment["end"].endswith("Z")
        assert isinstance(appointment["live"], bool)


def test_calls_are_counted_and_reset(sandbox, ehr):
    sandbox.reset(ehr)
    assert sandbox.look(ehr, "calls") == {}

    sandbox.get(f"{ehr}/care-units", headers={"Cache-Control": "no-cache"})

    calls = sandbox.look(ehr, "calls")
    assert calls and all(isinstance(count, int) and count > 0 for count in calls.values())
    assert not [call for call in calls if "_sandbox" in call]


def test_faults_are_merged_and_reset(sandbox, ehr):
    sandbox.faults(ehr, latency_ms=1)
    both = sandbox.faults(ehr, error_rate=0.5, seed=7)
    assert (both["latency_ms"], both["error_rate"], both["seed"]) == (1, 0.5, 7)

    refused = requests.post(f"{sandbox.native(ehr)}/_sandbox/faults", json={"latency": 1}, timeout=10)
    assert refused.status_code == 400

    sandbox.reset(ehr)
    after = sandbox.faults(ehr)
    assert (after["latency_ms"], after["error_rate"]) == (0, 0)


def test_reset_restores_the_seed(sandbox, ehr):
    sandbox.reset(ehr)
    before = sandbox.look(ehr, "state")
    care_unit = sandbox.get(f"{ehr}/care-units")[0]["id"]
    patient = person(sandbox, ehr, 800, emails=["reset.me@example.com"])
    created = sandbox.call("POST", f"{ehr}/care-units/{care_unit}/patients", json=patient)
    assert created.status_code == 201, created.text
    assert sandbox.look(ehr, "state")["patients"] == before["patients"] + 1

    sandbox.reset(ehr)

    assert sandbox.look(ehr, "state") == before


def test_native_only(start):
    natives = start("--native-only")

    assert set(natives.announcement) == {"ehrs"}
    assert {"cliniko", "mock"} <= set(natives.ehrs)
    for ehr in natives.ehrs:
        assert natives.look(ehr, "calls") == {}
    cliniko = natives.announcement["ehrs"]["cliniko"]
    answer = requests.get(
        cliniko["native"] + "/businesses",
        auth=(cliniko["credentials"]["api_key"], ""),
        headers={"User-Agent": "e2e (e2e@example.com)"},
        timeout=10,
    )
    assert answer.status_code == 200
    assert len(answer.json()["businesses"]) == 2
    assert not natives.data_dir.exists()


def test_only(start):
    assert start("--only", "mock").ehrs == ["mock"]


def test_what_cannot_be_is_one_line_and_a_code(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        (tmp_path / "file").touch()
        for arguments in (
            ("--listen", f"127.0.0.1:{port}", "--data-dir", tmp_path / "a"),
            ("--listen", "127.0.0.1:0", "--data-dir", tmp_path / "file" / "b"),
            ("--no-such-flag",),
            ("--only", "medicare"),
        ):
            ran = subprocess.run(command(*arguments), capture_output=True, text=True, timeout=READY_WITHIN)

            assert ran.returncode not in (0, None), arguments
            assert ran.stdout == "", arguments
            complaints = [line for line in ran.stderr.splitlines() if line.startswith("vardbro: ")]
            assert len(complaints) == 1, ran.stderr
            assert "panicked" not in ran.stderr
