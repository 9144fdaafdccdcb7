/*
 * counts - messages by kind, method and code (RFC 3261 7.1, 7.2), and the figures of one source; see
 * sipwhy/tally.h.
 * The one thing to know: the table is 77 KB, so sums walk it only when somebody looks.
 */
#include "sipwhy/tally.h"

#include <math.h>

/* A stream that lies may bring sums anywhere: they stop at the ends. */
static void
counts_move(int64_t *n, int64_t by)
{
	int64_t sum;

	if (__builtin_add_overflow(*n, by, &sum))
		sum = by > 0 ? INT64_MAX : INT64_MIN;
	*n = sum;
}

void
counts_add(struct counts *dst, const struct counts *src)
{
	for (unsigned m = 0; m < METHOD_N; m++) {
		dst->requests[m] += src->requests[m];
		for (unsigned c = 0; c < SIP_CODE_N; c++)
			dst->responses[m][c] += src->responses[m][c];
		counts_move(&dst->attempts[m], src->attempts[m]);
		for (unsigned k = 0; k < OUTCOME_N; k++)
			counts_move(&dst->outcomes[m][k], src->outcomes[m][k]);
	}
	dst->retransmissions += src->retransmissions;
	dst->copies += src->copies;
	dst->malformed += src->malformed;
	dst->partial += src->partial;
	dst->events += src->events;
	dst->recovered += src->recovered;
}

uint64_t
counts_requests(const struct counts *c)
{
	uint64_t sum = 0;

	for (unsigned m = 0; m < METHOD_N; m++)
		sum += c->requests[m];
	return sum;
}

/* Responses with codes [first, end), over all methods. */
static uint64_t
counts_range(const struct counts *c, unsigned first, unsigned end)
{
	uint64_t sum = 0;

	for (unsigned m = 0; m < METHOD_N; m++)
		for (unsigned i = first; i < end; i++)
			sum += c->responses[m][i - SIP_CODE_MIN];
	return sum;
}

uint64_t
counts_responses(const struct counts *c)
{
	return counts_range(c, SIP_CODE_MIN, SIP_CODE_MAX + 1);
}

uint64_t
counts_code(const struct counts *c, unsigned code)
{
	if (code < SIP_CODE_MIN || code > SIP_CODE_MAX)
		return 0;
	return counts_range(c, code, code + 1);
}

uint64_t
counts_class(const struct counts *c, unsigned cls)
{
	if (cls < 1 || cls > 6)
		return 0;
	return counts_range(c, cls * 100, cls * 100 + 100);
}

bool
source_stat_balanced(const struct source_stat *s)
{
	uint64_t sum = s->filtered_input + s->skipped;

	for (unsigned v = 0; v < WIRE_VERDICT_N; v++)
		sum += s->verdict[v];
	return sum == s->frames;
}

void
counts_from_add(struct counts_from *f, const struct source_stat *s)
{
	f->messages += s->text ? s->messages : s->verdict[WIRE_SIP];
	f->lines += s->text ? s->frames : 0;
}

bool
counts_from_lines(const struct counts_from *f)
{
	return f->messages == 0 && f->lines > 0;
}

/* Did anything tell that a method went on, or well? */
static bool
counts_tell(const struct counts *c, enum sip_method m)
{
	uint64_t n = c->requests[m];

	for (unsigned code = SIP_CODE_MIN; code < 300; code++)
		n += c->responses[m][code - SIP_CODE_MIN];
	return n > 0;
}

void
counts_figures(const struct counts *c, const struct kpi_counts *k, struct kpi_figures *out)
{
	kpi_figures(k, out);
	if (c != NULL && !counts_tell(c, METHOD_INVITE))
		out->asr = out->abr = out->ner = out->ser = out->seer = out->isa = out->scr = NAN;
	if (c != NULL && !counts_tell(c, METHOD_BYE))
		out->scr = NAN;
	if (c != NULL && !counts_tell(c, METHOD_REGISTER))
		out->registration_failure = NAN;
}

const char *
source_verdict_name(unsigned v)
{
	static const char *const names[WIRE_VERDICT_N] = {
		[WIRE_SIP] = "sip",
		[WIRE_NOT_SIP] = "not_sip",
		[WIRE_FILTERED] = "filtered",
		[WIRE_MALFORMED] = "malformed",
		[WIRE_DROPPED] = "dropped",
		[WIRE_HELD] = "held",
	};

	return v < WIRE_VERDICT_N ? names[v] : "-";
}
