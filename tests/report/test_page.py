"""The page in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.common.exceptions import JavascriptException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from bartizan.report.content import ReportInput
from bartizan.report.html import write_html
from report.sample import HOSTILE, crowded, judged, many, report

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


def rules(page: Browser) -> list[str]:
    return [each.text for each in page.find_elements(By.CSS_SELECTOR, ".rule > summary")]


def names(page: Browser) -> list[str]:
    """The resources under the rules that are open."""
    return [each.text for each in page.find_elements(By.CSS_SELECTOR, ".thing .name")]


def open_rules(page: Browser) -> None:
    closed = page.find_elements(By.CSS_SELECTOR, ".rule:not([open]) > summary")
    for each in closed:
        each.click()
    WebDriverWait(page, 5).until(
        lambda _: (
            len(page.find_elements(By.CSS_SELECTOR, ".rule > .body"))
            == len(page.find_elements(By.CSS_SELECTOR, ".rule"))
        )
    )


def choose(page: Browser, control: str, value: str) -> None:
    page.find_element(By.CSS_SELECTOR, f"#{control} option[value='{value}']").click()


def test_it_opens_without_complaint_and_loads_nothing(opened) -> None:
    page = opened(report())
    open_rules(page)
    assert [each for each in page.get_log("browser") if each["level"] in {"SEVERE", "WARNING"}] == []
    assert page.title == "Bartizan: AWS account 111122223333"
    loaded = "return performance.getEntriesByType('resource').filter(e => !e.name.startsWith('data:')).length"
    assert page.execute_script(loaded) == 0


def test_hostile_names_are_text_and_reorder_nothing(opened) -> None:
    page = opened(report())
    open_rules(page)
    shown = set(names(page))
    assert {HOSTILE[0], HOSTILE[1], HOSTILE[2], HOSTILE[4]} <= shown
    assert {r"\x1b[2J\x1b]0;owned\x07", r"\x202egnp.exe", r"-- \x2028 line"} <= shown
    for each in page.find_elements(By.CSS_SELECTOR, ".thing > summary"):
        page.execute_script("arguments[0].click()", each)
    page.find_element(By.CSS_SELECTOR, "#unseen > summary").click()
    body = page.execute_script("return document.body.innerText + document.title")
    assert not set(body) & set("\x1b\x07\u202e\u2028")
    assert r"\x202e\x1b[31m<i>no</i>" in body
    assert not page.find_elements(By.TAG_NAME, "img")
    assert len(page.find_elements(By.TAG_NAME, "script")) == 2
    assert page.title == "Bartizan: AWS account 111122223333"


def test_the_policy_stops_what_is_not_the_pages_own(opened) -> None:
    page = opened(report())
    page.execute_script(
        "const style = document.createElement('style'); style.textContent = 'body { outline: 9px solid }';"
        "document.head.append(style)"
    )
    assert page.execute_script("return getComputedStyle(document.body).outlineWidth") != "9px"
    with pytest.raises(JavascriptException, match="TrustedHTML"):
        page.execute_script("document.body.innerHTML = '<p>markup</p>'")


def test_a_rule_stands_once_with_what_it_says_above_what_it_found(opened) -> None:
    page = opened(report())
    assert [each.split("\n")[0] for each in rules(page)] == ["medium", "low", "unknown"], "the worst first"
    assert "10 of 11 resources" in rules(page)[0]
    open_rules(page)
    first = page.find_element(By.CSS_SELECTOR, ".rule")
    about = first.find_element(By.CSS_SELECTOR, ".about").text
    for part in ("Why it matters", "How to fix", "Automatic fix", "References", "docs.aws.amazon.com"):
        assert about.count(part) == 1
    things = first.find_elements(By.CSS_SELECTOR, ".thing")
    assert len(things) == 11
    assert things[-1].text.endswith("unknown · 111122223333 · eu-west-1"), "what is unknown comes after the failures"
    for each in (things[0], things[-1]):
        page.execute_script("arguments[0].open = true", each)
    WebDriverWait(page, 5).until(lambda _: len(page.find_elements(By.CSS_SELECTOR, ".detail")) == 2)
    detail = things[0].find_element(By.CSS_SELECTOR, ".detail").text
    for part in (
        "neither SSE-SQS nor a KMS key is set",
        "arn:aws:sqs:eu-west-1:111122223333:",
        '"kms_master_key_id": null',
    ):
        assert part in detail
    assert "Missing permission\nsqs:GetQueueAttributes" in things[-1].text


def test_a_fix_as_code_keeps_its_lines_and_nothing_else_that_is_not_text(opened) -> None:
    code = 'resource "aws_sqs_queue" "jobs" {\n  name = "<b>\u202e\x1b"\n}'
    page = opened(replace(report(), code={"sqs.unencrypted-queue": {"terraform": code}}))
    open_rules(page)
    (shown,) = page.find_elements(By.CSS_SELECTOR, "pre.code")
    assert shown.text == 'resource "aws_sqs_queue" "jobs" {\n  name = "<b>\\x202e\\x1b"\n}'
    assert "As Terraform" in page.find_element(By.CSS_SELECTOR, ".about").text


def test_search_and_filters_narrow_and_are_kept_in_the_address(opened) -> None:
    page = opened(report())
    page.find_element(By.ID, "search").send_keys("jobs-1")
    assert len(rules(page)) == 2
    open_rules(page)
    assert set(names(page)) == {"jobs-1"}
    choose(page, "severity", "medium")
    assert names(page) == ["jobs-1"], "the rules that are open stay open"
    assert "search=jobs-1" in page.current_url
    assert "severity=medium" in page.current_url
    page.refresh()
    assert page.find_element(By.ID, "search").get_property("value") == "jobs-1"
    assert len(rules(page)) == 1
    page.find_element(By.ID, "clear").click()
    assert len(rules(page)) == 3
    assert "#" not in page.current_url
    page.find_element(By.ID, "search").send_keys("there is no such thing")
    assert page.find_element(By.ID, "nothing").text == "Nothing fits these filters."


def test_an_address_that_names_what_is_not_there_shows_everything(opened, browser: Browser, tmp_path: Path) -> None:
    opened(report())
    browser.get("about:blank")
    browser.get((tmp_path / "report.html").as_uri() + "#severity=<b>&region=mars&strange=1")
    assert len(rules(browser)) == 3
    assert browser.find_element(By.ID, "clear").is_displayed() is False


@pytest.mark.parametrize(("control", "value"), [("account", "444455556666"), ("region", "us-east-1")])
def test_accounts_and_regions_can_be_told_apart(opened, control: str, value: str) -> None:
    page = opened(report())
    choose(page, control, value)
    open_rules(page)
    assert names(page) == ["elsewhere"]
    assert f"{control}={value}" in page.current_url


def test_every_status_can_be_listed(opened) -> None:
    page = opened(report())
    choose(page, "status", "unknown")
    open_rules(page)
    assert set(names(page)) == {"hidden"}
    choose(page, "status", "pass")
    assert {each.split("\n")[0] for each in rules(page)} == {"passed"}
    choose(page, "status", "fail")
    assert "hidden" not in names(page)


def test_the_posture_leads_to_its_findings(opened) -> None:
    page = opened(report())
    page.find_element(By.CSS_SELECTOR, ".tile.low").click()
    assert [each.split("\n")[0] for each in rules(page)] == ["low"]
    assert page.switch_to.active_element.get_attribute("id") == "findings"
    page.find_element(By.CSS_SELECTOR, "tbody a").click()
    assert "#service=sqs" in page.current_url
    assert len(rules(page)) == 3


def test_a_framework_opens_and_its_controls_lead_to_their_findings(opened, browser: Browser) -> None:
    browser.get_log("browser")  # what the pages before have left
    page = opened(judged(report()))
    section = page.find_element(By.CSS_SELECTOR, ".framework")
    assert "Own <i>standard</i> 1: 4 controls, 1 fail, 1 unknown" in section.text
    assert not section.find_element(By.TAG_NAME, "h3").is_displayed()
    section.find_element(By.TAG_NAME, "summary").click()
    controls = [each.text for each in section.find_elements(By.TAG_NAME, "h3")]
    assert controls[0] == "1.1 Queues are encrypted fail"
    assert controls[2] == "2 Doors <b>are</b> locked manual"
    section.find_element(By.LINK_TEXT, "sqs.unencrypted-queue").click()
    assert "search=sqs.unencrypted-queue" in page.current_url
    assert len(rules(page)) == 1
    assert "10 resources" in rules(page)[0]
    assert [each for each in page.get_log("browser") if each["level"] in {"SEVERE", "WARNING"}] == []


def test_skipping_to_the_findings_keeps_the_filters(opened) -> None:
    page = opened(report())
    choose(page, "severity", "medium")
    kept = rules(page)
    page.refresh()
    page.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    assert page.switch_to.active_element.get_attribute("class") == "skip"
    page.switch_to.active_element.send_keys(Keys.ENTER)
    assert page.switch_to.active_element.get_attribute("id") == "findings"
    assert rules(page) == kept
    assert "severity=medium" in page.current_url


def test_gaps_are_grouped_and_a_service_that_a_region_lacks_is_no_failure(opened) -> None:
    page = opened(report())
    unseen = page.find_element(By.ID, "unseen")
    assert "7 failed listings and 2 unknown verdicts" in unseen.text
    unseen.find_element(By.TAG_NAME, "summary").click()
    items = [each.text for each in unseen.find_elements(By.TAG_NAME, "li")]
    assert len(items) == 3
    assert "sns:ListTopics access denied" in items[0]
    assert "6 listings in ap-south-1, eu-north-1, eu-west-1, sa-east-1, us-east-1, us-west-2" in items[0]
    assert not any("lambda" in each for each in items)
    lacking = page.find_element(By.ID, "lacking")
    lacking.find_element(By.TAG_NAME, "summary").click()
    assert "lambda\neu-west-1, sa-east-1" in lacking.text


def test_a_keyboard_is_enough(opened) -> None:
    page = opened(report())
    keys = ActionChains(page)
    keys.send_keys("/").perform()
    search = page.find_element(By.ID, "search")
    assert page.switch_to.active_element == search
    assert page.execute_script("return getComputedStyle(document.activeElement).outlineStyle") == "solid"
    search.send_keys("jobs", Keys.ESCAPE)
    assert search.get_property("value") == "", "the first Escape empties the search, the second leaves it"
    search.send_keys(Keys.ESCAPE)
    keys.send_keys("j").perform()
    keys.send_keys("j").perform()
    second = page.switch_to.active_element
    assert second.text == rules(page)[1]
    second.send_keys(Keys.ENTER)
    WebDriverWait(page, 5).until(lambda _: names(page))
    second.send_keys(Keys.ARROW_DOWN)
    thing = page.switch_to.active_element
    assert thing.find_element(By.CSS_SELECTOR, ".name").text == names(page)[0]
    thing.send_keys(Keys.ARROW_RIGHT)
    WebDriverWait(page, 5).until(lambda _: page.find_elements(By.CSS_SELECTOR, ".thing[open] .detail"))
    thing.send_keys(Keys.ESCAPE)
    assert not page.find_elements(By.CSS_SELECTOR, ".thing[open]")
    page.switch_to.active_element.send_keys(Keys.ARROW_LEFT)
    assert page.switch_to.active_element == second
    assert not page.find_elements(By.CSS_SELECTOR, ".rule[open]")


def test_controls_have_names_and_headings_their_order(opened) -> None:
    page = opened(report())
    open_rules(page)
    for each in page.find_elements(By.CSS_SELECTOR, "input, select, button"):
        if each.is_displayed():
            assert each.accessible_name, each.get_attribute("outerHTML")
    levels = page.execute_script("return [...document.querySelectorAll('h1,h2,h3,h4')].map(e => +e.tagName[1])")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_stands_out_from_its_ground(opened, theme: str) -> None:
    """WCAG 2.2 asks for 4.5 to 1: https://www.w3.org/TR/WCAG22/#contrast-minimum."""
    page = opened(report())
    page.execute_script("document.documentElement.dataset.theme = arguments[0]", theme)
    measure = (
        "const s = getComputedStyle(document.documentElement), hex = (n) => s.getPropertyValue('--' + n).trim();"
        "const lum = (h) => { if (h.length === 4) h = '#' + [...h.slice(1)].map((c) => c + c).join('');"
        "const [r, g, b] = [1, 3, 5].map((i) => parseInt(h.slice(i, i + 2), 16) / 255).map((c) =>"
        "c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };"
        "return Object.fromEntries(arguments[0].flatMap((n) => arguments[1].map((ground) => {"
        "const [a, b] = [lum(hex(n)), lum(hex(ground))].sort((x, y) => y - x);"
        "return [n + ' on ' + ground, (a + .05) / (b + .05)]; })));"
    )
    texts = ["text", "soft", "link", "critical", "high", "medium", "low", "info", "unknown", "passed"]
    ratios = page.execute_script(measure, texts, ["page", "card", "inset"])
    assert len(ratios) == 30
    assert {name: ratio for name, ratio in ratios.items() if ratio < 4.5} == {}


