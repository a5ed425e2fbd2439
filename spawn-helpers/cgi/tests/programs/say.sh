#!/bin/sh
# Prints what the query says, as printf understands it, and exits with the status in HTTP_STATUS.
printf "$QUERY_STRING"
exit "${HTTP_X_EXIT:-0}"
