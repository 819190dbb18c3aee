"""Crime-performance statistics and quarterly write-ups for a Community Safety Partnership.

The rooms, in the order in which data flows: ``intake`` reads files, ``methods`` compute, ``reporting`` says and draws,
``publishing`` runs notebooks and writes pages. ``periods``, ``catalogue`` and ``estimates`` are what they all speak of.
"""

__version__ = "0.1.0"
