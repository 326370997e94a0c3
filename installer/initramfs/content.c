#include "installer/initramfs/content.h"

#include <stddef.h>

#include "installer/fido2.h"
#include "installer/tpm.h"
#include "installer/unlock.h"

// clang-format off
const char *const content_modules[] = {
	/* disks */
	"drivers/ata/", "drivers/scsi/", "drivers/nvme/host/", "drivers/message/fusion/", "drivers/mmc/", "drivers/ufs/",
	"virtio_blk", "xen_blkfront", "xen_scsifront", "vmd", "loop", "nbd", "sd_mod", "sr_mod", "cdrom", "rtsx_pci", "rtsx_usb",
	/* virtual machines */
	"virtio_pci", "virtio_mmio", "hv_vmbus", "hv_storvsc", "hyperv_keyboard", "hid_hyperv", "xen_kbdfront",
	/* USB, for keyboards and sticks */
	"drivers/usb/host/", "usb_storage", "uas", "dwc3_pci",
	/* keyboards */
	"i8042", "atkbd", "serio_raw", "usbhid", "hid_generic", "hid_apple", "hid_asus", "hid_cherry", "hid_chicony", "hid_corsair",
	"hid_google_hammer", "hid_holtek_kbd", "hid_keytouch", "hid_kensington", "hid_lenovo", "hid_logitech", "hid_logitech_dj",
	"hid_logitech_hidpp", "hid_microsoft", "hid_multitouch", "hid_roccat", "hid_samsung", "hid_semitek", "hid_sunplus",
	"hid_topseed", "hid_vivaldi", "hid_zydacron", "i2c_hid", "i2c_hid_acpi", "i2c_designware_pci", "i2c_designware_platform",
	"intel_lpss_pci", "intel_lpss_acpi", "surface_aggregator", "surface_aggregator_registry", "surface_hid", "surface_kbd",
	"applespi", "cros_ec_keyb", "cros_ec_lpcs", "evdev",
	/* encryption */
	"dm_mod", "dm_crypt", "dm_integrity", "dm_verity", "aes_generic", "aesni_intel", "xts", "cbc", "ecb", "ctr", "essiv", "authenc",
	"sha1_generic", "sha256_generic", "sha256_ssse3", "sha256", "sha512_generic", "sha512_ssse3", "sha512", "hmac", "cryptd",
	"crypto_simd", "af_alg", "algif_skcipher", "algif_hash",
	/* mirrors */
	"md_mod", "raid1",
	/* file systems */
	"ext4", "crc32c_generic", "crc32c_intel", "crc32c", "isofs", "squashfs", "overlay", "vfat", "exfat", "nls_cp437", "nls_iso8859_1",
	"nls_utf8", "nls_ascii", "zstd_decompress",
	/* a console where the firmware left only a picture */
	"simpledrm", "simplefb", "efifb",
	NULL,
};

static const char *const modules_network[] = {
	"drivers/net/ethernet/", "drivers/net/phy/", "drivers/net/mdio/", "drivers/net/pcs/", "virtio_net", "hv_netvsc", "vmxnet3",
	"xen_netfront",
	/* USB */
	"r8152", "r8153_ecm", "ax88179_178a", "asix", "smsc95xx", "lan78xx", "aqc111", "cdc_ether", "cdc_ncm",
	"af_packet", "ipv6", "8021q", NULL,
};

static const char *const modules_tpm[] = {"tpm_tis", "tpm_crb", "tpm_tis_spi", NULL};

/* Disks behind a network, PCMCIA, tapes and tests. */
const char *const content_modules_left_out[] = {
	"bnx2fc", "fcoe", "libfcoe", "libfc", "qedf", "fnic", "snic", "be2iscsi", "bnx2i", "cxgb3i", "cxgb4i", "libcxgbi", "iscsi_tcp",
	"iscsi_boot_sysfs", "libiscsi", "libiscsi_tcp", "qedi", "qla4xxx", "scsi_transport_iscsi", "scsi_transport_srp", "tcm_qla2xxx",
	"efct", "ibmvfc", "ibmvscsi", "nvme_fc", "nvme_rdma", "nvme_tcp", "aha152x_cs", "fdomain_cs", "qlogic_cs", "sym53c500_cs",
	"nsp_cs", "ch", "osst", "ses", "sg", "st", "scsi_debug", "mmc_spi", "isp116x_hcd", "sl811_hcd", "sl811_cs", "u132_hcd", NULL,
};

const char *const content_modules_expected[] = {
	"ext4", "dm_crypt", "loop", "isofs", "squashfs", "overlay", "ahci", "nvme", "sd_mod", "sr_mod", "usb_storage", "xhci_hcd",
	"usbhid", "hid_generic", "i8042", "atkbd", NULL,
};

const char *const content_applets[] = {
	"sh", "cat", "chroot", "dd", "dmesg", "findfs", "grep", "kill", "ln", "loadkmap", "losetup", "ls", "mkdir", "mkfifo", "mknod", "modprobe",
	"mount", "mv", "poweroff", "reboot", "rm", "sed", "setsid", "sleep", "sort", "stty", "switch_root", "sync", "umount", "vi", NULL,
};

static const char *const applets_network[] = {"ip", "pidof", "udhcpc", NULL};

/* Security keys need no more than USB keyboards do. */
const struct content_way content_ways[CONTENT_WAYS + 1] = {
	{NEED_FOR_NETWORK, UNLOCK_FOLDER, modules_network, applets_network},
	{NEED_WITH_TPM,    TPM_FOLDER,    modules_tpm,     NULL           },
	{NEED_WITH_FIDO2,  FIDO2_FOLDER,  NULL,            NULL           },
	{NEED_NEVER,       NULL,          NULL,            NULL           },
};

const struct content_program content_programs[] = {
	{"busybox",    NEED_ALWAYS,         NULL},
	{"e2fsck",     NEED_ALWAYS,         NULL},
	{"cryptsetup", NEED_WHEN_ENCRYPTED, "encrypted disks cannot be unlocked"},
	{"mdadm",      NEED_WITH_MIRROR,    "the mirror cannot be opened: install mdadm"},
	{"lvm",        NEED_WITH_VOLUMES,   "the logical volumes cannot be opened: install LVM (lvm2)"},
	{"blkid",      NEED_NEVER,          "the rescue shell cannot list file systems"},
	{"dropbear",   NEED_FOR_NETWORK,    "the passphrase cannot be taken over SSH: install Dropbear, or remove /" UNLOCK_FOLDER},
	{TPM_PROGRAM_NAME, NEED_WITH_TPM,   "the TPM cannot unlock the disk: this build of jefe-setup lacks it; remove /" TPM_FOLDER},
	{FIDO2_PROGRAM_NAME, NEED_WITH_FIDO2, "the security key cannot unlock the disk: this build of jefe-setup lacks it; remove /" FIDO2_FOLDER},
	{NULL,         NEED_NEVER,          NULL},
};

/* Threads of glibc programs end through libgcc_s: without it cryptsetup aborts behind argon2. */
const char *const content_libraries[] = {"libgcc_s.so.1", NULL};
// clang-format on
