/* Accounts of the new system: what is typed for them, whether all is there, and adding and removing them. */
#pragma once

#include "screens/wizard.h"

enum { ACCOUNTS_MAX = 8 }; /* that are made here; an answer file may bring more */

/* One for each of the answers' users, with nothing typed. */
void accounts_match(struct wizard *wizard);
void accounts_free(struct wizard *wizard);
void accounts_forget(struct wizard *wizard); /* all passwords */
struct account account_new(void) CHECKED;
void account_free(struct account *account); /* wipes */

int account_add(struct wizard *wizard, struct error *err) CHECKED;
/* Nothing of it stays, and all that belongs to those behind it moves along. */
void account_remove(struct wizard *wizard, size_t index);
int account_want_password(
	struct wizard *wizard, size_t index, bool wanted, struct error *err) CHECKED;

/* What is wrong with its password, or with all of it; item: behind "users.N." on its page. */
int account_check_password(
	const struct wizard *wizard, size_t index, struct error *err) CHECKED;
int account_check(const struct wizard *wizard, size_t index, const char **item,
	struct error *err) CHECKED;
/* The same for all of them, and whether somebody can get in and administer; index: the account to look at. */
int accounts_check(const struct wizard *wizard, size_t *index, const char **item,
	struct error *err) CHECKED;

/* "ana, 1 SSH key, password: typed" */
const char *account_words(struct page *page, const struct wizard *wizard, size_t index);
