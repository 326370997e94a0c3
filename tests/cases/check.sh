#!/bin/sh
# The cases of `jefe-setup check`.
exec "$(dirname "$0")/run.sh" check
