"""How a page is looked at: by axe, for its width on a telephone and on a desk, and as a picture where one is wanted."""

import os
from pathlib import Path

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

PICTURES = "STOPSO_SCREENSHOTS"
WIDTHS = (320, 1280)
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_AXE = Axe()


async def findings(page: Page, *more_tags: str) -> str:
    """What axe objects to, in words; empty when it finds nothing. It is told not to list all that is well."""
    found = await _AXE.run(page, options={"runOnly": [*_TAGS, *more_tags], "resultTypes": ["violations"]})
    return str(found.generate_report()) if found.violations_count else ""


async def look(page: Page, name: str) -> None:
    """Whatever state the page is in: nothing axe objects to, nothing wider than the screen, one main heading.

    Pictures go to the folder that `STOPSO_SCREENSHOTS` names. The page keeps its size.
    """
    await page.wait_for_load_state("load")
    size = page.viewport_size
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 800})
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is wider than {width}"
        if folder := os.environ.get(PICTURES):
            await page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
    assert (found := await findings(page)) == "", f"{name}: {found}"
    assert await page.locator("h1:visible").count() == 1, name
    if size is not None:
        await page.set_viewport_size(size)
