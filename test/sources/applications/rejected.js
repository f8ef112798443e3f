/** Ends with an unhandled rejection whose reason is no error. */
'use strict';
console.log('Server starts');
Promise.reject({ status: 503, reason: 'no error object' });