def test_it_has_a_dark_and_a_light_side(opened) -> None:
    page = opened(report())
    colour = "return getComputedStyle(document.body).backgroundColor"
    before, button = page.execute_script(colour), page.find_element(By.ID, "theme")
    said = button.text
    button.click()
    assert page.execute_script(colour) != before
    assert button.text != said


@pytest.mark.parametrize("width", [400, 1280])
def test_nothing_sticks_out_at_the_side(opened, browser: Browser, width: int) -> None:
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    )
    try:
        page = opened(report())
        open_rules(page)
        page.execute_script("document.querySelectorAll('.thing').forEach((each) => { each.open = true; })")
        root = page.find_element(By.TAG_NAME, "html")
        assert root.get_property("scrollWidth") <= root.get_property("clientWidth") <= width
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.parametrize("width", [320, 375, 414, 700])
def test_the_table_of_services_fits_a_telephone(opened, browser: Browser, width: int) -> None:
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    )
    try:
        page = opened(crowded())
        root = page.find_element(By.TAG_NAME, "html")
        assert root.get_property("scrollWidth") <= root.get_property("clientWidth") <= width
        row = page.find_element(By.CSS_SELECTOR, "main table tbody tr")
        assert [each.text for each in row.find_elements(By.TAG_NAME, "td") if each.text] == ["1,200", "1,200", "10,800"]
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_ten_thousand_findings_open_at_once_and_are_filtered_while_typing(opened) -> None:
    page = opened(many(100, 10_000))
    assert page.find_element(By.ID, "count").text == "10,000 findings under 100 rules"
    painted = "return performance.getEntriesByName('first-contentful-paint')[0].startTime"
    assert WebDriverWait(page, 10).until(lambda _: page.execute_script(painted)) < 5000, "a bound for sanity"
    key = (
        "const search = document.getElementById('search'), times = [];"
        "for (const text of ['j', 'jo', 'jobs-4', '', 'rule-07']) {"
        "const start = performance.now(); search.value = text; search.dispatchEvent(new Event('input'));"
        "document.body.offsetHeight; times.push(performance.now() - start); } return times.sort((a, b) => a - b)"
    )
    times = page.execute_script(key)
    assert times[2] < 100, f"the median of {times}"
    assert len(rules(page)) == 10


def test_a_rule_with_many_resources_is_drawn_in_parts(opened) -> None:
    page = opened(report(250, hostile=False))
    open_rules(page)
    first = page.find_element(By.CSS_SELECTOR, ".rule")
    assert len(first.find_elements(By.CSS_SELECTOR, ".thing")) == 100
    more = first.find_element(By.CSS_SELECTOR, ".more")
    assert more.text == "Show more (150 left)"
    more.send_keys(Keys.ENTER)
    assert len(first.find_elements(By.CSS_SELECTOR, ".thing")) == 200
    assert page.switch_to.active_element.find_element(By.CSS_SELECTOR, ".name").text == names(page)[100]
