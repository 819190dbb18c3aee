"""Words, tables, charts and report cards, made from results and never from raw data."""
