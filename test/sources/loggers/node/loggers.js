/** Logs with the common loggers, each as it is, in colours where it can, and as JSON; then a server's library times out. */
'use strict';
require('reflect-metadata');
const bunyan = require('bunyan');
const { ConsoleLogger } = require('@nestjs/common');
const pino = require('pino');
const winston = require('winston');

function logAll(logger, names = ['debug', 'info', 'warn', 'error']) {
  const texts = ['a query', 'the server listens', 'the cache is nearly full', 'a request failed'];
  names.forEach((name, index) => logger[name](texts[index]));
}

const { format } = winston;
for (const each of [
  format.simple(),
  format.json(),
  format.combine(format.colorize(), format.simple()),
  format.combine(format.colorize(), format.json()),
  format.combine(
    format.timestamp(),
    format.padLevels(),
    format.printf((info) => `${info.timestamp} ${info.level}:${info.message}`),
  ),
])
  logAll(
    winston.createLogger({ level: 'silly', format: each, transports: [new winston.transports.Console()] }),
    ['debug', 'info', 'warn', 'error', 'verbose', 'silly'].slice(0, 4),
  );

logAll(pino({ level: 'trace' }, pino.destination({ sync: true })));
logAll(bunyan.createLogger({ name: 'orders', level: 'trace' }));

const ofNest = ['debug', 'log', 'warn', 'error', 'verbose', 'fatal'];
for (const options of [{ colors: false }, { colors: true }, { json: true, colors: false }])
  for (const [index, name] of ofNest.entries()) new ConsoleLogger('Orders', options)[name](`message ${index}`);

class TimeoutError extends Error {
  name = 'TimeoutError';
}
console.log('waiting for an answer');
console.error(new TimeoutError('no answer in 500 ms'));
