"""The program under test, as a process."""

import json
import os
import select
import signal
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import requests

ROOT = Path(__file__).resolve().parent.parent
BINARY = Path(os.environ.get("VARDBRO", ROOT / "target/release/vardbro"))

READY_WITHIN = 30
STOPPED_WITHIN = 40


def command(*arguments):
    return [str(BINARY), "sandbox", *map(str, arguments)]


class Vardbro:
    """`vardbro sandbox` with any free ports, its data and logs in `directory`."""

    def __init__(self, directory, *arguments, json_line=True, env=None):
        self.data_dir = Path(directory) / "data"
        self.log_file = Path(directory) / "stderr.log"
        arguments = ("--listen", "127.0.0.1:0", "--data-dir", self.data_dir, *arguments)
        if json_line:
            arguments = ("--json", *arguments)
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(
                command(*arguments),
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, **(env or {})},
            )
        try:
            self.announcement = json.loads(self.read_line()) if json_line else None
        except BaseException:
            self.process.kill()
            self.process.wait()
            raise

    def read_line(self):
        """The next line of its standard output; fails when none comes."""
        out = self.process.stdout
        line = b""
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([out], [], [], READY_WITHIN)
            byte = os.read(out.fileno(), 1) if ready else b""
            assert byte, f"said only {line!r}; its log:\n{self.logs()}"
            line += byte
        return line.decode()

    def logs(self):
        return self.log_file.read_text(errors="replace")

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def wait(self):
        """Its exit code, and what it still had to say."""
        rest, _ = self.process.communicate(timeout=STOPPED_WITHIN)
        return self.process.returncode, rest.decode()

    def stop(self):
        """Ends it as a supervisor would: it must exit with 0 and must have said nothing more."""
        if self.process.poll() is None:
            self.terminate()
        try:
            code, rest = self.wait()
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        assert code == 0, f"exit code {code}; its log:\n{self.logs()}"
        if self.announcement is not None:
            assert rest == "", "more than one line on standard output"

    def __enter__(self):
        return self

    def __exit__(self, failed, *_):
        if failed is None:
            self.stop()
        else:
            self.process.kill()
            self.process.communicate()

    # What it announced.

    @property
    def api(self):
        return self.announcement["api"]

    @property
    def origin(self):
        return self.api.removesuffix("/api")

    @property
    def ehrs(self):
        return list(self.announcement["ehrs"])

    @property
    def credentials(self):
        return self.announcement["client_id"], self.announcement["client_secret"]

    def native(self, ehr):
        """The origin of the EHR's own sandbox."""
        url = urlsplit(self.announcement["ehrs"][ehr]["native"])
        return f"{url.scheme}://{url.netloc}"

    def look(self, ehr, what):
        """GET /_sandbox/{what}."""
        answer = requests.get(f"{self.native(ehr)}/_sandbox/{what}", timeout=10)
        answer.raise_for_status()
        return answer.json()

    def faults(self, ehr, **switches):
        answer = requests.post(f"{self.native(ehr)}/_sandbox/faults", json=switches, timeout=10)
        answer.raise_for_status()
        return answer.json()

    def reset(self, ehr):
        requests.post(f"{self.native(ehr)}/_sandbox/reset", timeout=10).raise_for_status()

    def lift_quota(self):
        for ehr in self.ehrs:
            self.faults(ehr, rate_limit_per_minute=1_000_000)

    def call(self, method, path, **options):
        """A call of the API, `path` after `/api/emrs/`."""
        options.setdefault("timeout", 60)
        return requests.request(method, f"{self.api}/emrs/{path}", auth=self.credentials, **options)

    def get(self, path, **options):
        """The JSON of a call that must succeed."""
        answer = self.call("GET", path, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()
