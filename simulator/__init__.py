"""A seeded world of marketing figures whose problems are known: for the demo, the tests and the benchmarks.

Read `simulation.py` first. A business (`retailer.py`, `lead_business.py`, `app_business.py`, `local_business.py`) becomes true rates per day and segment
(`demand.py`, `web.py`, `offline.py`); planted problems act on those rates and on what is recorded of them
(`incidents.py`); chance turns rates into counts (`chance.py`, `funnel.py`, `outcome.py`); pulls see them late, immature or
twice (`reporting.py`). To add a kind of problem: one function in a `causes_*.py` and one line in the table of `incidents.py`.
"""
