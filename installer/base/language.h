/* Texts that people read, in their language. _() translates where it stands; N_() marks text in a table that is translated where it is
 * shown; P_() takes one form or the other by a number. Whole sentences only: never glue pieces.
 * Only the wizard's front ends open a language. In jefe-setup itself all of this does nothing: what it prints, logs and writes is
 * English, whatever the locale. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define _(text)               language_text(text)
#define N_(text)              (text)
#define P_(one, many, number) language_count(one, many, number)
#define FORMAT_ARG(i)         __attribute__((format_arg(i)))

const char *language_text(const char *text) FORMAT_ARG(1);
const char *language_count(const char *one, const char *many, size_t number) FORMAT_ARG(1)
	FORMAT_ARG(2);

struct language {
	const char *code;   /* as --lang and jefe.lang= take it */
	const char *name;   /* in that language itself, in ASCII */
	const char *locale; /* NULL: the language of the source */
	const char *keymap; /* of the keyboard that goes with it */
};
extern const struct language languages[]; /* English first; ends with code NULL */

const struct language *language_find(const char *code); /* NULL: there is none */
char *language_codes(void); /* "en, de"; the caller frees it */
/* Is its catalogue there? */
bool language_available(const struct language *language);

/* Begin with the language asked for, or with that of the environment when asked is NULL or unknown. plain: only ASCII can be shown. */
void language_open(const char *asked, bool plain);
/* Go on in this one; a program that is started by execv() goes on in it, too. */
void language_use(const struct language *language);
const struct language *language_now(void);
