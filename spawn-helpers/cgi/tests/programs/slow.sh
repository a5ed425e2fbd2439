#!/bin/sh
# Prints a header and then, when it is told by a file, goes on.
printf 'Content-Type: text/plain\n\nbegun\n'
while [ ! -e "$HTTP_X_FILE" ]; do sleep 0.02; done
echo ended
