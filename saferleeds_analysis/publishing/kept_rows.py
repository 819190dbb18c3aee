"""The rows behind published figures, kept below ``data/``: a list of rows gives a withheld count away by its length.

In the public edition a figure carries a reference in their place. It is made with the project's own key, which lies outside
``reports/``, so that it is the same each time and nobody without the key can try numbers until one fits.
"""

import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.figures import Figure, Rows, rows_of_data
from saferleeds_analysis.publishing.files import replace_file
from saferleeds_analysis.reporting.blocks import BLOCKS_MEDIA_TYPE

KEY = Path("data", "project_key.txt")
KEPT = Path("data", "processed", "rows")
REFERENCE = "reference"


def project_key(root: Path) -> bytes:
    """Give the project's key; it is made when it is first asked for."""
    path = root / KEY
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, secrets.token_hex(32) + "\n")
    return path.read_text(encoding="utf-8").strip().encode()


def salted(text: str, key: bytes) -> str:
    """Give what stands for a text in public: the same for the same text and key."""
    return hmac.new(key, text.encode(), sha256).hexdigest()[:32]


def put_by(notebook: Any, key: bytes) -> dict[str, list[dict]]:
    """Put references in the place of the rows of every figure of an executed notebook, and give the rows by reference."""
    kept: dict[str, list[dict]] = {}

    def refer(value: dict[str, Any]) -> dict[str, Any]:
        rows = value.get("rows")  # those of a figure, or the lines of a table
        if isinstance(rows, list) and rows and isinstance(rows[0], Mapping) and "role" in rows[0]:
            token = salted(json.dumps(rows, sort_keys=True), key)
            kept[token] = rows
            value["rows"] = [{"role": REFERENCE, "file": "", "sha256": "", "note": token, "numbers": ""}]
        return value

    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if BLOCKS_MEDIA_TYPE in data:  # written and read again, by which every part of it is met
                data[BLOCKS_MEDIA_TYPE] = json.loads(json.dumps(data[BLOCKS_MEDIA_TYPE]), object_hook=refer)
    return kept


def keep(root: Path, quarter: pd.Period, report: str, rows: Mapping[str, list[dict]]) -> None:
    """Keep the rows of a public report below ``data/``, beside those of its earlier makings, which may still be published."""
    path = _path(root, quarter, report)
    path.parent.mkdir(parents=True, exist_ok=True)
    before = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    replace_file(path, json.dumps(before | dict(rows), ensure_ascii=False, sort_keys=True))


def with_rows(figure: Figure, root: Path, quarter: pd.Period, report: str) -> Figure:
    """Give a published figure with its rows, where they are kept here."""
    path = _path(root, quarter, report)
    if not figure.rows or figure.rows[0].role != REFERENCE or not path.is_file():
        return figure
    kept = json.loads(path.read_text(encoding="utf-8")).get(figure.rows[0].note)
    return figure if kept is None else replace(figure, rows=rows_of_data(kept))


def _path(root: Path, quarter: pd.Period, report: str) -> Path:
    return root / KEPT / periods.quarter_path(quarter) / f"{report}.json"


def is_reference(rows: Rows) -> bool:
    """Say whether rows are only referred to."""
    return rows.role == REFERENCE
