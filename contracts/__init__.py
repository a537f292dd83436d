"""What server and workers say to each other: values, errors, ids, stores. No torch, no fastapi.

Read `edits.py` first, then `requests.py`, `jobs.py`, `errors.py`.
"""
