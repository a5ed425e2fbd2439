#!/bin/sh
printf 'Content-Type: text/plain\n\nhello, %s\n' "$QUERY_STRING"
