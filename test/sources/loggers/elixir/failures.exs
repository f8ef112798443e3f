# Logs with the standard Logger; a process fails, then the script.
require Logger

Logger.debug("a query")
Logger.info("the server listens")
Logger.notice("a new customer")
Logger.warning("the cache is nearly full")
Logger.error("a request failed")
Logger.critical("the disk is full")
spawn_monitor(fn -> raise "the worker failed" end)

receive do
  {:DOWN, _, _, _, _} -> :ok
end

Logger.flush()
raise ArgumentError, "the script failed"
