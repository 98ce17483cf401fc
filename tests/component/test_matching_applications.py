"""From an application to the register: everything that applicants, referees and registrars may do at the pages."""

from tests.component.applications import NEEDED, Office, sends
from tests.component.matching import Matching, matching_service

__all__ = ["matching_service"]


async def test_an_application_with_documents_and_references_ends_in_the_register(matching: Matching) -> None:
    office = Office.of(matching)
    page = await office.completes()
    registrar = await office.registrar()
    assert await office.states() == ["under-review"]
    refused = await sends(registrar, f"{page}/approve", page, {})
    assert refused.status_code == 409
    assert "7 of 7 steps are not ticked yet" in refused.text
    for step in (*NEEDED, "references", "interview"):
        answer = await sends(registrar, f"{page}/steps", page, {"step": step, "note": f"seen {step}"})
        assert answer.status_code == 303, answer.text
    answer = await sends(registrar, f"{page}/approve", page, {"words_to_them": "Welcome."})
    assert answer.status_code == 303, answer.text

    assert await office.states() == ["approved"]
    assert len(await office.letters("application-decided")) == 1
    shown = (await registrar.reads(page)).text
    assert "Ticked by Robin Example" in shown
    found = (await registrar.sends("/therapists", "/therapists", q="ida")).text
    assert "Ida Applegate" in found
    assert "Approved" in found
