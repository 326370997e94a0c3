#include "tui/layout.h"

#include <stdlib.h>
#include <string.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"

enum {
	STEPS_MIN = 18,
	STEPS_MAX = 26,
	LABEL_MAX = 24,
	ABOUT_WIDTH = 38,
	ABOUT_FROM = 118
};

/* Where the parts of a frame are. Rows that a tier does not have are -1. */
struct plan {
	enum tier tier;
	bool thin;  /* nothing is drawn but text */
	bool whole; /* the page has it all but the keys */
	int rows, cols;
	int rule_top, rule_bottom, detail, detail_rows, keys;
	int steps; /* width of the step list */
	int about; /* column of the help beside the page, -1: none */
	struct area body;
};

static int larger(int a, int b)
{
	return a > b ? a : b;
}

enum tier layout_tier(int rows, int cols)
{
	if (rows >= 22 && cols >= 76)
		return TIER_FULL;
	if (rows >= 16 && cols >= 56)
		return TIER_PLAIN;
	return rows >= 10 && cols >= 36 ? TIER_SMALL : TIER_TINY;
}

static int smaller(int a, int b)
{
	return a < b ? a : b;
}

/* Titles of steps are not cut: before them a pointer, behind them "ok". */
static int steps_width(const struct view *view)
{
	int width = STEPS_MIN;

	for (size_t i = 0; i < view->step_count; i++)
		width = larger(width, text_cells(view->steps[i].title) + 7);
	return smaller(width, STEPS_MAX);
}

static struct plan plan_of(
	const struct view *view, const struct pane *pane, struct canvas *canvas)
{
	struct plan plan = {.tier = layout_tier(canvas->rows, canvas->cols),
		.thin = pane->thin,
		.rows = canvas->rows,
		.cols = canvas->cols};
	bool whole = view->page->whole && !view->help && plan.tier != TIER_TINY;
	bool small = plan.tier == TIER_SMALL || whole;
	int left, top = whole ? 0 : small ? 1 : 2;

	plan.whole = whole;
	if ((pane->thin || whole) && plan.tier == TIER_FULL)
		plan.tier = TIER_PLAIN;
	plan.steps = steps_width(view);
	left = plan.tier == TIER_FULL ? plan.steps + 2 : 0;
	plan.keys = plan.rows - 1;
	plan.detail_rows = whole                     ? 0
			   : view->page->detail_rows ? (int)view->page->detail_rows
						     : 2;
	plan.detail = plan.keys - plan.detail_rows;
	plan.rule_bottom = small ? -1 : plan.detail - 1;
	plan.rule_top = small ? -1 : 1;
	plan.body = (struct area){.canvas = canvas,
		.row = top,
		.col = left,
		.cols = plan.cols - left - 1,
		.rows = (small ? plan.detail : plan.rule_bottom) - top};
	plan.about = plan.cols >= ABOUT_FROM && plan.tier == TIER_FULL
			     ? plan.cols - ABOUT_WIDTH - 2
			     : -1;
	if (plan.about >= 0)
		plan.body.cols = plan.about - left - 1;
	return plan;
}

static struct area whole(struct canvas *canvas)
{
	return (struct area){
		.canvas = canvas, .rows = canvas->rows, .cols = canvas->cols};
}

char *layout_place(const struct view *view)
{
	if (view->kind == SCREEN_RUN)
		return memory_copy_text(view->title);
	return memory_format(_("%s    Step %zu of %zu"), view->title, view->step_now + 1,
		view->step_count);
}

static void draw_title(
	const struct view *view, const struct plan *plan, const struct area *area)
{
	autofree char *left = memory_format(" %s", view->product);
	autofree char *place = layout_place(view);
	int col = plan->cols - 1 - text_cells(place);
	int banner;

	if (plan->tier == TIER_SMALL)
		col = plan->cols - 1;
	banner = view->banner ? larger(col - text_cells(view->banner) - 4, 1) : col;
	if (!plan->thin)
		area_fill(area, 0, 0, plan->cols, ROLE_TITLE, ' ');
	if (plan->tier == TIER_SMALL) {
		(void)area_put(
			area, 0, 1, larger(banner - 2, 0), ROLE_TITLE, view->title);
	} else {
		(void)area_put(area, 0, 0, banner - 1, ROLE_TITLE, left);
		(void)area_put(area, 0, col, -1, ROLE_TITLE, place);
	}
	if (view->banner)
		(void)area_put(area, 0, banner, -1, ROLE_BANNER, view->banner);
}

