"""Office files with the same bytes for the same content: without the times at which their parts were packed."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

_TIMES = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")


def write_same_bytes(
    draft: Path, path: Path, *, as_at: date, mend: Callable[[str], str] | None = None
) -> None:
    """Put an office file in its place whole, dated with the as-at day and in British English.

    ``mend`` is given the content of an OpenDocument file and gives it back changed.
    """
    made = io.BytesIO()
    with zipfile.ZipFile(draft) as source, zipfile.ZipFile(made, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _TIMES.sub(rb"\g<1>" + f"{as_at.isoformat()}T00:00:00Z".encode(), content)
                if b"<dc:language>" not in content:
                    content = content.replace(
                        b"</cp:coreProperties>", b"<dc:language>en-GB</dc:language></cp:coreProperties>"
                    )
            if name == "content.xml" and mend is not None:
                content = mend(content.decode("utf-8")).encode("utf-8")
            packed = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            target.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, compress_type=packed)
    unfinished = path.with_name(f".{path.name}.draft")
    unfinished.write_bytes(made.getvalue())
    unfinished.replace(path)
