#!/bin/sh
# What the suite of the helper contract asks for (../../README.md): this much is asked often, the rest is for Perl.

printf 'Content-Type: text/plain\n'
case $PATH_INFO in
    /pid) printf '\n%s' "$PPID" ;;
    /about)
        printf '\npid=%s\nmultithread=false\nmultiprocess=true\nscheme=%s\n' "$PPID" "http${HTTPS:+s}"
        printf 'path=%s\nscript=%s\nquery=%s\n' "$PATH_INFO" "$SCRIPT_NAME" "$QUERY_STRING"
        ;;
    *) exec perl "$0.pl" ;;
esac
