# Sources of tui; see Makefile.am.
