# Sources of installer/recover; see Makefile.am.
