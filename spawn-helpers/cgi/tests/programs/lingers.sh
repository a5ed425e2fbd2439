#!/bin/sh
# Answers and goes on, with a child.
printf 'Content-Type: text/plain\n\n%s' "$$"
exec >&-
sleep 1000
