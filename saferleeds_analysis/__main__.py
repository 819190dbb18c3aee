"""``python -m saferleeds_analysis`` is ``saferleeds``."""

from saferleeds_analysis.cli import main

main(prog_name="saferleeds")
