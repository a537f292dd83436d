"""The HTTP server: routes, settings, the way to the queue. Never imports torch, models or worker.

Read `app.py`, then `dispatcher.py`, then a route.
"""
