"""A stock SOAP client, which knows nothing but the WSDL, books through TakeCare's sandbox."""

from datetime import datetime, timedelta
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest
import zeep

from vardbro import Vardbro


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    with Vardbro(tmp_path_factory.mktemp("sandbox"), "--native-only", "--only", "takecare") as running:
        yield running


class Booking:
    """The Booking service's operations, each with the message inside."""

    def __init__(self, announced, port):
        client = zeep.Client(f"{announced['native']}?wsdl")
        self.service = client.bind("Booking", port)
        self.credentials = announced["credentials"]

    def ask(self, operation, **children):
        now = datetime.now().strftime("%Y%m%d%H%M%S")
        inside = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in children.items())
        message = (
            f'<ProfdocHISMessage MsgType="Request" Time="{now}"'
            f' InvokingSystem="{self.credentials["invokingsystem"]}">{inside}</ProfdocHISMessage>'
        )
        answer = self.service[operation](
            tcusername="",
            tcpassword="",
            externaluser=self.credentials["externaluser"],
            careunitidtype="takecareid",
            careunitid="10",
            xml=message,
        )
        return ElementTree.fromstring(answer)


UNIT = {"CareUnitIdType": "takecareid", "CareUnitId": "10"}


@pytest.mark.parametrize("port", ["BookingSoap", "BookingSoap12"])
def test_a_stock_soap_client_books(sandbox, port):
    booking = Booking(sandbox.announcement["ehrs"]["takecare"], port)
    today = datetime.now()
    window = {
        "StartDate": (today + timedelta(days=1)).strftime("%Y%m%d"),
        "EndDate": (today + timedelta(days=14)).strftime("%Y%m%d"),
    }

    types = booking.ask("GetTimeTypes", **UNIT, TimeTypeRequest="Web")
    assert "6" in [found.text for found in types.iter("TimeTypeId")]
    dates = booking.ask("GetAvailableDates", **UNIT, **window, TimeTypeId=6)
    assert list(dates.iter("Date"))
    slots = booking.ask("GetAvailableTimeslots", **UNIT, **window, TimeTypeId=6, ResourceId=991890000019)
    first, second = ({child.tag: child.text for child in slot} for slot in list(slots.iter("Timeslot"))[:2])

    def details(slot):
        return {name: slot[name] for name in ("StartTime", "EndTime", "TimeTypeId", "ResourceId")} | {
            "PatientId": "197110021834",
            "PatientReason": "Hosta & feber",
        }

    made = booking.ask("MakeBooking", **UNIT, **details(first))
    assert made.get("MsgType") == "Response"
    made = made.find("BookingConfirmation")
    assert made.find("PatientReason").text == "Hosta & feber"
    taken = booking.ask("MakeBooking", **UNIT, **details(first))
    assert taken.get("MsgType") == "Error" and taken.find("Error/Msg").text

    booking_id = made.find("BookingId").text
    moved = booking.ask("RescheduleBooking", BookingId=booking_id, **UNIT, **details(second))
    new_id = moved.find("BookingConfirmation/BookingId").text
    assert new_id != booking_id

    found = booking.ask("GetBookings", PatientId="197110021834", **UNIT)
    ids = [one.text for one in found.iter("BookingId")]
    assert new_id in ids and booking_id not in ids

    gone = booking.ask("CancelBooking", BookingId=new_id, PatientReason="")
    assert gone.find("BookingStatus/Status").text == "CANCELLED"
