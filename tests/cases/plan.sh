#!/bin/sh
# The cases of `jefe-setup plan`.
exec "$(dirname "$0")/run.sh" plan
