'use strict';

// Shows what it is told, and does what its path says.

const http = require('node:http');
const { setTimeout: sleep } = require('node:timers/promises');

const server = http.createServer(async (request, response) => {
  switch (request.url.split('?')[0]) {
    case '/rejected':
      throw new Error('rejected on purpose');
    case '/later':
      setTimeout(() => { throw new Error('later on purpose'); });
      break;
    case '/slow':
      await sleep(200);
      response.end('slow');
      break;
    case '/chunked':
      response.writeHead(200, { 'Transfer-Encoding': 'chunked' });
      response.write('one,');
      await sleep(5);
      response.write('two,');
      response.end('three');
      break;
    case '/hints':
      response.writeProcessing();
      response.end('after a hint');
      break;
    case '/destroyed':
      response.write('half');
      await sleep(5);
      response.destroy();
      break;
    case '/body': {
      let all = '';
      try {
        for await (const piece of request) {
          all += piece;
        }
      } catch (error) {
        console.log(`the body failed: ${error.message}`);
        return;
      }
      response.end(all);
      break;
    }
    default:
      response.setHeader('Set-Cookie', ['a=1', 'b=2']);
      response.end(JSON.stringify({
        method: request.method,
        url: request.url,
        headers: request.headers,
        encrypted: request.socket.encrypted,
        remote: [request.socket.remoteAddress, request.socket.remotePort, request.socket.remoteFamily],
        local: [request.socket.localAddress, request.socket.localPort],
      }));
  }
});

server.on('upgrade', (request, socket) => {
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
  socket.pipe(socket);
});

server.on('close', () => console.log('closed'));
server.listen({ port: 4711, host: '127.0.0.1' }, function () {
  console.log(JSON.stringify([this.address(), this.listening, require.main === module, process.argv[1], process.send === undefined]));
});
