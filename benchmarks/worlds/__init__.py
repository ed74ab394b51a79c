"""Generated worlds with known problems of known size, made in two ways that share no shape.

Generator A (`factors.py`) is the project's simulator: rates are products of factors, problems act on rates. Generator B
(`tickets.py` and what it reads) lets single people come, wander off and buy: arrivals excite further arrivals, clicks are
won in auctions, problems take people away or falsify their record. What is mended is studied on A; B only measures.
"""
