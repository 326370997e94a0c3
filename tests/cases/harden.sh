#!/bin/sh
# The cases of `jefe-setup harden` and `jefe-setup audit`.
exec "$(dirname "$0")/run.sh" harden
