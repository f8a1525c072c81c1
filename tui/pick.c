/* pick.c - a cursor in a list. */
#include "tui/input.h"
#include "tui/pick.h"

static void
clamp(struct pick *p)
{
	if (p->at >= p->n)
		p->at = p->n - 1;
	if (p->at < 0)
		p->at = 0;
}

void
pick_count(struct pick *p, int n)
{
	p->n = n;
	clamp(p);
}

void
pick_fit(struct pick *p, int rows)
{
	p->rows = rows < 1 ? 1 : rows;
	clamp(p);
	/* A larger window for a while leaves no trace. */
	if (p->at == p->left_at && p->n == p->left_n)
		p->top = p->left_top;
	if (p->at < p->top)
		p->top = p->at;
	if (p->at >= p->top + p->rows)
		p->top = p->at - p->rows + 1;
	if (p->top > p->n - p->rows)
		p->top = p->n - p->rows;
	if (p->top < 0)
		p->top = 0;
	if (p->at == p->left_at && p->n == p->left_n)
		return;
	p->left_at = p->at;
	p->left_n = p->n;
	p->left_top = p->top;
}

bool
pick_action(struct pick *p, enum action a)
{
	int page = p->rows > 1 ? p->rows - 1 : 1;

	switch (a) {
	case ACT_UP:
		p->at--;
		break;
	case ACT_DOWN:
		p->at++;
		break;
	case ACT_PAGE_UP:
		p->at -= page;
		break;
	case ACT_PAGE_DOWN:
		p->at += page;
		break;
	case ACT_TOP:
		p->at = 0;
		break;
	case ACT_BOTTOM:
		p->at = p->n - 1;
		break;
	default:
		return false;
	}
	clamp(p);
	return true;
}

bool
pick_key(struct pick *p, const struct input *in)
{
	static const struct {
		uint32_t	code;
		enum action	action;
	} keys[] = {
		{ K_UP, ACT_UP }, { K_DOWN, ACT_DOWN },
		{ K_PGUP, ACT_PAGE_UP }, { K_PGDN, ACT_PAGE_DOWN }
	};
	unsigned i;

	if (in->kind != INPUT_KEY || in->mods != 0)
		return false;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (keys[i].code == in->code)
			return pick_action(p, keys[i].action);
	}
	return false;
}

int
pick_mouse(struct pick *p, const struct input *in, int row, bool *taken)
{
	int line;

	*taken = in->kind == INPUT_MOUSE;
	if (in->kind != INPUT_MOUSE)
		return -1;
	if (in->button == MOUSE_WHEEL_UP || in->button == MOUSE_WHEEL_DOWN) {
		p->at += in->button == MOUSE_WHEEL_UP ? -3 : 3;
		clamp(p);
		return -1;
	}
	line = p->top + in->row - row;
	if (in->button != MOUSE_PRESS || in->row < row ||
	    in->row >= row + p->rows || line >= p->n)
		return -1;
	p->at = line;
	return line;
}
