"""Writes with Python's logging, in its default format and then in the one that most programs choose."""
import logging
import sys


def write(logger):
    logger.debug("a debug message")
    logger.info("user %s logged in", "user-7")
    logger.warning("the cache is %d %% full", 91)
    logger.error("Database connection failed")
    try:
        int("seven")
    except ValueError:
        logger.exception("a bad number came in")
    logger.critical("a message of\ntwo lines")


logging.basicConfig(stream=sys.stderr, level=logging.DEBUG)
write(logging.getLogger())
logging.basicConfig(
    stream=sys.stderr,
    level=logging.DEBUG,
    format="%(asctime)s %(levelname)s [%(name)s] %(message)s",
    force=True,
)
write(logging.getLogger("spywatcher.bot"))
