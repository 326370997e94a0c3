# Sources of doc; see Makefile.am.
