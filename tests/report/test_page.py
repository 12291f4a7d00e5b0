"""The page in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from bartizan.report.content import ReportInput
from bartizan.report.html import write_html
from report.sample import report

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not shutil.which("chromedriver"), reason="no chromedriver on this machine"),
]

Browser = webdriver.Chrome


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for each in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
        "--disable-background-networking", "--disable-component-update", "--window-size=1200,900",
        f"--user-data-dir={tmp_path_factory.mktemp('chromium')}",
    ):  # fmt: skip
        options.add_argument(each)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(executable_path=shutil.which("chromedriver"))
    with webdriver.Chrome(options=options, service=service) as driver:
        yield driver


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Callable[[ReportInput], Browser]:
    def open_page(given: ReportInput) -> Browser:
        path = tmp_path / "report.html"
        with path.open("w", encoding="utf-8") as stream:
            write_html(given, stream)
        browser.get(path.as_uri())
        return browser

    return open_page


def rows(page: Browser) -> list[str]:
    return [each.text for each in page.find_elements(By.CSS_SELECTOR, ".finding > summary")]


def test_it_opens_without_complaint_and_hostile_names_are_text(opened) -> None:
    page = opened(report())
    assert [each for each in page.get_log("browser") if each["level"] in {"SEVERE", "WARNING"}] == []
    assert page.title == "Bartizan: AWS account 111122223333"
    assert not page.find_elements(By.TAG_NAME, "img")
    assert any("<img src=x" in text for text in rows(page))
    assert (
        page.execute_script(
            "return performance.getEntriesByType('resource').filter(e => !e.name.startsWith('data:')).length"
        )
        == 0
    )


def test_search_and_filters_narrow_and_are_kept_in_the_address(opened) -> None:
    page = opened(report())
    everything = len(rows(page))
    page.find_element(By.ID, "search").send_keys("jobs-1")
    assert 0 < len(rows(page)) < everything
    assert all("jobs-1" in text for text in rows(page))
    page.find_element(By.CSS_SELECTOR, "#severity option[value=medium]").click()
    assert all("medium" in text for text in rows(page))
    assert "search=jobs-1" in page.current_url
    assert "severity=medium" in page.current_url
    kept = len(rows(page))
    page.refresh()
    assert len(rows(page)) == kept


def test_skipping_to_the_findings_keeps_the_filters(opened) -> None:
    page = opened(report())
    page.find_element(By.CSS_SELECTOR, "#severity option[value=medium]").click()
    kept = rows(page)
    page.execute_script("document.querySelector('.skip').click()")
    page.execute_async_script("setTimeout(arguments[0], 50)")
    assert rows(page) == kept
    assert "severity=medium" in page.current_url


def test_unknown_and_passed_verdicts_can_be_listed(opened) -> None:
    page = opened(report())
    page.find_element(By.CSS_SELECTOR, "#status option[value=unknown]").click()
    assert rows(page)
    assert all(text.startswith("unknown") for text in rows(page))
    page.find_element(By.CSS_SELECTOR, "#status option[value=pass]").click()
    assert rows(page)


def test_a_keyboard_is_enough(opened) -> None:
    page = opened(report())
    keys = ActionChains(page)
    keys.send_keys("/").perform()
    assert page.switch_to.active_element.get_attribute("id") == "search"
    page.switch_to.active_element.send_keys(Keys.ESCAPE)
    keys.send_keys("j").perform()
    keys.send_keys("j").perform()
    second = page.switch_to.active_element
    assert second.text == rows(page)[1]
    second.send_keys(Keys.ENTER)
    detail = page.find_element(By.CSS_SELECTOR, ".finding[open] .body").text
    for part in ("Why it matters", "How to fix", "Resource", "Evidence", "https://"):
        assert part in detail
    page.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert not page.find_elements(By.CSS_SELECTOR, ".finding[open]")


def test_it_has_a_dark_and_a_light_side(opened) -> None:
    page = opened(report())
    colour = "return getComputedStyle(document.body).backgroundColor"
    before = page.execute_script(colour)
    page.find_element(By.ID, "theme").click()
    assert page.execute_script(colour) != before


def test_ten_thousand_findings_open_at_once_and_are_drawn_in_parts(opened) -> None:
    page = opened(report(5000, hostile=False))
    assert len(rows(page)) == 200
    assert "10,000 shown" in page.find_element(By.ID, "count").text
    ready = page.execute_script(
        "return performance.timing.domContentLoadedEventEnd - performance.timing.navigationStart"
    )
    assert ready < 5000, "a bound for sanity; it takes well under a second"
    page.execute_script("document.getElementById('more').click()")
    assert len(rows(page)) == 400
