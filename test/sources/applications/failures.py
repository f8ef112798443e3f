"""Writes tracebacks: handled ones with their causes, a syntax error, and an uncaught one at the end."""
import sys
import traceback


def connect():
    raise ConnectionRefusedError(111, "Connection refused")


def query():
    try:
        connect()
    except OSError as error:
        raise RuntimeError("Database connection failed\nafter 3 attempts") from error


def clean_up():
    try:
        query()
    finally:
        {}["missing"]


for step in (connect, query, clean_up, lambda: compile("a = = 1", "settings.py", "exec")):
    print("step", getattr(step, "__name__", "?"), "starts", file=sys.stderr)
    try:
        step()
    except Exception:
        traceback.print_exc()
print("the last one is not caught", file=sys.stderr)
query()
