# Sources of screens; see Makefile.am.
