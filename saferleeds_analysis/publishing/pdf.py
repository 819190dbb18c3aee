"""A page as a tagged PDF, printed by a browser and then mended where the browser leaves rules of PDF/UA undone.

The browser keeps the page's headings, tables, lists and alternative texts as tags, takes its title and language, and
makes bookmarks of its headings. It gets the page as it is rendered for paper: no links to files beside the page, which would
name folders of this machine, and no folded parts.
"""

import io
from collections.abc import Iterator
from datetime import date
from typing import Any

import pikepdf

_STARTS_PATH, _IN_PATH = ("m", "re"), ("l", "c", "v", "y", "h", "m", "re", "W", "W*")
_PAINTS = (
    "S",
    "s",
    "f",
    "F",
    "f*",
    "B",
    "B*",
    "b",
    "b*",
    "n",
    "Tj",
    "TJ",
    "'",
    '"',
    "Do",
    "sh",
    "INLINE IMAGE",
)


def mend(printed: bytes, *, as_at: date) -> bytes:
    """Do what PDF/UA asks and the browser leaves undone, dated with the as-at day; the same bytes for the same print.

    What is neither tagged nor called decoration becomes decoration: backgrounds, lines, bullets of lists, and what stands
    in the margin of each side (the marking, the page number). Links get their words as description, and the title stands
    in the metadata too. No conformance is claimed.
    """
    with pikepdf.open(io.BytesIO(printed)) as paper:
        for side in paper.pages:
            marked = pikepdf.unparse_content_stream(_marked(pikepdf.parse_content_stream(side)))
            side.Contents = paper.make_stream(marked)
        _describe_links(paper)
        moment = f"D:{as_at:%Y%m%d}000000+00'00'"
        paper.docinfo["/CreationDate"] = paper.docinfo["/ModDate"] = moment
        with paper.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
            metadata["dc:title"] = str(paper.docinfo.get("/Title", ""))
            metadata["dc:language"] = {str(paper.Root.get("/Lang", "en-GB"))}
            metadata["xmp:CreateDate"] = metadata["xmp:ModifyDate"] = f"{as_at.isoformat()}T00:00:00Z"
        made = io.BytesIO()
        paper.save(made, deterministic_id=True)
    return made.getvalue()


def _marked(orders: Any) -> Iterator[Any]:
    """Put marks of decoration round each order of a side that paints outside any mark."""
    begin = pikepdf.ContentStreamInstruction([pikepdf.Name.Artifact], pikepdf.Operator("BMC"))
    end = pikepdf.ContentStreamInstruction([], pikepdf.Operator("EMC"))
    depth, path = 0, []
    for order in orders:
        word = str(order.operator)
        depth += {"BDC": 1, "BMC": 1, "EMC": -1}.get(word, 0)
        if depth == 0 and (word in _STARTS_PATH or (path and word in _IN_PATH)):
            path.append(order)  # a mark may stand before a path or after it is painted, never between
        elif depth == 0 and word in _PAINTS:
            shown = word != "n"  # a path that only cuts what follows is no content
            yield from [*([begin] if shown else []), *path, order, *([end] if shown else [])]
            path = []
        else:
            yield order


def _describe_links(paper: Any) -> None:
    """Give each link a description: its address, which its own words lead up to."""
    for side in paper.pages:
        for note in side.get("/Annots", []):
            if note.get("/Subtype") == "/Link" and "/Contents" not in note:
                address = note.get("/A", {}).get("/URI", "")
                note["/Contents"] = f"Link to {address}" if address else "Link within this document"
