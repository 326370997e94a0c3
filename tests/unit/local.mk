# One program per source file under test: tests/unit/test_X.c tests X.c. Name it in UNIT_TESTS and add its _SOURCES line.
UNIT_TESTS = \
	tests/unit/test_text \
	tests/unit/test_file \
	tests/unit/test_command \
	tests/unit/test_event \
	tests/unit/test_journal \
	tests/unit/test_layout \
	tests/unit/test_partitions \
	tests/unit/test_recover \
	tests/unit/test_release \
	tests/unit/test_run \
	tests/unit/test_secrets \
	tests/unit/test_storage \
	tests/unit/test_digest \
	tests/unit/test_document \
	tests/unit/test_json \
	tests/unit/test_archive \
	tests/unit/test_manifest \
	tests/unit/test_medium \
	tests/unit/test_answers \
	tests/unit/test_ssh_key \
	tests/unit/test_machine \
	tests/unit/test_answers_read \
	tests/unit/test_answers_write \
	tests/unit/test_answers_schema \
	tests/unit/test_problem \
	tests/unit/test_answers_summary \
	tests/unit/test_machine_system \
	tests/unit/test_machine_disk

tests_unit_test_text_SOURCES = tests/unit/test_text.c tests/unit/unit.h
tests_unit_test_file_SOURCES = tests/unit/test_file.c
tests_unit_test_command_SOURCES = tests/unit/test_command.c
tests_unit_test_event_SOURCES = tests/unit/test_event.c
tests_unit_test_storage_SOURCES = tests/unit/test_storage.c
tests_unit_test_run_SOURCES = tests/unit/test_run.c
tests_unit_test_layout_SOURCES = tests/unit/test_layout.c
tests_unit_test_partitions_SOURCES = tests/unit/test_partitions.c
tests_unit_test_journal_SOURCES = tests/unit/test_journal.c
tests_unit_test_secrets_SOURCES = tests/unit/test_secrets.c
tests_unit_test_recover_SOURCES = tests/unit/test_recover.c
tests_unit_test_release_SOURCES = tests/unit/test_release.c
tests_unit_test_digest_SOURCES = tests/unit/test_digest.c
tests_unit_test_document_SOURCES = tests/unit/test_document.c
tests_unit_test_json_SOURCES = tests/unit/test_json.c
tests_unit_test_archive_SOURCES = tests/unit/test_archive.c
tests_unit_test_manifest_SOURCES = tests/unit/test_manifest.c
tests_unit_test_medium_SOURCES = tests/unit/test_medium.c

