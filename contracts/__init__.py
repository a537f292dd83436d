"""What the server and the workers say to each other: values, errors, ids, stores. No torch, no fastapi.

Read `edits.py` first, then `requests.py`, `jobs.py`, `errors.py`.
"""
