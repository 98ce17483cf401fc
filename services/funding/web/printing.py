"""Pages to print as PDF: made from the page alone, and always the same bytes."""

from hashlib import sha256

from shared.kernel.errors import Retry


def pdf_from(page: str, identifier: str = "") -> bytes:
    """The page as PDF; nothing is fetched from anywhere, and neither a clock nor chance goes into it.

    The file carries `identifier`, or else the hash of the page. The page itself says when it was made, in
    `dcterms.created`. Raises Retry where the machine lacks the libraries that lay out text.
    """
    try:
        # They are the system's and not Python's: without them everything but printing works.
        from weasyprint import HTML  # noqa: PLC0415
        from weasyprint.urls import URLFetcher  # noqa: PLC0415
    except OSError as error:
        raise Retry("printing-not-possible", "Printing needs Pango, which is not installed on this machine.") from error

    class Nowhere(URLFetcher):  # type: ignore[misc]
        """Refuses every address: all that is printed stands in the page itself."""

        def fetch(self, *_asked: object) -> object:
            """Raise ValueError."""
            raise ValueError("what is printed is made from its page alone")

    known_by = identifier or sha256(page.encode()).hexdigest()
    made: bytes = HTML(string=page, url_fetcher=Nowhere()).write_pdf(pdf_identifier=known_by[:32].encode())
    return made
