/* The main function of every front end: options, machine, answers, form, loop. */
#pragma once

#include "tui/frontend.h"

int ui_main(int argc, char **argv, const struct frontend *frontend);
