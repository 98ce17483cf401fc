"""What is asked of applicants and referees, who may move an application, and what becomes of a stranger's file."""

import io
from itertools import product

import pikepdf
import pytest
from PIL import Image

from services.matching.domain.application_answers import entry_of, read_section
from services.matching.domain.applications import APPLICATION_MOVES, APPLICATION_STATES, ApplicationPolicy
from services.matching.domain.references import Statement, statement_from
from services.matching.domain.therapists import Entry
from services.matching.domain.transitions import ActorKind
from services.matching.gateways import rewriting
from services.matching.gateways.rewriting import NotUsable, rewritten
from tests.component.applications import SECTIONS, STATEMENT, a_pdf, a_picture

ALLOWED = """
applied documents-pending registrar system
applied under-review registrar system
applied refused registrar
applied withdrawn applicant system
documents-pending under-review registrar system
documents-pending refused registrar
documents-pending withdrawn applicant system
under-review documents-pending registrar
under-review approved registrar
under-review refused registrar
under-review withdrawn applicant
"""
ACTORS: tuple[ActorKind, ...] = ("system", "therapist", "coordinator", "registrar", "applicant", "referee")


def test_every_move_of_an_application_is_in_the_table_and_no_other() -> None:
    expected = {
        (start, to, actor) for start, to, *actors in map(str.split, ALLOWED.strip().splitlines()) for actor in actors
    }
    states = APPLICATION_STATES
    found = {move for move in product(states, states, ACTORS) if APPLICATION_MOVES.allows(*move)}

    assert found == expected


def given(section: str, **changes: str | list[str]) -> dict[str, tuple[str, ...]]:
    """Good answers of a section, but for the changes."""
    answers = {**SECTIONS[section], **changes}
    return {name: tuple(each) if isinstance(each, list) else (each,) for name, each in answers.items()}


def test_good_answers_become_an_entry_of_the_register() -> None:
    answers = {name: values for section in SECTIONS for name, values in given(section).items()}
    entry = entry_of(answers)

    assert all(read_section(section, given(section), ApplicationPolicy()) == () for section in SECTIONS)
    assert isinstance(entry, Entry)
    assert (entry.registration_number, entry.outward_code, entry.session_fee) == ("A-1001", "TQ13", 6250)
    assert (entry.capacity_maximum, entry.capacity_available) == (3, 3)
    assert entry.modalities == ("cbt", "integrative")


@pytest.mark.parametrize(
    ("section", "column", "value", "word"),
    [
        ("you", "name", "=HYPERLINK(1)", "formula"),
        ("you", "email", "nobody", "like name@example.org"),
        ("training", "registration_number", "<script>", "registration number"),
        ("training", "level", "lower", "level 4 or above"),
        ("training", "level", "9", "Choose the level"),
        ("training", "training_days", "many", "whole number"),
        ("training", "body", "+cmd", "body's name"),
        ("work", "client_groups", [], "at least one group"),
        ("work", "client_groups", ["everybody"], "at least one group"),
        ("work", "age_bands", ["13-17"], ""),
        ("place", "outward_code", "nowhere", "first half of a postcode"),
        ("place", "radius_km", "501", "from 1 to 500"),
        ("place", "languages", ["xx"], "at least one language"),
        ("terms", "session_fee", "-5", "formula"),
        ("terms", "places", "0", "from 1 to 200"),
        ("referees", "professional_email", "sue@example.org", "two different people"),
    ],
)
def test_each_wrong_answer_gets_a_sentence_that_does_not_repeat_it(
    section: str, column: str, value: str | list[str], word: str
) -> None:
    problems = read_section(section, given(section, **{column: value}), ApplicationPolicy())

    assert [problem.column for problem in problems] == [column if column != "age_bands" else "child_clearance"]
    assert word in problems[0].sentence
    assert not isinstance(value, str) or len(value) < 4 or value not in problems[0].sentence


def test_a_policy_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        ApplicationPolicy(quiet_days=0)
    with pytest.raises(ValueError, match="given up"):
        ApplicationPolicy(quiet_days=14, give_up_days=13)


def test_a_reference_needs_every_answer() -> None:
    assert isinstance(statement_from(STATEMENT), Statement)
    for name in STATEMENT:
        wrong = statement_from({**STATEMENT, name: ""})
        assert isinstance(wrong, dict)
        assert list(wrong) == [name]
    assert statement_from({**STATEMENT, "words": "x" * 4001}) == {"words": "Please shorten this to 4,000 characters."}