static void draw_divider(const struct plan *plan, const struct area *area, int col)
{
	for (int row = plan->rule_top + 1; row < plan->rule_bottom; row++)
		area_fill(area, row, col, 1, ROLE_BORDER, GLYPH_VLINE);
	area_fill(area, plan->rule_top, col, 1, ROLE_BORDER, GLYPH_TEE_DOWN);
	area_fill(area, plan->rule_bottom, col, 1, ROLE_BORDER, GLYPH_TEE_UP);
}

static void draw_rules(const struct plan *plan, const struct area *area)
{
	if (plan->thin)
		return;
	if (plan->rule_top >= 0)
		area_fill(area, plan->rule_top, 0, plan->cols, ROLE_BORDER, GLYPH_HLINE);
	if (plan->rule_bottom >= 0)
		area_fill(
			area, plan->rule_bottom, 0, plan->cols, ROLE_BORDER, GLYPH_HLINE);
	if (plan->tier != TIER_FULL)
		return;
	draw_divider(plan, area, plan->steps);
	if (plan->about >= 0)
		draw_divider(plan, area, plan->about);
}

char *layout_caption(const struct view *view, int cols)
{
	size_t skip;

	return memory_copy_bytes(
		view->caption, text_wrap(view->caption, larger(cols, 1), &skip));
}

/* Over the rule below the title. */
static void draw_caption(
	const struct view *view, const struct plan *plan, const struct area *area)
{
	autofree char *caption = NULL;
	autofree char *text = NULL;

	if (!view->caption || plan->rule_top < 0)
		return;
	caption = layout_caption(view, plan->cols - 6);
	text = memory_format(" %s ", caption);
	(void)area_put(area, plan->rule_top, 2, -1, ROLE_STRONG, text);
}

/* States are words, not only colours: ok, !2. */
static void draw_steps(const struct view *view, const struct area *area, int width)
{
	static const enum role roles[] = {[STEP_TODO] = ROLE_STEP_TODO,
		[STEP_NOW] = ROLE_STEP_NOW,
		[STEP_DONE] = ROLE_STEP_DONE,
		[STEP_BAD] = ROLE_WARNING,
		[STEP_SKIPPED] = ROLE_STEP_DONE};

	for (size_t i = 0; i < view->step_count; i++) {
		const struct step *step = &view->steps[i];
		enum role role = roles[step->state];
		int row = 3 + (int)i;

		if (step->state == STEP_NOW)
			area_fill(area, row, 1, 1, role, GLYPH_POINTER);
		(void)area_put(area, row, 3, width - 7, role, step->title);
		if (step->problems) {
			autofree char *count = memory_format("!%u", step->problems);

			(void)area_put(area, row, width - 3, 3, ROLE_WARNING, count);
		} else if (step->state == STEP_DONE) {
			(void)area_put(area, row, width - 3, 2, role, _("ok"));
		}
	}
}

static int label_width(const struct page *page)
{
	int width = 8;

	for (size_t i = 0; i < page->count; i++) {
		const struct item *item = page->items[i];
		bool beside = item->type == ITEM_FACT || item->type == ITEM_BOOL ||
			      (item_is_typed(item) && item->type != ITEM_CONFIRM) ||
			      item->type == ITEM_BAR || item_is_inline(item) ||
			      pane_uses_picker(item);

		if (beside && item->label)
			width = larger(width, text_cells(item->label));
	}
	return width < LABEL_MAX ? width : LABEL_MAX;
}

static bool is_shown(const struct item *item)
{
	return !(item->type == ITEM_ACTION && item->key_only);
}

static int gap_before(const struct frame *frame, const struct item *item)
{
	return item->gap && !frame->compact ? 1 : 0;
}

/* How far a page of so many rows is turned. Beside a list of steps every row that moves is sent again, so many move at once, and a third of
 * what is seen then is below the focus; without one the terminal moves them by itself. */
static int rows_above(int focus_row, int height, int rows, bool thin)
{
	int step = thin ? 1 : larger(height * 2 / 3, 1);
	int below = thin ? 1 : (height + 1) / 3;
	int hidden = focus_row - (height - 1 - below);

	if (rows <= height || focus_row < height - 1)
		return 0;
	return smaller((hidden + step - 1) / step * step, rows - height);
}

