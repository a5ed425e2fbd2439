#!/bin/sh
printf 'Content-Type: text/plain\n\n'
exec head -c "$QUERY_STRING" /dev/zero
