"""The README's five-minute walk works when pasted, for every EHR."""

import json
import os
import re
import subprocess

import pytest

from vardbro import ROOT

MARKER = "The next block is run by e2e/test_readme.py"


def walk():
    text = (ROOT / "README.md").read_text()
    block = re.search(re.escape(MARKER) + r"[^\n]*\n+```bash\n(.*?)\n```\n", text, re.DOTALL)
    assert block, "the README has no such block"
    return block[1]


def can_walk(sandbox, ehr):
    operations = sandbox.get(ehr)["capabilities"]["operations"]
    return operations["move_appointment"]["supported"] and operations["create_document"]["supported"]


def test_the_walk(start, ehr):
    sandbox = start()
    if not can_walk(sandbox, ehr):
        pytest.skip("this EHR cannot do all that the walk does")
    script = walk().replace("emrs/cliniko", f"emrs/{ehr}")
    assert f"emrs/{ehr}" in script

    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        env={**os.environ, "API": sandbox.api, "DATA_DIR": str(sandbox.data_dir)},
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert ran.returncode == 0, ran.stderr + ran.stdout
    moved, note, document, cancelled = map(json.loads, ran.stdout.splitlines())
    assert moved["status"] == "booked" and moved["start"] < moved["end"]
    assert note["status"] in ("draft", "unsigned")
    assert note["content"] == {"status": "Feels well.", "plan": "See again in a month."}
    filing = sandbox.get(ehr)["capabilities"]["operations"]
    titled = "title" not in filing["create_document"]["fields_not_stored"]
    assert document["title"] == ("Letter" if titled else None)
    told = [len("%PDF-1.4 Hello Ada")] if filing["list_documents"]["supported"] else [len("%PDF-1.4 Hello Ada"), None]
    assert document["size_bytes"] in told
    assert cancelled["status"] == "cancelled"

    audit = sandbox.look(ehr, "state")
    sandbox.reset(ehr)
    before = sandbox.look(ehr, "state")
    assert audit["patients"] == before["patients"] + 1
    assert audit["notes"] == before["notes"] + 1
    assert audit["documents"] == before["documents"] + 1
    live = [sum(appointment["live"] for appointment in state["appointments"]) for state in (audit, before)]
    assert live[0] == live[1], "the walk leaves no booking behind"
