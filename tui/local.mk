# The form core and its front ends. ncursesw is linked only by ui-ncurses, libnewt only by ui-newt (screens/local.mk).
libtui_a_SOURCES += \
	tui/canvas.c tui/canvas.h \
	tui/form.c tui/form.h tui/form_state.h \
	tui/form_input.c \
	tui/form_values.c \
	tui/frontend.h \
	tui/fullscreen.c tui/fullscreen.h \
	tui/item_draw.h \
	tui/item_qr.c \
	tui/item_rows.c \
	tui/items.c \
	tui/keys.c tui/keys.h \
	tui/layout.c tui/layout.h \
	tui/layout_keys.c \
	tui/line.c tui/line_state.h \
	tui/line_answer.c tui/line_news.c \
	tui/line_text.c tui/line_text.h \
	tui/loop.c \
	tui/ncurses.c \
	tui/page.c tui/page.h \
	tui/pane.c tui/pane.h \
	tui/picture.c tui/picture.h \
	tui/qr.c tui/qr.h \
	tui/record.c tui/record.h \
	tui/script.c tui/script.h \
	tui/script_display.c \
	tui/theme.c tui/theme.h
if HAVE_NEWT
libtui_a_SOURCES += tui/newt.c
endif

# The default theme is also inside the programs: they must look right without their data directory.
BUILT_SOURCES += tui/theme_default.inc
CLEANFILES += tui/theme_default.inc
tui/theme_default.inc: themes/default.theme
	$(AM_V_GEN)$(MKDIR_P) tui && $(SED) 's/["\\]/\\&/g; s/.*/"&\\n"/' $(srcdir)/themes/default.theme > $@
