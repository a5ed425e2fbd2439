require('node:https').createServer().listen(443);
