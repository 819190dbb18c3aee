"""How each figure is worked out from rows of files, by anybody: functions of tables, as pandas reads them, and plain arguments."""
