# Logs with the standard library's Logger, then ends with an exception that nobody rescues.
require 'logger'

logger = Logger.new($stdout)
logger.debug('a query')
logger.info('the server listens')
logger.warn('the cache is nearly full')
logger.error(RuntimeError.new('a request failed'))
logger.fatal('the end')
logger.unknown('no level')

class Orders
  def connect = raise(ArgumentError, 'no address')

  def send_all
    connect
  rescue ArgumentError
    raise IOError, 'orders were not sent'
  end
end

$stdout.flush
Orders.new.send_all
