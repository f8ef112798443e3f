"""Logs with the common loggers, each as it is and as JSON."""
import asyncio
import logging
import sys

import ecs_logging
import structlog
import uvicorn
from loguru import logger as loguru
from pythonjsonlogger.json import JsonFormatter


def log_all(logger):
    logger.debug("a query")
    logger.info("the server listens")
    logger.warning("the cache is nearly full")
    try:
        {}["missing"]
    except KeyError:
        logger.exception("a request failed")
    logger.critical("the end")


colours = structlog.dev.ConsoleRenderer(colors=True)
plain = structlog.dev.ConsoleRenderer(colors=False)
for renderer in (plain, colours, structlog.processors.JSONRenderer()):
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            renderer,
        ]
    )
    log_all(structlog.get_logger())

log_all(loguru)
loguru.success("the order is sent")
loguru.remove()
loguru.add(sys.stdout, colorize=True)
log_all(loguru)

for formatter in (
    JsonFormatter("%(asctime)s %(levelname)s %(message)s"),
    ecs_logging.StdlibFormatter(),
    logging.Formatter("%(levelname)8s %(name)s: %(message)s"),
):
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.DEBUG, handlers=[handler], force=True)
    log_all(logging.getLogger("orders"))


async def application(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        return await send({"type": "lifespan.startup.complete"})
    raise ValueError("no such order")


async def serve():
    config = uvicorn.Config(application, port=int(sys.argv[1]), use_colors=False)
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.05)
    reader, writer = await asyncio.open_connection("127.0.0.1", config.port)
    writer.write(b"GET /orders HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    await reader.read()
    server.force_exit = True
    server.should_exit = True
    await running


asyncio.run(serve())
