# Sources of live-iso; see Makefile.am.
