/** Ends with an uncaught error that has causes and fields of its own. */
'use strict';

class QueryError extends Error {
  constructor(message, options) {
    super(message, options);
    this.name = 'QueryError';
    this.code = 'ECONNREFUSED';
  }
}

function connect() {
  throw new TypeError('the address of the database is missing');
}

function query() {
  try {
    connect();
  } catch (cause) {
    throw new QueryError('Database connection failed\nafter 3 attempts', { cause });
  }
}

console.log('Server starts');
console.warn('a warning on stderr');
console.error('Handled: ', new AggregateError([new Error('first'), new RangeError('second')], 'all attempts failed'));
process.emitWarning('an old way to do it', 'DeprecationWarning', 'DEP9001');
setTimeout(() => {
  try {
    query();
  } catch (cause) {
    throw new Error('Request failed', { cause });
  }
}, 50);
