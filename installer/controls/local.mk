# Sources of installer/controls; see Makefile.am.