UNIT_TESTS += tests/unit/test_diff tests/unit/test_change tests/unit/test_kind_sysctl tests/unit/test_written tests/unit/test_facts
UNIT_TESTS += tests/unit/test_clock tests/unit/test_listing tests/unit/test_netlink tests/unit/test_scan
UNIT_TESTS += tests/unit/test_daemon tests/unit/test_reader tests/unit/test_engine_setting
tests_unit_test_reader_SOURCES = tests/unit/test_reader.c tests/unit/look.h
tests_unit_test_engine_setting_SOURCES = tests/unit/test_engine_setting.c tests/unit/daemon.h
tests_unit_test_daemon_SOURCES = tests/unit/test_daemon.c tests/unit/process.h
UNIT_TESTS += tests/unit/test_memo tests/unit/test_kind_service tests/unit/test_kind_audit_rule
tests_unit_test_kind_service_SOURCES = tests/unit/test_kind_service.c
tests_unit_test_kind_audit_rule_SOURCES = tests/unit/test_kind_audit_rule.c
tests_unit_test_clock_SOURCES = tests/unit/test_clock.c
tests_unit_test_listing_SOURCES = tests/unit/test_listing.c
tests_unit_test_netlink_SOURCES = tests/unit/test_netlink.c
tests_unit_test_scan_SOURCES = tests/unit/test_scan.c
tests_unit_test_memo_SOURCES = tests/unit/test_memo.c
tests_unit_test_diff_SOURCES = tests/unit/test_diff.c
tests_unit_test_change_SOURCES = tests/unit/test_change.c
tests_unit_test_kind_sysctl_SOURCES = tests/unit/test_kind_sysctl.c tests/unit/look.h
tests_unit_test_facts_SOURCES = tests/unit/test_facts.c
tests_unit_test_written_SOURCES = tests/unit/test_written.c
UNIT_TESTS += tests/unit/test_distro tests/unit/test_controls tests/unit/test_kinds tests/unit/test_audit
UNIT_TESTS += tests/unit/test_kind_setuid tests/unit/test_kind_allocator tests/unit/test_kind_scan tests/unit/test_kind_repository tests/unit/test_kind_static tests/unit/test_kind_absent
UNIT_TESTS += tests/unit/test_kind_machine tests/unit/test_kernel_log tests/unit/test_kind_late tests/unit/test_kind_preload
tests_unit_test_distro_SOURCES = tests/unit/test_distro.c tests/unit/tree.h
tests_unit_test_controls_SOURCES = tests/unit/test_controls.c
tests_unit_test_kinds_SOURCES = tests/unit/test_kinds.c tests/unit/look.h
tests_unit_test_kind_setuid_SOURCES = tests/unit/test_kind_setuid.c
tests_unit_test_kind_allocator_SOURCES = tests/unit/test_kind_allocator.c
tests_unit_test_kind_scan_SOURCES = tests/unit/test_kind_scan.c
tests_unit_test_kind_repository_SOURCES = tests/unit/test_kind_repository.c
tests_unit_test_kind_static_SOURCES = tests/unit/test_kind_static.c
tests_unit_test_kind_absent_SOURCES = tests/unit/test_kind_absent.c
tests_unit_test_kind_machine_SOURCES = tests/unit/test_kind_machine.c
tests_unit_test_kernel_log_SOURCES = tests/unit/test_kernel_log.c
tests_unit_test_kind_late_SOURCES = tests/unit/test_kind_late.c
tests_unit_test_kind_preload_SOURCES = tests/unit/test_kind_preload.c
UNIT_TESTS += tests/unit/test_process tests/unit/test_kind_apparmor tests/unit/test_http tests/unit/test_engine
tests_unit_test_process_SOURCES = tests/unit/test_process.c
tests_unit_test_kind_apparmor_SOURCES = tests/unit/test_kind_apparmor.c
tests_unit_test_http_SOURCES = tests/unit/test_http.c tests/unit/daemon.h
tests_unit_test_engine_SOURCES = tests/unit/test_engine.c tests/unit/daemon.h
tests_unit_test_audit_SOURCES = tests/unit/test_audit.c
UNIT_TESTS += tests/unit/test_kind_firewall tests/unit/test_kind_listener
tests_unit_test_kind_firewall_SOURCES = tests/unit/test_kind_firewall.c
tests_unit_test_kind_listener_SOURCES = tests/unit/test_kind_listener.c
UNIT_TESTS += tests/unit/test_kernel_line tests/unit/test_source tests/unit/test_report tests/unit/test_console
tests_unit_test_kernel_line_SOURCES = tests/unit/test_kernel_line.c
UNIT_TESTS += tests/unit/test_language tests/unit/test_timezone
tests_unit_test_language_SOURCES = tests/unit/test_language.c
tests_unit_test_timezone_SOURCES = tests/unit/test_timezone.c
tests_unit_test_source_SOURCES = tests/unit/test_source.c
tests_unit_test_report_SOURCES = tests/unit/test_report.c
tests_unit_test_console_SOURCES = tests/unit/test_console.c
tests_unit_test_answers_SOURCES = tests/unit/test_answers.c
tests_unit_test_ssh_key_SOURCES = tests/unit/test_ssh_key.c
tests_unit_test_machine_SOURCES = tests/unit/test_machine.c
tests_unit_test_answers_read_SOURCES = tests/unit/test_answers_read.c
tests_unit_test_answers_write_SOURCES = tests/unit/test_answers_write.c
tests_unit_test_answers_schema_SOURCES = tests/unit/test_answers_schema.c
UNIT_TESTS += tests/unit/test_form tests/unit/test_canvas tests/unit/test_theme tests/unit/test_strength
tests_unit_test_form_SOURCES = tests/unit/test_form.c
tests_unit_test_form_LDADD = libtui.a $(LDADD)
tests_unit_test_problem_SOURCES = tests/unit/test_problem.c
tests_unit_test_answers_summary_SOURCES = tests/unit/test_answers_summary.c
tests_unit_test_machine_system_SOURCES = tests/unit/test_machine_system.c
tests_unit_test_machine_disk_SOURCES = tests/unit/test_machine_disk.c tests/unit/temporary.h
tests_unit_test_canvas_SOURCES = tests/unit/test_canvas.c
tests_unit_test_canvas_LDADD = libtui.a $(LDADD)
UNIT_TESTS += tests/unit/test_keys
tests_unit_test_keys_SOURCES = tests/unit/test_keys.c
tests_unit_test_keys_LDADD = libtui.a $(LDADD)
tests_unit_test_theme_SOURCES = tests/unit/test_theme.c
tests_unit_test_theme_LDADD = libtui.a $(LDADD) -lm
tests_unit_test_strength_SOURCES = tests/unit/test_strength.c
tests_unit_test_strength_LDADD = libscreens.a $(LDADD)

