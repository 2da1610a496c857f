"""The record and its rules. Knows SQL, knows no HTTP: imports no fastapi, starlette or httpx."""
