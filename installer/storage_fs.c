/* Making, mounting and unmounting file systems. */
#include "installer/storage.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>

#include "installer/base/command.h"
#include "installer/base/memory.h"

/* Named one by one, as every GRUB since 2.02 reads them: what mke2fs.conf of the live system adds on top, orphan_file or
 * metadata_csum_seed, some do not. */
static const char ext4_features[] =
	"none,has_journal,ext_attr,resize_inode,dir_index,filetype,extent,64bit,flex_bg,sparse_super,large_file,huge_file,"
	"dir_nlink,extra_isize,metadata_csum";

const char *const fs_type_names[] = {"ext4", "vfat", "swap"};

int fs_format(
	const char *device, enum file_system type, const char *label, struct error *err)
{
	const char *const *const commands[] = {
		[FS_EXT4] = COMMAND("mkfs.ext4", "-q", "-F", "-O", ext4_features, "-I",
			"256", "-m", "1", "-E", "lazy_itable_init=1,lazy_journal_init=1",
			"-L", label, device),
		[FS_FAT32] = COMMAND("mkfs.vfat", "-F", "32", "-n", label, device),
		[FS_SWAP] = COMMAND("mkswap", "-L", label, device)};

	if (command_run(&(struct command){.argv = commands[type]}, err) < 0)
		return error_prefix(err, "making %s on %s", fs_type_names[type], device);
	return 0;
}

/* libblkid writes the number ABCD-1234. */
int fs_format_twin(
	const char *device, const char *first, const char *label, struct error *err)
{
	autofree char *uuid = fs_uuid(first);
	autowords struct words halves = {0};
	autofree char *number = NULL;

	words_split(&halves, uuid ? uuid : "", "-");
	if (halves.count != 2)
		return error_set(
			err, -EINVAL, "making vfat on %s: %s has no UUID", device, first);
	number = memory_format("%s%s", halves.items[0], halves.items[1]);
	if (command_run(&(struct command){.argv = COMMAND("mkfs.vfat", "-F", "32", "-i",
						  number, "-n", label, device)},
		    err) < 0)
		return error_prefix(err, "making vfat on %s", device);
	return 0;
}

static const struct {
	const char *name;
	unsigned long flag;
} mount_flags[] = {
	{"defaults", 0          },
	{"ro",       MS_RDONLY  },
	{"nosuid",   MS_NOSUID  },
	{"nodev",    MS_NODEV   },
	{"noexec",   MS_NOEXEC  },
	{"noatime",  MS_NOATIME },
	{"relatime", MS_RELATIME},
	{"bind",     MS_BIND    },
	{"remount",  MS_REMOUNT },
};

static void sort_option(const char *word, unsigned long *flags, struct text *data)
{
	for (size_t i = 0; i < LENGTH(mount_flags); i++)
		if (strcmp(word, mount_flags[i].name) == 0) {
			*flags |= mount_flags[i].flag;
			return;
		}
	text_addf(data, "%s%s", data->size ? "," : "", word);
}

int fs_mount(const char *device, const char *dir, const char *type, const char *options,
	struct error *err)
{
	autowords struct words words = {0};
	autotext struct text data = {0};
	unsigned long flags = 0;

	words_split(&words, options ? options : "", ",");
	for (size_t i = 0; i < words.count; i++)
		sort_option(words.items[i], &flags, &data);
	if (mount(device, dir, type, flags, text_string(&data)) < 0)
		return error_errno(
			err, -errno, "mounting %s (%s) on %s", device, type, dir);
	return 0;
}

int fs_unmount(const char *dir, struct error *err)
{
	return umount2(dir, UMOUNT_NOFOLLOW) < 0
		       ? error_errno(err, -errno, "unmounting %s", dir)
		       : 0;
}
