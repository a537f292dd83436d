"""The processes that keep a generator on a device and run jobs. Read `main.py`, then `jobs.py`."""
