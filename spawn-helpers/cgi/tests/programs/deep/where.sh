#!/bin/sh
# Says where it runs, and to what its path is translated.
printf 'Content-Type: text/plain\n\n%s and %s\n' "$PWD" "$PATH_TRANSLATED"
