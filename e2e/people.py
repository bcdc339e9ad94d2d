"""People who do not exist, as each EHR wants to know them."""

SWEDISH_ONLY = ["se_personal_number"]


def swedish_number(number):
    """A Swedish personal number of those that are set aside for tests: the birth number is 980 or 981."""
    day, month, year = 1 + number // 2 % 28, 1 + number // 56 % 12, 1960 + number // 672 % 30
    digits = f"{year}{month:02}{day:02}98{number % 2}"
    products = [int(digit) * weight for digit, weight in zip(digits[2:], [2, 1] * 5)]
    check = -sum(product // 10 + product % 10 for product in products) % 10
    return f"{digits}{check}"


def person(sandbox, ehr, number, **fields):
    """The body that creates somebody. Where patients go by their Swedish number they have one, and were born as it says."""
    if sandbox.get(ehr)["capabilities"]["external_id_types"] == SWEDISH_ONLY:
        swedish = swedish_number(number)
        born = f"{swedish[:4]}-{swedish[4:6]}-{swedish[6:8]}"
        fields = {**fields, "external_id": swedish, "date_of_birth": born}
    return {"first_name": "Exempel", "last_name": f"Person{number}", **fields}