def plain(content: bytes) -> bytes:
    """A PDF with nothing compressed, so that its words can be searched."""
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pdf.save(
            written,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.all,
            compress_streams=False,
        )
    return written.getvalue()


def a_poisoned_pdf() -> bytes:
    """Scripts, an attachment, a link, metadata and an outside file in one PDF."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(200, 200))
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("EVIL-OPEN"))
        pdf.attachments["EVIL.exe"] = b"EVIL-ATTACHED"
        pdf.docinfo["/Author"] = "EVIL-AUTHOR"
        page = pdf.pages[0].obj
        page.AA = pikepdf.Dictionary(O=pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("EVIL-PAGE")))
        action = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("http://EVIL.example"))
        link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action)
        page.Annots = pikepdf.Array([pdf.make_indirect(link)])
        drawn = pikepdf.Stream(pdf, b"0 0 10 10 re f % KEPT-DRAWING")
        drawn.Type, drawn.Subtype, drawn.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, pikepdf.Array([0, 0, 9, 9])
        drawn.Metadata = pikepdf.Stream(pdf, b"EVIL-METADATA")
        drawn.OPI = pikepdf.Dictionary(F=pikepdf.String("EVIL-OUTSIDE"))
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X0=pdf.make_indirect(drawn)))
        page.Contents = pikepdf.Stream(pdf, b"/X0 Do")
        written = io.BytesIO()
        pdf.save(written)
    return written.getvalue()


def test_a_pdf_keeps_its_pages_and_nothing_that_acts_or_tells() -> None:
    before = a_poisoned_pdf()
    media_type, content = rewritten(before)

    assert media_type == "application/pdf"
    assert b"EVIL" in plain(before)
    assert b"EVIL" not in plain(content)
    assert b"KEPT-DRAWING" in plain(content)


def test_a_pdf_keeps_what_its_pages_inherit() -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(321, 123))
        pdf.Root.Pages.MediaBox = pdf.pages[0].obj.MediaBox
        del pdf.pages[0].obj["/MediaBox"]
        written = io.BytesIO()
        pdf.save(written)
    _, content = rewritten(written.getvalue())

    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert [float(each) for each in pdf.pages[0].mediabox.as_list()] == [0, 0, 321, 123]


def test_a_picture_keeps_its_sight_and_loses_its_story() -> None:
    story = Image.Exif()
    story[0x010F] = "SECRET-CAMERA"
    story[0x0112] = 6
    before = a_picture(size=(60, 40), exif=story, comment=b"SECRET-COMMENT")
    media_type, content = rewritten(before + b"PK\x03\x04 SECRET-TAIL")

    assert media_type == "image/jpeg"
    assert b"SECRET" in before
    assert b"SECRET" not in content
    assert Image.open(io.BytesIO(content)).size == (40, 60), "turned as the camera was held"
    assert rewritten(a_picture("PNG"))[0] == "image/png"


def locked_pdf() -> bytes:
    """A PDF that opens without a password but is locked against changes."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        written = io.BytesIO()
        pdf.save(written, encryption=pikepdf.Encryption(owner="a", user=""))
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"MZ\x90\x00 a program", "unknown"),
        (b"<html><script>alert(1)</script>", "unknown"),
        (b"GIF89a", "unknown"),
        (a_pdf()[:120], "damaged"),
        (b"%PDF-1.7 and then nothing of the kind", "damaged"),
        (a_picture()[:200], "damaged"),
        (b"\xff\xd8\xff" + b"\x00" * 500, "damaged"),
        (locked_pdf(), "encrypted"),
    ],
    ids=["nothing", "program", "page", "gif", "cut", "liar", "half", "zeros", "locked"],
)
def test_a_file_that_is_not_what_it_says_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(NotUsable) as refusal:
        rewritten(content)
    assert refusal.value.why == why


@pytest.mark.parametrize(
    ("limit", "content"), [("MOST_PIXELS", a_picture("PNG")), ("MOST_WRITTEN", a_pdf())], ids=["picture", "paper"]
)
def test_a_file_that_would_unfold_beyond_measure_is_refused(
    limit: str, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rewriting, limit, 1000 if limit == "MOST_PIXELS" else 10)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)

    with pytest.raises(NotUsable) as refusal:
        rewritten(content)
    assert refusal.value.why == "too-large"
