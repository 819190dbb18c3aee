"""What is worked out once in a run, and shared by all of its reports.

Each report is made in a process of its own. So what one has worked out is kept in a folder that the run gives to all of its
processes and takes away at its end. Outside a run (in JupyterLab, in a test) everything is worked out where it is asked for.
"""

import os
import pickle
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

# Names the folder in the environment of a kernel.
FOLDER = "SAFERLEEDS_SHARED"


def once(function: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """Give what a function comes to, which another report of the run may have worked out already.

    It is for functions whose answer depends on nothing but what they are given. What they refuse is not kept.

    >>> once(sum, [1, 2, 3])
    6
    """
    folder = os.environ.get(FOLDER)
    if not folder:
        return function(*given, **named)
    asked = pickle.dumps((function.__module__, function.__qualname__, given, named))
    kept = Path(folder, sha256(asked).hexdigest())
    if kept.exists():
        found = kept.read_bytes()
    else:
        found = pickle.dumps(function(*given, **named))
        draft = kept.with_suffix(f".{uuid4().hex}")
        with suppress(
            OSError
        ):  # what cannot be kept is worked out again; on Windows no file takes the place of another
            draft.write_bytes(found)
            draft.rename(kept)
    # The folder is the run's own, and so is what lies in it. The first to ask is given the same as those that follow.
    return pickle.loads(found)  # noqa: S301
