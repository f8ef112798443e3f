<?php
// Logs with Monolog, then PHP itself: a warning, a notice of a deprecated call, and an uncaught exception with its cause.
require 'Monolog/autoload.php';

use Monolog\Formatter\JsonFormatter;
use Monolog\Handler\StreamHandler;
use Monolog\Logger;

foreach ([null, new JsonFormatter()] as $formatter) {
    $handler = new StreamHandler('php://stderr');
    if ($formatter !== null) $handler->setFormatter($formatter);
    $logger = new Logger('app', [$handler]);
    $logger->debug('a query', ['rows' => 3]);
    $logger->info('the server listens');
    $logger->notice('a new customer');
    $logger->warning('the cache is nearly full');
    $logger->error('a request failed', ['reason' => 'connection refused']);
    $logger->critical('the disk is full');
}

function connect(): void
{
    throw new InvalidArgumentException('no address');
}

function order(int $number): void
{
    try {
        connect();
    } catch (Exception $cause) {
        throw new RuntimeException("order $number failed", 0, $cause);
    }
}

echo $undefined;
strlen(null);
order(7);
