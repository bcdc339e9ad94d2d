import functools
import tempfile

import pytest

from vardbro import Vardbro


@functools.cache
def ehrs():
    """The code of every EHR that the program has."""
    with tempfile.TemporaryDirectory() as directory, Vardbro(directory, "--native-only") as natives:
        return natives.ehrs


def pytest_generate_tests(metafunc):
    if "ehr" in metafunc.fixturenames:
        metafunc.parametrize("ehr", ehrs())


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    """One for all tests of a file, which together ask more of the EHRs in a minute than one client may."""
    with Vardbro(tmp_path_factory.mktemp("sandbox")) as running:
        running.lift_quota()
        yield running


@pytest.fixture
def start(tmp_path):
    """Starts further ones, which end with the test."""
    started = []

    def start(*arguments, **options):
        running = Vardbro(tmp_path, *arguments, **options)
        started.append(running)
        return running

    yield start
    for running in started:
        running.stop()