/* Draw items from row 1 of the body on; what does not fit is reached by moving the focus. */
static void draw_body(const struct frame *frame, struct area area)
{
	const struct page *page = frame->view->page;
	const struct item *focus = pane_focus(frame->view);
	int top = frame->compact || page->whole ? 0 : 1;
	int row = top;
	int focus_row = 0;

	for (size_t i = 0; i < page->count; i++) {
		if (!is_shown(page->items[i]))
			continue;
		row += gap_before(frame, page->items[i]);
		if (page->items[i] == focus)
			focus_row = row + item_focus_row(frame, focus, area.cols);
		row += item_height(frame, page->items[i], area.cols);
	}
	area.above = rows_above(focus_row, area.rows, row, frame->pane->thin) +
		     (int)frame->pane->page_above;
	if (frame->pane->page_above && area.above > row - area.rows)
		area.above = larger(row - area.rows, 0);
	if (area.above + area.rows < row)
		area_fill(&(struct area){.canvas = area.canvas,
				  .row = area.row,
				  .col = area.col,
				  .rows = area.rows,
				  .cols = area.cols + 1},
			area.rows - 1, area.cols, 1, ROLE_HINT, GLYPH_DOWN);
	if (area.above > 0)
		area_fill(&(struct area){.canvas = area.canvas,
				  .row = area.row,
				  .col = area.col,
				  .rows = area.rows,
				  .cols = area.cols + 1},
			0, area.cols, 1, ROLE_HINT, GLYPH_UP);
	/* Where nothing has the focus, readers of a braille display follow the cursor to the first line all the same. */
	if (!focus)
		area_cursor(&area, larger(area.above, top), 0);
	row = top;
	for (size_t i = 0; i < page->count; i++) {
		if (!is_shown(page->items[i]))
			continue;
		row += gap_before(frame, page->items[i]);
		item_draw(frame, page->items[i], &area, row);
		row += item_height(frame, page->items[i], area.cols);
	}
}

static struct explanation explanation(const struct view *view, bool captions)
{
	const struct item *item = pane_focus(view);
	const struct choice *choice =
		item && view->row < item->count ? &item->choices[view->row] : NULL;

	if (view->message)
		return (struct explanation){
			view->message, view->message_tone == TONE_DANGER    ? ROLE_DANGER
				       : view->message_tone == TONE_WARNING ? ROLE_WARNING
				       : view->message_tone == TONE_GOOD    ? ROLE_GOOD
									 : ROLE_STRONG};
	if (captions && view->caption)
		return (struct explanation){view->caption, ROLE_STRONG};
	if (choice && choice->why_not)
		return (struct explanation){choice->why_not, ROLE_HINT};
	if (choice && choice->note &&
		(item->type == ITEM_MANY || item->type == ITEM_LIST || item->brief))
		return (struct explanation){choice->note, ROLE_HINT};
	if (item && item->why)
		return (struct explanation){item->why, ROLE_HINT};
	return (struct explanation){
		view->page->detail ? view->page->detail : "", ROLE_HINT};
}

struct explanation layout_explanation(const struct view *view)
{
	return explanation(view, false);
}

static void draw_detail(const struct view *view, const struct pane *pane,
	const struct area *area, bool captions)
{
	struct explanation shown = pane->old ? *pane->old : explanation(view, captions);
	const char *text = shown.text;

	for (int row = 0; row < area->rows && *text; row++) {
		size_t skip;
		size_t length = text_wrap(text, area->cols, &skip);
		bool last = row + 1 == area->rows;
		autofree char *line =
			memory_copy_bytes(text, last ? strcspn(text, "\n") : length);

		(void)area_put(area, row, 0, area->cols, shown.role, line);
		text += length + skip;
	}
}

void layout_detail(const struct view *view, const struct pane *pane,
	struct canvas *canvas, bool captions)
{
	struct area area = whole(canvas);

	draw_detail(view, pane, &area, captions);
}

static void put_text(const struct area *area, int row, enum role role, const char *text)
{
	for (; *text; row++) {
		size_t skip;
		size_t length = text_wrap(text, area->cols, &skip);
		autofree char *line = memory_copy_bytes(text, length);

		(void)area_put(area, row, 0, -1, role, line);
		text += length + skip;
	}
}

