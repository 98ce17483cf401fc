"""Funding keeps the charity's money: who gave it, for what, how much of it is promised to whom, and how much is spent.

It hears of matches and of what clients can pay, and tells which subsidies are granted, waiting or released.
It promises that no penny is promised twice, and that nobody who waits for money is forgotten when some comes in.
"""
