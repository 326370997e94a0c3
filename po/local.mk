# Catalogues: po/CODE.po becomes a catalogue, and a second one with the same texts in ASCII, for terminals that show nothing else.
# Below po/ in the build tree they lie as they are installed, so that programs started there find them.
LANGUAGES = de
EXTRA_DIST += po/texts po/ascii.sed $(LANGUAGES:%=po/%.po)

if HAVE_GETTEXT
catalogues = $(LANGUAGES:%=po/%/LC_MESSAGES/jefelinux.mo) $(LANGUAGES:%=po/%/LC_MESSAGES/jefelinux-ascii.mo)
noinst_DATA = $(catalogues)
CLEANFILES += $(catalogues)

po/%/LC_MESSAGES/jefelinux.mo: po/%.po
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(MSGFMT) --check-format --check-domain -o $@ $<

po/%/LC_MESSAGES/jefelinux-ascii.mo: po/%.po po/ascii.sed
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(SED) -f $(srcdir)/po/ascii.sed $< | $(MSGFMT) -o $@ -

install-data-local:
	for language in $(LANGUAGES); do \
		$(MKDIR_P) "$(DESTDIR)$(localedir)/$$language/LC_MESSAGES" && \
		$(INSTALL_DATA) po/$$language/LC_MESSAGES/*.mo "$(DESTDIR)$(localedir)/$$language/LC_MESSAGES" || exit; \
	done

uninstall-local:
	for language in $(LANGUAGES); do \
		rm -f "$(DESTDIR)$(localedir)/$$language/LC_MESSAGES/jefelinux.mo" \
			"$(DESTDIR)$(localedir)/$$language/LC_MESSAGES/jefelinux-ascii.mo"; \
	done
endif

# Takes new and changed texts into every po file, where they wait for a translation.
.PHONY: po-update
po-update:
	cd $(top_srcdir) && po/texts > po/jefelinux.pot && for language in $(LANGUAGES); do \
		msgmerge -q --no-wrap --no-location --no-fuzzy-matching -U --backup=none po/$$language.po po/jefelinux.pot && \
		msgattrib --no-obsolete --no-wrap -o po/$$language.po po/$$language.po || exit; \
	done; rm -f po/jefelinux.pot
