/*
 * options_shell - completions for bash, zsh and fish, made of the table of options and the fields of filters.
 */
#ifndef APP_OPTIONS_SHELL_H
#define APP_OPTIONS_SHELL_H

#include <stdio.h>

void options_bash(FILE *out);
void options_zsh(FILE *out);
void options_fish(FILE *out);

#endif
