import http from 'node:http';

await new Promise((resolve) => setTimeout(resolve, 10));
http.createServer((request, response) => response.end(import.meta.url)).listen(0);
