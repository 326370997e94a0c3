/* What an initramfs is made of: tables only. */
#pragma once

/* Modules: "drivers/ata/" is everything in that folder below kernel/, "dm_crypt" is one module. Names are with "_" for "-". What a kernel
 * does not have, or has built in, is passed over; dependencies come by themselves. Ends with NULL. */
extern const char *const content_modules[];
/* Not taken although a folder above holds them: large, and no way to a root file system or a keyboard. */
extern const char *const content_modules_left_out[];
/* Worth a note when the kernel has them neither as module nor built in. */
extern const char *const content_modules_expected[];

/* BusyBox applets init and a rescue shell cannot do without. */
extern const char *const content_applets[];

enum content_need { NEED_ALWAYS, NEED_WHEN_ENCRYPTED, NEED_NEVER, NEED_WITH_VOLUMES, NEED_WITH_MIRROR, NEED_FOR_NETWORK, NEED_WITH_TPM, NEED_WITH_FIDO2 /* these left out otherwise */ };

/* A way to unlock the disk besides typing: what it needs more than others, where the system has its folder. */
struct content_way {
	enum content_need need;
	const char *folder;
	const char *const *modules, *const *applets; /* as above, or NULL */
};
enum { CONTENT_WAYS = 3 };
extern const struct content_way content_ways[CONTENT_WAYS + 1]; /* ends with folder NULL */

struct content_program {
	const char *name;
	enum content_need need; /* an initramfs without it is refused */
	const char *without;    /* what is lost without it; NULL: everything */
};
extern const struct content_program content_programs[]; /* ends with name NULL */

/* Libraries that programs load by name while they run, and that no ELF header tells of. Taken when there. */
extern const char *const content_libraries[];
