'use strict';

require('node:http')
  .createServer((request, response) => {
    response.setHeader('Content-Type', 'text/plain');
    response.end('Hello world\n');
  })
  .listen(process.env.PORT);
