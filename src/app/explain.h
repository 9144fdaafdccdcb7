/* explain - `--explain`: what a code, a phrase, a cause or an incident means, as text. */
#ifndef APP_EXPLAIN_H
#define APP_EXPLAIN_H

#include <stdio.h>

/*
 * what: a code "403", a class "4xx", "q850:34", "warning:304", an incident "trunk-down" (or "pattern:trunk-down"), or
 * the key of a case that has no code ("silence", "ack-missing", "auth:401").
 * words: with a code, what else the answer had, in any order, ended by NULL; NULL for none.  A word, or a line of one,
 * that begins with Server:, User-Agent:, Reason:, Warning:, X-Asterisk-HangupCause:, X-Twilio-Error: or
 * P-Registrar-Error: is that header; "Direction: sent" says that this PBX gave the answer, "Role: trunk" or
 * "Role: phones" to whom; anything else is the phrase, of which there is one.
 * Returns an exit status: 0, 1 for a number that is not in the table or when out cannot be written, 2 when `what` is
 * nothing known or there are two phrases (each with a sentence on stderr).
 */
int explain_print(FILE *out, const char *what, char *const *words);

#endif
