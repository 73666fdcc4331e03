"""What Waymark stores and sends: frozen models, one module a concept. Imports nothing of ours."""
