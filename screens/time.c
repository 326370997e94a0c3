/* Where the installed system gets the time, and in which zone it shows it. */
#include <stdlib.h>
#include <string.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "installer/timezone.h"
#include "screens/wizard.h"

static const char zone_id[] = "system.timezone";

static void build_time(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	struct item *item;

	page->next_label = _("Back");
	(void)page_note(page, TONE_STRONG, "%s", _("Where does it get the time?"));
	page_gap(page);
	(void)page_field(page, wizard, ITEM_TEXT, zone_id);
	item = page_add(page, ITEM_ACTION, "zones", _("Choose a time zone"));
	item->key = 'z';
	item->why = _("From a list, by the part of the world and a place in it.");
	page_gap(page);
	(void)page_field(page, wizard, ITEM_TEXT, "time.servers");
	(void)page_field(page, wizard, ITEM_BOOL, "time.nts");
}

static void act_time(struct form *form, const char *id, const char *row)
{
	(void)id;
	(void)row;
	form_open(form, "zones");
}

const struct screen screen_time = {
	.id = "time",
	.title = N_("Time"),
	.kind = SCREEN_SUB,
	.help = N_(
		"Logs, certificates and logins with one-time codes need the right time. Without servers of your own the system asks the pool of "
		"its distribution. The hardware clock keeps UTC."),
	.build = build_time,
	.set = wizard_set,
	.act = act_time,
};

/* Letters of "Europe" in Europe/Berlin; of UTC all. */
static size_t region_length(const char *zone)
{
	return strcspn(zone, "/");
}

static bool is_in(const char *zone, const char *region)
{
	size_t length = region_length(zone);

	return length == strlen(region) && strncmp(zone, region, length) == 0;
}

/* Both pages: the list, with what is in use now. */
static struct item *add_list(
	struct page *page, const struct wizard *wizard, const char *id, const char *label)
{
	struct item *item;

	(void)page_fact(page, _("Now"), "%s", wizard->answers->system.timezone);
	page_gap(page);
	page->next_label = _("Back");
	item = page_add(page, ITEM_LIST, id, label);
	item->value = wizard->answers->system.timezone;
	return item;
}

static void build_zones(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	autowords struct words names = {0};
	struct item *item = add_list(page, wizard, "regions", _("Part of the world"));
	const char *last = "";

	timezone_names(&names);
	if (!names.count)
		(void)page_note(page, TONE_WARNING, "%s",
			_("There is no list of time zones here: type the name on the page before."));
	for (size_t i = 0; i < names.count; i++) {
		if (is_in(names.items[i], last))
			continue;
		last = page_format(
			page, "%.*s", (int)region_length(names.items[i]), names.items[i]);
		(void)item_choice(item, last, last);
		if (is_in(wizard->answers->system.timezone, last))
			item->value = last;
	}
}

static void choose(struct form *form, const char *zone, unsigned pages)
{
	struct wizard *wizard = form_context(form);
	struct error err = {0};

	if (answers_set(wizard->answers, zone_id, zone, &err) < 0) {
		form_say(form, TONE_DANGER, "%s", err.text);
		return;
	}
	while (pages--)
		form_input(form, &(struct input){.kind = INPUT_BACK});
	form_forget(form, zone_id);
	form_refresh(form);
}

/* A region that is a zone itself has no places. */
static void act_zones(struct form *form, const char *id, const char *row)
{
	struct wizard *wizard = form_context(form);
	autowords struct words names = {0};

	(void)id;
	timezone_names(&names);
	if (words_contain(&names, row)) {
		choose(form, row, 1);
		return;
	}
	free(wizard->region);
	wizard->region = memory_copy_text(row);
	form_open(form, "places");
}

const struct screen screen_zones = {
	.id = "zones",
	.title = N_("Time zone"),
	.kind = SCREEN_SUB,
	.parent = "time",
	.help = N_(
		"The time zone decides how times are shown, in logs, too. Servers in several parts of the world are easier to compare in UTC."),
	.build = build_zones,
	.act = act_zones,
};

/* "Argentina/Buenos Aires" of America/Argentina/Buenos_Aires. */
static const char *place_label(struct page *page, const char *zone)
{
	autofree char *label = memory_copy_text(zone + region_length(zone) + 1);

	for (char *at = strchr(label, '_'); at; at = strchr(at, '_'))
		*at = ' ';
	return page_copy(page, label);
}

static void build_places(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	autowords struct words names = {0};
	struct item *item;

	if (!wizard->region)
		return;
	item = add_list(page, wizard, "places", wizard->region);
	timezone_names(&names);
	for (size_t i = 0; i < names.count; i++)
		if (is_in(names.items[i], wizard->region))
			(void)item_choice(item, page_copy(page, names.items[i]),
				place_label(page, names.items[i]));
}

static void act_places(struct form *form, const char *id, const char *row)
{
	(void)id;
	choose(form, row, 2);
}

const struct screen screen_places = {
	.id = "places",
	.title = N_("Time zone"),
	.kind = SCREEN_SUB,
	.parent = "zones",
	.help = N_(
		"Not every town is listed: take the nearest large one in the same country."),
	.build = build_places,
	.act = act_places,
};
