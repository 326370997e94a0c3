/* The catalogue: the data of all layers, in their order. */
#include "installer/base/language.h"
#include "installer/controls/kinds.h"

// clang-format off
#include "installer/controls/files/services.inc"
#include "installer/controls/files/bans.inc"
#include "installer/controls/files/profile.inc"
#include "installer/controls/files/ssh.inc"

#define CONTROL(...) &(const struct control){.layer = LAYER, __VA_ARGS__}

const struct control *const controls[] = {
#define LAYER LAYER_KERNEL
#include "installer/controls/catalogue/kernel.inc"
#undef LAYER
#define LAYER LAYER_MAC
#include "installer/controls/catalogue/mac.inc"
#undef LAYER
#define LAYER LAYER_NETWORK
#include "installer/controls/catalogue/network.inc"
#undef LAYER
#define LAYER LAYER_AUTH
#include "installer/controls/catalogue/auth.inc"
#undef LAYER
#define LAYER LAYER_AUDIT
#include "installer/controls/catalogue/audit.inc"
#undef LAYER
#define LAYER LAYER_CONTAINER
#include "installer/controls/catalogue/container.inc"
#undef LAYER
#define LAYER LAYER_USERLAND
#include "installer/controls/catalogue/userland.inc"
#undef LAYER
#define LAYER LAYER_BOOT
#include "installer/controls/catalogue/boot.inc"
#undef LAYER
	NULL,
};
// clang-format on

const char *const layer_names[] = {"", N_("kernel"), N_("mandatory access control"),
	N_("network"), N_("authentication"), N_("audit and logs"), N_("containers"),
	N_("userland"), N_("boot chain and data at rest"), NULL};

const char *const level_names[] = {"none", "baseline", "hardened", "paranoid", NULL};

const char *const level_sentences[] = {
	N_("Nothing is hardened."),
	N_("Secure defaults: log-in by SSH key only, closed firewall, AppArmor and audit on. Normal software, containers and USB keep working."),
	N_("For exposed servers: unsigned kernel modules, debugging other processes, IPv6 auto-configuration and most set-uid programs stop "
	   "working; some hardware may need the fallback boot entry."),
	N_("Appliance mode: USB disks, rootless containers and unlisted outgoing connections do not work, half the processor threads are off, "
	   "and changing some of this needs a restart from the console."),
	NULL,
};

const char *const control_severity_names[] = {"medium", "low", "high", "critical", NULL};

const struct role control_roles[] = {
	{"containers",
         N_("Docker or Podman runs here: traffic of containers is forwarded, user namespaces stay.")},
	{"multihomed",
         N_("Several networks with asymmetric routes: sender addresses are checked loosely.")       },
	{"serial-console", N_("The machine is operated over a serial line.")                        },
	{"ipv6-autoconf",  N_("The IPv6 address comes from router announcements.")                  },
	{"desktop-usb",
         N_("USB disks and other USB devices are plugged in while it runs.")                        },
	{NULL,             NULL								     },
};

const char *const control_status_names[] = {"PASS", "FAIL", "DRIFT", "WAIVED",
	"UNAVAILABLE", "NOTAPPLICABLE", "OFF", "PENDING-REBOOT", "UNKNOWN", NULL};
