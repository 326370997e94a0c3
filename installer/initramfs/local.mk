# Sources of installer/initramfs; see Makefile.am.
