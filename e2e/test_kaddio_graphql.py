"""A stock GraphQL client reads the schema of Kaddio's sandbox and asks by it."""

import pytest
from gql import Client, gql
from gql.transport.exceptions import TransportQueryError, TransportServerError
from gql.transport.requests import RequestsHTTPTransport

from vardbro import Vardbro


@pytest.fixture(scope="module")
def announced(tmp_path_factory):
    with Vardbro(tmp_path_factory.mktemp("sandbox"), "--native-only", "--only", "kaddio") as running:
        yield running.announcement["ehrs"]["kaddio"]


def client(announced, authorization):
    transport = RequestsHTTPTransport(announced["native"], headers={"Authorization": authorization}, timeout=30)
    return Client(transport=transport, fetch_schema_from_transport=True)


def test_a_stock_client_reads_the_schema_and_asks_by_it(announced):
    question = gql("query ($id: ID!) { organization { name } client(id: $id) { id pnr } hosts { id firstname } }")
    question.variable_values = {"id": "mFdvd5CdhTGeoh7uf"}

    with client(announced, announced["credentials"]["token"]) as session:
        answer = session.execute(question)

    assert answer["client"] == {"id": "mFdvd5CdhTGeoh7uf", "pnr": "191212121212"}
    assert answer["organization"]["name"] and answer["hosts"]


def test_a_mutation_that_breaks_a_rule_is_an_error_beside_the_data(announced):
    again = gql('mutation { createClient(firstname: "Tolvan", pnr: "191212121212") }')

    with client(announced, announced["credentials"]["token"]) as session, pytest.raises(TransportQueryError) as refused:
        session.execute(again)

    assert refused.value.errors[0]["message"]
    assert refused.value.data == {"createClient": None}


def test_the_token_stands_alone(announced):
    bearer = f"Bearer {announced['credentials']['token']}"

    with pytest.raises((TransportQueryError, TransportServerError)):
        with client(announced, bearer) as session:
            session.execute(gql("{ organization { name } }"))
