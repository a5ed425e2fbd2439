"""Holds sessions and waits for more, until it is killed.

    holding_client.py APP HELD WAITED      (with the server socket as its standard input)
"""

import socket
import sys
import time

import carpool_client

app, held, waited = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
conversation = carpool_client.connect(socket.socket(fileno=0), "holder")
sessions = [conversation.get(app) for _ in range(held)]
for _ in range(waited):
    conversation.send(carpool_client.GET, carpool_client.which(app))
print("holding", *(pid for _, pid, _ in sessions), flush=True)
time.sleep(600)
