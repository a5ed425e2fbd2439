#!/bin/sh
printf 'Content-Type: text/plain\n\nindex is %s\n' "$SCRIPT_NAME"
