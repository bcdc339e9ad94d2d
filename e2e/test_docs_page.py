"""The docs page in a real browser: it needs nothing from elsewhere, and it can send calls."""

import shutil

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="skipped: playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture
def page():
    if not CHROMIUM:
        pytest.skip("skipped: chromium is not installed")
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run"]
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=quiet)
        yield browser.new_page()
        browser.close()


def test_the_docs_page_sends_calls_and_loads_nothing_from_elsewhere(sandbox, page):
    origin = sandbox.announcement["docs"].removesuffix("/docs")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(sandbox.announcement["docs"])

    page.click("button.authorize")
    page.fill("#auth-basic-username", sandbox.announcement["client_id"])
    page.fill("#auth-basic-password", sandbox.announcement["client_secret"])
    page.locator(".auth-container", has_text="basic").last.get_by_role("button", name="Apply credentials").click()
    page.locator(".btn-done").last.click()
    page.locator("#operations-EHRs-list_emrs button.opblock-summary-control").click()
    page.locator("#operations-EHRs-list_emrs button.execute").click()

    answer = page.locator("#operations-EHRs-list_emrs .live-responses-table .response-col_status").nth(1)
    playwright.expect(answer).to_contain_text("200")
    assert f"{origin}/api/emrs" in asked
    assert all(url.startswith((origin, "data:")) for url in asked), asked
