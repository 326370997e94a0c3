# Themes are data; themes/default.theme is also built in (tui/local.mk).
themesdir = $(pkgdatadir)/themes
dist_themes_DATA = themes/braille.theme themes/default.theme themes/high-contrast.theme themes/light.theme \
	themes/mono.theme themes/thin.theme
