#!/bin/sh
printf 'HTTP/1.1 418 I am a teapot\r\nContent-Type: text/plain\r\n\r\nshort and stout'
