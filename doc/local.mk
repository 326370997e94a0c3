# The manual page: handwritten, with the keys of the answer file from the field table.
man8_MANS = doc/jefe-setup.8
EXTRA_DIST += doc/checkers.md doc/jefe-setup.8.in doc/disk.svg doc/hardening.svg doc/progress.svg \
	doc/console-confirm.png doc/console-hardening.png doc/console-users.png
CLEANFILES += doc/jefe-setup.8 doc/answer-file.man

doc/jefe-setup.8: $(top_srcdir)/doc/jefe-setup.8.in jefe-setup$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) doc && $(SANITIZER_ENVIRONMENT) ./jefe-setup$(EXEEXT) explain --man > doc/answer-file.man && \
	$(SED) -e '/^@ANSWER_FILE@$$/{' -e 'r doc/answer-file.man' -e 'd' -e '}' -e 's/@VERSION@/$(PACKAGE_VERSION)/' \
		< $(top_srcdir)/doc/jefe-setup.8.in > $@

# The pictures of the README, from frames of the demonstration.
.PHONY: screenshots
screenshots: ui-ncurses jefe-setup tests/screens/screenplay
	top_srcdir=$(top_srcdir) top_builddir=. $(top_srcdir)/tests/screens/pictures.sh $(top_srcdir)/doc
