"""Runs schemathesis over the API of a sandbox of its own; exits with schemathesis' code.

Further arguments go to `schemathesis run`. What it checks and how long stands in schemathesis.toml, which works without this
script as well: `schemathesis run API/openapi.json -H 'x-leyr-client-id: …' -H 'x-leyr-client-secret: …'`.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from vardbro import ROOT, Vardbro

HOOKS = Path(__file__).resolve().with_name("schemathesis_hooks.py")


def main(arguments):
    with tempfile.TemporaryDirectory() as directory, Vardbro(directory) as sandbox:
        sandbox.lift_quota()
        client_id, client_secret = sandbox.credentials
        environment = {
            "SCHEMATHESIS_HOOKS": str(HOOKS),
            "VARDBRO_API": sandbox.api,
            "VARDBRO_CLIENT_ID": client_id,
            "VARDBRO_CLIENT_SECRET": client_secret,
        }
        ran = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "run", f"{sandbox.api}/openapi.json"),
                *("-H", f"x-leyr-client-id: {client_id}", "-H", f"x-leyr-client-secret: {client_secret}"),
                *arguments,
            ],
            cwd=ROOT,
            env=os.environ | environment,
        )
        if ran.returncode != 0:
            told = [line for line in sandbox.logs().splitlines() if "ERROR" in line or "panicked" in line]
            print("The sandbox's log:", *told[:20], sep="\n", file=sys.stderr)
    return ran.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
