"""Meet each hostile file in a process of its own, take seconds and memory, and write the table into docs/reliability.md.

make hostile
"""

import json
import os
import platform
import resource
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from hostile.hostile_files import READERS, Hostile, all_files
from hostile.test_hostile_files import PARSERS

from saferleeds_analysis.intake import monthly_extract, police_uk, respondents  # noqa: F401 - as a command has them

MOST_SECONDS, MOST_MB = 10, 300
PAGE = Path(__file__).parent.parent.parent / "docs" / "reliability.md"
BEGIN, END = "<!-- hostile files: written by make hostile -->", "<!-- end of hostile files -->"
# Of a process that has lost its way: it is ended, and counted as unbounded.
CEILING = 4 << 30


def met(hostile: Hostile, root: Path) -> dict:
    """Read a file in a child of this process, and give what it said, its processor's seconds and its peak memory in MB."""
    hostile.write(root)
    told = root / "told.json"
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_AS, (CEILING, CEILING))
        resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
        kind, said = "taken", ""
        try:
            hostile.read(root)
        except BaseException as error:
            kind, said = type(error).__name__, str(error)
        told.write_text(json.dumps([kind, said]), encoding="utf-8")
        os._exit(0)
    begun = time.monotonic()
    _, _, used = os.wait4(child, 0)
    kind, said = json.loads(told.read_text(encoding="utf-8")) if told.exists() else ("ended", "")
    return {
        "kind": kind,
        "refused": kind in ("DataProblem", "ValueError") and hostile.place in said,
        "raw": bool(PARSERS.search(said)),
        "seconds": used.ru_utime + used.ru_stime,
        "wall": time.monotonic() - begun,
        "mb": used.ru_maxrss / 1024,
        "said": said.splitlines()[0] if said else "",
    }


def main() -> int:
    """Meet them all; 1 where one was taken in, took too long or too much, or was told in a parser's words."""
    rows = []
    for hostile in all_files():
        with tempfile.TemporaryDirectory() as folder:
            rows.append((hostile, met(hostile, Path(folder))))
        found = rows[-1][1]
        well = (
            found["refused"]
            and not found["raw"]
            and found["seconds"] < MOST_SECONDS
            and found["mb"] < MOST_MB
        )
        print(  # noqa: T201
            f"{'' if well else 'FAULT '}{hostile.reader}: {hostile.what}: {found['kind']}, {found['seconds']:.1f} s, "
            f"{found['mb']:.0f} MB: {found['said'][:160]}",
            flush=True,
        )
    lines = [
        f"On {date.today().isoformat()}, {platform.system()}, Python {platform.python_version()}: **{len(rows)} files, "
        f"{sum(f['refused'] for _, f in rows)} refused** with place and cure, {sum(f['raw'] for _, f in rows)} in a parser's words; "
        f"at most {max(f['seconds'] for _, f in rows):.1f} seconds of the processor and {max(f['mb'] for _, f in rows):.0f} MB "
        f"(of which {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} are the program with its libraries, before it reads).",
        "",
        "| Reader | Files | Refused | Most seconds | by | Most MB | by |",
        "|---|---|---|---|---|---|---|",
    ]
    for reader in READERS:
        own = [(h, f) for h, f in rows if h.reader == reader]
        slow, large = max(own, key=lambda r: r[1]["seconds"]), max(own, key=lambda r: r[1]["mb"])
        lines.append(
            f"| {reader} | {len(own)} | {sum(f['refused'] for _, f in own)} | {slow[1]['seconds']:.1f} | {slow[0].what} | "
            f"{large[1]['mb']:.0f} | {large[0].what} |"
        )
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text("\n".join([f"{before}{BEGIN}\n", *lines, f"\n{END}{after}"]), encoding="utf-8")
    return int(
        any(
            not f["refused"] or f["raw"] or f["seconds"] >= MOST_SECONDS or f["mb"] >= MOST_MB
            for _, f in rows
        )
    )


if __name__ == "__main__":
    sys.exit(main())
