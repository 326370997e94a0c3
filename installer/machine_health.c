/* What disks say of their own health (SMART). Who is not asked, or does not answer, is not called healthy. */
#include <errno.h>
#include <fcntl.h>
#include <linux/nvme_ioctl.h>
#include <scsi/sg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "installer/machine_probe.h"

enum { PATIENCE_MS = 3000 };

/* NVM Express Base Specification, "Get Log Page": opcode, page of SMART, and what of it is used here. */
enum {
	NVME_GET_LOG_PAGE = 0x02,
	NVME_SMART_PAGE = 0x02,
	NVME_WARNING =
		0, /* bits: 0 spare low, 1 temperature, 2 unreliable, 3 read-only, 4 backup of memory */
	NVME_WORN = 5,    /* percent of the life that was expected; may be above 100 */
	NVME_HOURS = 128, /* 16 bytes, the lowest first */
	NVME_TEMPERATURE_BIT = 0x02
};

void health_of_nvme(const unsigned char log[NVME_LOG_SIZE], struct disk *disk)
{
	disk->health =
		log[NVME_WARNING] & ~NVME_TEMPERATURE_BIT ? HEALTH_FAILING : HEALTH_GOOD;
	disk->worn_percent = log[NVME_WORN];
	for (unsigned i = 4; i > 0; i--)
		disk->used_hours = disk->used_hours << 8 | log[NVME_HOURS + i - 1];
}

static void ask_nvme(int fd, struct disk *disk)
{
	unsigned char log[NVME_LOG_SIZE] = {0};
	struct nvme_admin_cmd command = {.opcode = NVME_GET_LOG_PAGE,
		.nsid = UINT32_MAX, /* of the whole device */
		.addr = (uint64_t)(uintptr_t)log,
		.data_len = sizeof(log),
		.cdw10 = (sizeof(log) / 4 - 1) << 16 | NVME_SMART_PAGE,
		.timeout_ms = PATIENCE_MS};

	/* musl takes an int, of which the kernel sees the same 32 bits. */
	if (ioctl(fd, (int)NVME_IOCTL_ADMIN_CMD, &command) == 0)
		health_of_nvme(log, disk);
}

/* ATA/ATAPI Command Set, SMART RETURN STATUS, through SCSI's ATA PASS-THROUGH (16). The answer is in two registers: as they were sent when all is
 * well, others when a limit is exceeded. */
enum {
	ATA_PASS_THROUGH_16 = 0x85,
	ATA_NO_DATA = 3 << 1,
	ATA_CHECK_CONDITION = 1 << 5, /* give the registers back, also after success */
	ATA_SMART = 0xb0,
	ATA_RETURN_STATUS = 0xda,
	ATA_MID = 0x4f,
	ATA_HIGH = 0xc2,
	ATA_MID_FAILING = 0xf4,
	ATA_HIGH_FAILING = 0x2c,
	SENSE_DESCRIPTORS = 0x72,
	SENSE_ATA_RETURN = 0x09
};

void health_of_ata(const unsigned char sense[ATA_SENSE_SIZE], struct disk *disk)
{
	const unsigned char *registers = sense + 8;

	if (sense[0] != SENSE_DESCRIPTORS || registers[0] != SENSE_ATA_RETURN)
		return;
	if (registers[9] == ATA_MID && registers[11] == ATA_HIGH)
		disk->health = HEALTH_GOOD;
	if (registers[9] == ATA_MID_FAILING && registers[11] == ATA_HIGH_FAILING)
		disk->health = HEALTH_FAILING;
}

static void ask_ata(int fd, struct disk *disk)
{
	unsigned char command[16] = {ATA_PASS_THROUGH_16, ATA_NO_DATA,
		ATA_CHECK_CONDITION, [4] = ATA_RETURN_STATUS, [10] = ATA_MID,
		[12] = ATA_HIGH, [14] = ATA_SMART};
	unsigned char sense[ATA_SENSE_SIZE] = {0};
	struct sg_io_hdr request = {.interface_id = 'S',
		.dxfer_direction = SG_DXFER_NONE,
		.cmd_len = sizeof(command),
		.cmdp = command,
		.mx_sb_len = sizeof(sense),
		.sbp = sense,
		.timeout = PATIENCE_MS};

	if (ioctl(fd, SG_IO, &request) == 0)
		health_of_ata(sense, disk);
}

void probe_health(struct disk *disk)
{
	int fd = disk->bus == BUS_NVME || disk->bus == BUS_ATA
			 ? open(disk->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
			 : -1;

	if (fd < 0)
		return;
	if (disk->bus == BUS_NVME)
		ask_nvme(fd, disk);
	else
		ask_ata(fd, disk);
	(void)close(fd);
}