/* foot: where the keys for it are told. */
static void draw_help(
	const struct frame *frame, struct area area, const struct area *foot)
{
	const char *text = frame->view->help;
	int most;

	area.col += 2;
	area.cols -= 2;
	most = larger(text_lines(text, area.cols) + 2 - area.rows, 0);
	area.above =
		(int)frame->pane->help_above < most ? (int)frame->pane->help_above : most;
	(void)area_put(&area, 0, 0, -1, ROLE_STRONG, _("Help"));
	put_text(&area, 2, ROLE_VALUE, text);
	area_cursor(&area, area.above, 0);
	(void)area_put(foot, 0, 1, -1, ROLE_HINT,
		most ? _("Up and Down move, any other key closes the help.")
		     : _("Any key closes the help."));
}

/* On wide terminals the help stands beside the page all the time. */
static void draw_about(const struct view *view, const struct plan *plan)
{
	struct area area = plan->body;

	area.row++;
	area.rows--;
	area.col = plan->about + 2;
	area.cols = ABOUT_WIDTH - 1;
	put_text(&area, 0, ROLE_HINT, view->about);
}

static void draw_too_small(const struct area *area)
{
	autofree char *size =
		memory_format(_("%d by %d is too small."), area->cols, area->rows);

	(void)area_put(area, 0, 0, -1, ROLE_STRONG, size);
	(void)area_put(area, 1, 0, -1, ROLE_VALUE, _("40 by 12 is enough."));
	(void)area_put(area, 2, 0, -1, ROLE_VALUE, _("L = line mode"));
}

static void draw_parts(
	const struct frame *frame, const struct plan *plan, const struct area *all)
{
	const struct view *view = frame->view;
	const struct item *focus = pane_focus(view);
	struct area detail = {.canvas = all->canvas,
		.row = plan->detail,
		.col = 1,
		.rows = plan->detail_rows,
		.cols = plan->cols - 2};

	if (!plan->whole)
		draw_title(view, plan, all);
	draw_rules(plan, all);
	draw_caption(view, plan, all);
	if (plan->tier == TIER_FULL)
		draw_steps(view, all, plan->steps);
	keys_draw(view, frame->pane, *all, plan->keys, !plan->whole);
	if (view->help) {
		struct area foot = {.canvas = all->canvas,
			.row = plan->detail,
			.rows = 1,
			.cols = plan->cols};

		draw_help(frame, plan->body, &foot);
		return;
	}
	if (plan->about >= 0)
		draw_about(view, plan);
	draw_detail(view, frame->pane, &detail, plan->rule_top < 0);
	if (frame->pane->picking && focus)
		picker_draw(frame, focus, &plan->body);
	else
		draw_body(frame, plan->body);
}

struct canvas *layout_draw(
	const struct view *view, const struct pane *pane, int rows, int cols)
{
	struct canvas *canvas = canvas_new(rows, cols);
	struct plan plan = plan_of(view, pane, canvas);
	struct area all = whole(canvas);
	struct frame frame = {.view = view,
		.pane = pane,
		.label_width = label_width(view->page),
		.compact = plan.tier == TIER_SMALL,
		.room = plan.body.rows};

	if (plan.tier == TIER_TINY)
		draw_too_small(&all);
	else
		draw_parts(&frame, &plan, &all);
	return canvas;
}

void spot_add(const struct frame *frame, const struct area *area, struct spot spot)
{
	struct spots *spots = frame->spots;

	if (!spots || !area_shows(area, spot.row))
		return;
	spot.row += area->row - area->above;
	spot.width =
		spot.width < area->cols - spot.col ? spot.width : area->cols - spot.col;
	spot.col += area->col;
	spots->items = memory_resize(spots->items, spots->count + 1, sizeof(spot));
	spots->items[spots->count++] = spot;
}

void spots_free(struct spots *spots)
{
	free(spots->items);
	*spots = (struct spots){0};
}

void layout_body(const struct view *view, const struct pane *pane, struct canvas *canvas,
	bool compact, struct spots *spots)
{
	struct frame frame = {.view = view,
		.pane = pane,
		.spots = spots,
		.label_width = label_width(view->page),
		.compact = compact,
		.room = canvas->rows};
	struct area area = {
		.canvas = canvas, .rows = canvas->rows, .cols = canvas->cols - 1};
	struct area foot = area;

	if (view->help) {
		foot.row = --area.rows;
		foot.rows = 1;
		draw_help(&frame, area, &foot);
	} else if (pane->picking && pane_focus(view)) {
		picker_draw(&frame, pane_focus(view), &area);
	} else {
		draw_body(&frame, area);
	}
}
