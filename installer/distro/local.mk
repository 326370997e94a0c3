# Sources of installer/distro; see Makefile.am.
