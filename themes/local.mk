# Sources of themes; see Makefile.am.
dist_themes_DATA = themes/default.theme
themesdir = $(pkgdatadir)/themes
