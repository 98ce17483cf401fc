"""Our own style sheets and scripts: served for a year under an address that changes with their content."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent / "static"


@cache
def version_of(path: Path) -> str:
    """A short hash of the file's content."""
    return sha256(path.read_bytes()).hexdigest()[:12]


def static_address(name: str) -> str:
    """The address of one of the shared files; raises FileNotFoundError for one that is not there."""
    return f"/static/{name}?v={version_of(FOLDER / name)}"


class CachedFiles(StaticFiles):
    """Files that browsers keep when asked for by hash, and check again otherwise: modules import each other without."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, with its caching rule."""
        response = await super().get_response(path, scope)
        if response.status_code in (200, 304):
            asked = scope["query_string"].decode("latin-1").removeprefix("v=")
            file, _ = self.lookup_path(path)
            current = bool(file) and asked == version_of(Path(file))
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if current else "no-cache"
        return response
