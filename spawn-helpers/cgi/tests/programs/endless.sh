#!/bin/sh
exec yes X-Header: value
