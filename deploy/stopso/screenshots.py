"""Takes the pictures in docs/images from the demonstration that runs here."""

from pathlib import Path

from playwright.sync_api import Page, ViewportSize, sync_playwright

from deploy.stopso.demo_people import PASSWORD
from deploy.stopso.places import ROOT
from deploy.stopso.problems import CannotRun
from deploy.stopso.running_state import is_running, read_state

CHROMIUM = "/usr/bin/chromium-headless-shell"
FOLDER = ROOT / "docs" / "images"
WIDE, NARROW = ViewportSize(width=1280, height=800), ViewportSize(width=320, height=640)


def take(folder: Path = FOLDER) -> list[Path]:
    """Take every picture; gives the files. The demonstration must run, with its demo data."""
    state = read_state()
    if state is None or not is_running():
        msg = "nothing runs from this folder; start it with `make up`, then take the pictures"
        raise CannotRun(msg)
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport=NARROW)
        page.goto(state.address("intake"))
        taken = [_picture(page, folder / "start.png")]
        page.set_viewport_size(WIDE)
        page.goto(f"{state.address('notifications')}/sign-in")
        page.locator("#name").fill("ada")
        page.locator("#password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.goto(f"{state.address('notifications')}/board")
        page.locator("#live[data-state='live']").wait_for(timeout=10_000)
        taken.append(_picture(page, folder / "board.png"))
        page.goto(f"{state.address('matching')}/matches")
        page.locator("main tbody a").first.click()
        taken.append(_picture(page, folder / "match.png"))
        page.goto(f"{state.address('funding')}/funds")
        taken.append(_picture(page, folder / "funds.png"))
        browser.close()
    return taken


def _picture(page: Page, path: Path) -> Path:
    page.wait_for_load_state("load")
    page.screenshot(path=path)
    return path


if __name__ == "__main__":
    for picture in take():
        print(picture.relative_to(ROOT))  # noqa: T201 - says what it did
