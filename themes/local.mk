# Sources of themes; see Makefile.am.
