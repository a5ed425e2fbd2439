require('node:http').createServer();
