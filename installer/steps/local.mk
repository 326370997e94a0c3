# Sources of installer/steps; see Makefile.am.
