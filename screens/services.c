/* What runs on the installed system, and what of it is reached from outside. */
#include <errno.h>
#include <string.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "screens/hardening.h"

static const char ports_id[] = "network.open_ports";

static void add_ports(struct page *page, const struct wizard *wizard)
{
	const struct control *control = control_named(ports_id);
	struct policy policy = policy_of(wizard->answers);
	const char *value = control_wanted(control, &policy);
	struct item *item = page_add(page, ITEM_TEXT, ports_id, _("Open ports"));

	item->value = page_copy(page, value && strcmp(value, "none") != 0 ? value : "");
	item->why = _("As in \"443/tcp 51820/udp\"; SSH's own port need not be listed.");
}

static void build_services(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	autoproblems struct problems problems = {0};
	struct item *item;

	(void)page_note(page, TONE_STRONG, "%s", _("What runs on it?"));
	hardening_problems(wizard, &problems);
	hardening_add_problems(page, wizard);
	page_gap(page);
	add_ports(page, wizard);
	page_gap(page);
	item = page_add(page, ITEM_MANY, "services", _("Services"));
	item->opens = true;
	page->detail_rows = 3;
	page->next_label = _("Back");
	for (const struct control *const *at = controls; *at; at++)
		if (control_is_service(*at))
			measure_add(page, item, wizard, &problems, *at);
}

static int set_ports(void *context, const char *ports, struct error *err)
{
	const struct control *control = control_named(ports_id);
	autotext struct text why_not = {0};

	if (*ports && !control_takes(control, ports, &why_not))
		return error_set(err, -EINVAL, "%s", text_string(&why_not));
	hardening_want(context, control, *ports ? ports : "on");
	return 0;
}

/* The ports; "+id" or "-id" of a service. */
static int set_services(
	void *context, const char *id, const char *value, struct error *err)
{
	if (text_equal(id, ports_id))
		return set_ports(context, value ? value : "", err);
	measure_switch(context, value);
	return 0;
}

static void act_services(struct form *form, const char *id, const char *row)
{
	if (strcmp(id, "services") == 0)
		measure_open(form, row);
}

const struct screen screen_services = {
	.id = "services",
	.title = N_("Services"),
	.kind = SCREEN_SUB,
	.help = N_(
		"Each service that is on is one more program that can have faults; what listens needs its port among the open ones. Enter opens "
		"a service with all that is known about it."),
	.build = build_services,
	.set = set_services,
	.act = act_services,
};
