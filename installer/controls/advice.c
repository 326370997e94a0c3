/* What people want to know about a control: how to see later that it holds. */
#include <string.h>

#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

/* By kind: the command that shows it; %s is the first word of the target. */
static const struct proof {
	const struct control_kind *kind;
	const char *command;
} proofs[] = {
	{&kind_sysctl,     "sysctl %s"                },
	{&kind_argument,   "cat /proc/cmdline"        },
	{&kind_module,     "modprobe -n -v %s"        },
	{&kind_mount,      "grep ' %s ' /proc/mounts" },
	{&kind_file,       "cat /%s"                  },
	{&kind_mode,       "stat -c '%a %U:%G %n' /%s"},
	{&kind_setting,    "grep . /%s"               },
	{&kind_sshd,       "sshd -T"                  },
	{&kind_audit_rule, "auditctl -l"              },
	{&kind_firewall,   "nft list ruleset"         },
	{&kind_json,       "cat /%s"                  },
	{&kind_setuid,     "find / -xdev -perm /6000" },
	{&kind_state,      "grep ' /%s ' /proc/mounts"},
};

char *control_proof(const struct control *control)
{
	const char *target = control->target ? control->target : "";
	autofree char *word = memory_copy_bytes(target, strcspn(target, " "));
	autotext struct text text = {0};

	for (size_t i = 0; i < LENGTH(proofs); i++)
		if (proofs[i].kind == control->kind) {
			const char *slot = strstr(proofs[i].command, "%s");

			if (!slot)
				return memory_copy_text(proofs[i].command);
			text_add_bytes(&text, proofs[i].command,
				(size_t)(slot - proofs[i].command));
			text_addf(&text, "%s%s", word, slot + 2);
			return text_take(&text);
		}
	return memory_copy_text("jefe-setup audit");
}

bool control_is_service(const struct control *control)
{
	return control->kind == &kind_service && !control->role_values[0];
}

bool control_takes(const struct control *control, const char *value, struct text *why_not)
{
	return !control->kind->valid || control->kind->valid(control, value, why_not);
}

bool control_takes_value(const struct control *control)
{
	return control->kind->takes_value;
}
