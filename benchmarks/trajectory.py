"""Measure the milestone range and the year-end projection on real monthly series. Prints the tables of the page.

The split was written down before any result was seen:

* The 22 London boroughs of the open data, in alphabetical order (the airports are no borough and stay out). The
  first, third, fifth... are for TUNING, the second, fourth, sixth... for REPORTING. Nothing is fitted on the latter.
* Northern Ireland is another country and is looked at once, at the end.
* Series: the eleven major types that run through (historical fraud stops in 2022 and stays out), domestic burglary,
  and eight small types that give counts of a few a year.
* Years forecast: from the fourth year of the history. Normal years have no month in the pandemic's caveat
  (March 2020 to July 2021); 2019/20 to 2021/22 are reported apart.
* Origins: 0, 1, 2, 3, 6, 9 and 11 months into the year; 3, 6 and 9 make the headline.
"""
