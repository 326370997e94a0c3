libinstaller_a_SOURCES += \
	installer/base/addresses.c installer/base/addresses.h \
	installer/base/banned.h \
	installer/base/base64.c installer/base/base64.h \
	installer/base/security_key.h \
	installer/base/command.c installer/base/command.h \
	installer/base/display.c installer/base/display.h \
	installer/base/error.c installer/base/error.h \
	installer/base/file.c installer/base/file.h \
	installer/base/kernel_log.c installer/base/kernel_log.h \
	installer/base/language.c installer/base/language.h \
	installer/base/memory.c installer/base/memory.h \
	installer/base/netlink.c installer/base/netlink.h \
	installer/base/secret.c installer/base/secret.h \
	installer/base/text.c installer/base/text.h \
	installer/base/diff.c installer/base/diff.h \
	installer/base/digest.c installer/base/digest.h \
	installer/base/document.c installer/base/document.h \
	installer/base/http.c installer/base/http.h \
	installer/base/json.c installer/base/json.h
