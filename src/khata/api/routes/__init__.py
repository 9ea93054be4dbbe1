"""The routes, one file for each object. ROUTERS in app.py says which there are."""