UNIT_TESTS += tests/unit/test_consequences tests/unit/test_words tests/unit/test_qr tests/unit/test_record tests/unit/test_typing
UNIT_TESTS += tests/unit/test_follow tests/unit/test_accounts tests/unit/test_install
tests_unit_test_accounts_SOURCES = tests/unit/test_accounts.c
tests_unit_test_accounts_LDADD = libscreens.a libtui.a $(LDADD)
tests_unit_test_install_SOURCES = tests/unit/test_install.c
tests_unit_test_install_LDADD = libscreens.a libtui.a $(LDADD) $(QRENCODE_LIBS)
tests_unit_test_follow_SOURCES = tests/unit/test_follow.c tests/unit/temporary.h
tests_unit_test_follow_LDADD = libscreens.a libtui.a $(LDADD)
tests_unit_test_typing_SOURCES = tests/unit/test_typing.c tests/unit/temporary.h
tests_unit_test_typing_LDADD = libscreens.a libtui.a $(LDADD)
tests_unit_test_words_SOURCES = tests/unit/test_words.c
tests_unit_test_words_LDADD = libscreens.a $(LDADD)
tests_unit_test_record_SOURCES = tests/unit/test_record.c
tests_unit_test_record_LDADD = libtui.a $(LDADD) $(QRENCODE_LIBS)
tests_unit_test_qr_SOURCES = tests/unit/test_qr.c
tests_unit_test_qr_LDADD = libtui.a $(LDADD) $(QRENCODE_LIBS)
tests_unit_test_consequences_SOURCES = tests/unit/test_consequences.c
tests_unit_test_consequences_LDADD = libscreens.a libtui.a $(LDADD)

UNIT_TESTS += tests/unit/test_integrity
tests_unit_test_integrity_SOURCES = tests/unit/test_integrity.c
UNIT_TESTS += tests/unit/test_bootenv tests/unit/test_bootmenu tests/unit/test_health
tests_unit_test_bootenv_SOURCES = tests/unit/test_bootenv.c
tests_unit_test_health_SOURCES = tests/unit/test_health.c
tests_unit_test_bootmenu_SOURCES = tests/unit/test_bootmenu.c

UNIT_TESTS += tests/unit/test_elf tests/unit/test_initramfs tests/unit/test_unlock
tests_unit_test_unlock_SOURCES = tests/unit/test_unlock.c
tests_unit_test_elf_SOURCES = tests/unit/test_elf.c
tests_unit_test_initramfs_SOURCES = tests/unit/test_initramfs.c

if HAVE_FIDO2
UNIT_TESTS += tests/unit/test_fido2
tests_unit_test_fido2_SOURCES = tests/unit/test_fido2.c
tests_unit_test_fido2_LDADD = $(LDADD) $(FIDO2_LIBS)
endif
EXTRA_DIST += tests/unit/test_fido2.c

UNIT_TESTS += tests/unit/test_tpm
tests_unit_test_tpm_SOURCES = tests/unit/test_tpm.c tests/unit/temporary.h

if HAVE_CMOCKA
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
LDADD = libinstaller.a $(ENGINE_LIBS) $(CMOCKA_LIBS)
endif
