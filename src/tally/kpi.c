/*
 * kpi - outcomes to counters, counters to ratios and percentiles (RFC 6076, ITU-T E.411 and E.425; doc/kpi.md); see
 * sipwhy/kpi.h.
 * The one thing to know: an attempt moves every counter it belongs to at once, so a ratio is always one counter over
 * others and nothing is ever worked out twice.
 */
#include "sipwhy/kpi.h"

#include <math.h>
#include <string.h>

#include "tally/kpi_move.h"

#define KPI_BIT(c) (UINT32_C(1) << (c))

const char *
kpi_counter_name(unsigned c)
{
	static const char *const names[KPI_COUNTERS] = { [KPI_BIDS] = "bids",
		[KPI_SEIZURES] = "seizures",
		[KPI_ANSWERED] = "answered",
		[KPI_ASIDE] = "aside",
		[KPI_EFFECTIVE] = "effective",
		[KPI_DELIVERED] = "delivered",
		[KPI_INEFFECTIVE] = "ineffective",
		[KPI_ABANDONED] = "abandoned",
		[KPI_COMPLETED] = "completed",
		[KPI_REGISTERS] = "registers",
		[KPI_REGISTERED] = "registered",
		[KPI_REQUESTS] = "requests",
		[KPI_RETRANSMITS] = "retransmits" };

	return c < KPI_COUNTERS ? names[c] : "-";
}

const char *
kpi_delay_name(unsigned d)
{
	static const char *const names[KPI_DELAYS] = { [KPI_PDD] = "pdd", [KPI_SRD] = "srd", [KPI_RRD] = "rrd" };

	return d < KPI_DELAYS ? names[d] : "-";
}

/* Quarters of an octave above 2^31: 2^(31 + 1/4), 2^(31 + 1/2), 2^(31 + 3/4), rounded up. */
unsigned
kpi_bin(uint32_t ms)
{
	unsigned octave, bin;
	uint32_t mantissa;

	if (ms == 0)
		return 0;
	octave = 31 - (unsigned)__builtin_clz(ms);
	mantissa = ms << (31 - octave);
	bin = octave * 4 + (mantissa >= UINT32_C(2553802834)) + (mantissa >= UINT32_C(3037000500)) +
	    (mantissa >= UINT32_C(3611622603));
	return bin < KPI_BINS ? bin : KPI_BINS - 1;
}

/* Where a bin begins, in ms; the end of the last one for KPI_BINS. */
static double
kpi_bound(unsigned bin)
{
	static const double root[4] = { 1.0, 1.1892071150027211, 1.4142135623730951, 1.681792830507429 };

	return (double)(UINT32_C(1) << bin / 4) * root[bin % 4];
}

/* part 0 to 1: how far inside the bin. */
static double
kpi_inside(unsigned bin, double part)
{
	return kpi_bound(bin) + (kpi_bound(bin + 1) - kpi_bound(bin)) * part;
}

uint32_t
kpi_bin_ms(unsigned bin)
{
	return (uint32_t)(kpi_inside(bin < KPI_BINS ? bin : KPI_BINS - 1, 0.5) + 0.5);
}

/* The table of doc/kpi.md: what a final code of INVITE says of it. */
static uint32_t
kpi_code_counters(const struct outcome *o)
{
	switch (o->code) {
	case 401:
	case 402:
	case 407:
		return KPI_BIT(KPI_ASIDE);
	case 403:
		return o->q850 == 21 && o->user_released ? KPI_BIT(KPI_DELIVERED) : 0;
	case 408:
		return KPI_BIT(KPI_INEFFECTIVE) | (o->rang ? KPI_BIT(KPI_DELIVERED) : 0);
	case 480:
		return KPI_BIT(KPI_EFFECTIVE) |
		    (o->rang || (o->q850 >= 17 && o->q850 <= 20) ? KPI_BIT(KPI_DELIVERED) : 0);
	case 486:
	case 600:
		return KPI_BIT(KPI_EFFECTIVE) | KPI_BIT(KPI_DELIVERED);
	case 487:
		return o->rang ? KPI_BIT(KPI_DELIVERED) : 0;
	case 500:
	case 503:
	case 504:
		return KPI_BIT(KPI_INEFFECTIVE);
	case 603:
		return KPI_BIT(KPI_EFFECTIVE) | (o->blocked ? 0 : KPI_BIT(KPI_DELIVERED));
	case 607:
		return o->blocked ? 0 : KPI_BIT(KPI_DELIVERED);
	default:
		return o->code >= 300 && o->code < 400 ? KPI_BIT(KPI_ASIDE) : 0;
	}
}

static uint32_t
kpi_invite_counters(const struct outcome *o)
{
	uint32_t bits = KPI_BIT(KPI_BIDS);

	/* A final response is a response, whatever the flag says. */
	if (o->seized || o->code != 0 || o->kind == OUTCOME_OK)
		bits |= KPI_BIT(KPI_SEIZURES);
	switch (o->kind) {
	case OUTCOME_OK:
		return bits | KPI_BIT(KPI_ANSWERED) | KPI_BIT(KPI_EFFECTIVE) | KPI_BIT(KPI_DELIVERED);
	case OUTCOME_CANCELLED:
		return bits | KPI_BIT(KPI_ABANDONED) | (o->rang ? KPI_BIT(KPI_DELIVERED) : 0);
	case OUTCOME_NO_RESPONSE:
		return bits | KPI_BIT(KPI_INEFFECTIVE);
	case OUTCOME_CHALLENGED:
	case OUTCOME_REDIRECTED:
		return bits | KPI_BIT(KPI_ASIDE);
	default:
		return bits | kpi_code_counters(o);
	}
}

/* Who took its registration away, was asked for credentials and left, or was sent elsewhere did not fail to register.
 */
static uint32_t
kpi_register_counters(const struct outcome *o)
{
	if (o->unregister || o->kind == OUTCOME_CHALLENGED || o->kind == OUTCOME_REDIRECTED)
		return 0;
	return KPI_BIT(KPI_REGISTERS) | (o->kind == OUTCOME_OK ? KPI_BIT(KPI_REGISTERED) : 0);
}

static int8_t
kpi_delay_bin(int32_t ms)
{
	return ms < 0 ? KPI_NO_BIN : (int8_t)kpi_bin((uint32_t)ms);
}

bool
kpi_move_outcome(struct kpi_move *out, const struct outcome *o)
{
	*out = (struct kpi_move){ .sign = o->undo ? -1 : 1, .bin = { KPI_NO_BIN, KPI_NO_BIN, KPI_NO_BIN } };
	if (o->in_call || o->lone || o->kind >= OUTCOME_EVICTED)
		return false;
	if (o->method == METHOD_INVITE) {
		out->counters = kpi_invite_counters(o);
		out->bin[KPI_PDD] = kpi_delay_bin(o->pdd_ms);
		if ((out->counters & KPI_BIT(KPI_ASIDE)) == 0)
			out->bin[KPI_SRD] = kpi_delay_bin(o->srd_ms);
	} else if (o->method == METHOD_REGISTER) {
		out->counters = kpi_register_counters(o);
		if ((out->counters & KPI_BIT(KPI_REGISTERED)) != 0)
			out->bin[KPI_RRD] = kpi_delay_bin(o->rrd_ms);
	}
	return out->counters != 0;
}

/* Sums stay at their ends: increments may come from a stream that nobody vouches for. */
static int64_t
kpi_plus(int64_t a, int64_t b)
{
	const int64_t end = INT64_MAX / 4;
	int64_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return b > 0 ? end : -end;
	return sum > end ? end : sum < -end ? -end : sum;
}

static int64_t
kpi_minus(int64_t a, int64_t b)
{
	return kpi_plus(a, b == INT64_MIN ? INT64_MAX : -b);
}

static int32_t
kpi_plus_bin(int32_t a, int32_t b)
{
	int64_t sum = (int64_t)a + b;

	return (int32_t)(sum > INT32_MAX ? INT32_MAX : sum < -INT32_MAX ? -INT32_MAX : sum);
}

void
kpi_move_count(struct kpi_counts *c, const struct kpi_move *m)
{
	for (uint32_t bits = m->counters; bits != 0; bits &= bits - 1) {
		int64_t *n = &c->n[__builtin_ctz(bits)];

		*n = kpi_plus(*n, m->sign);
	}
	for (unsigned d = 0; d < KPI_DELAYS; d++)
		if (m->bin[d] != KPI_NO_BIN)
			c->delay[d][m->bin[d]] = kpi_plus_bin(c->delay[d][m->bin[d]], m->sign);
}

void
kpi_outcome(struct kpi_counts *c, const struct outcome *o)
{
	struct kpi_move m;

	if (kpi_move_outcome(&m, o))
		kpi_move_count(c, &m);
}

void
kpi_add(struct kpi_counts *dst, const struct kpi_counts *src)
{
	for (unsigned i = 0; i < KPI_COUNTERS; i++)
		dst->n[i] = kpi_plus(dst->n[i], src->n[i]);
	for (unsigned d = 0; d < KPI_DELAYS; d++)
		for (unsigned b = 0; b < KPI_BINS; b++)
			dst->delay[d][b] = kpi_plus_bin(dst->delay[d][b], src->delay[d][b]);
}

bool
kpi_is_zero(const struct kpi_counts *c)
{
	for (unsigned i = 0; i < KPI_COUNTERS; i++)
		if (c->n[i] != 0)
			return false;
	for (unsigned d = 0; d < KPI_DELAYS; d++)
		for (unsigned b = 0; b < KPI_BINS; b++)
			if (c->delay[d][b] != 0)
				return false;
	return true;
}

/* In a window the two counters of a ratio may belong to different calls, so that it could pass its ends. */
static double
kpi_percent(int64_t num, int64_t den)
{
	double p;

	if (den <= 0)
		return NAN;
	p = 100.0 * (double)num / (double)den;
	return p < 0.0 ? 0.0 : p > 100.0 ? 100.0 : p;
}

/* The sample of rank k (1 the smallest); the c samples of a bin are taken to lie evenly in it. */
static double
kpi_rank(const int32_t bins[KPI_BINS], int64_t k)
{
	for (unsigned b = 0; b < KPI_BINS; b++) {
		if (bins[b] <= 0)
			continue;
		if (k <= bins[b])
			return kpi_inside(b, ((double)k - 0.5) / (double)bins[b]);
		k -= bins[b];
	}
	return NAN;
}

static int64_t
kpi_samples(const int32_t bins[KPI_BINS])
{
	int64_t n = 0;

	for (unsigned b = 0; b < KPI_BINS; b++)
		n += bins[b] > 0 ? bins[b] : 0;
	return n;
}

void
kpi_figures(const struct kpi_counts *c, struct kpi_figures *out)
{
	const int64_t *n = c->n;
	int64_t offered = kpi_minus(n[KPI_BIDS], n[KPI_ASIDE]), seized = kpi_minus(n[KPI_SEIZURES], n[KPI_ASIDE]);
	int64_t unregistered = kpi_minus(n[KPI_REGISTERS], n[KPI_REGISTERED]);

	*out = (struct kpi_figures){ .asr = kpi_percent(n[KPI_ANSWERED], seized),
		.abr = kpi_percent(n[KPI_ANSWERED], offered),
		.ner = kpi_percent(n[KPI_DELIVERED], seized),
		.ser = kpi_percent(n[KPI_ANSWERED], offered),
		.seer = kpi_percent(n[KPI_EFFECTIVE], offered),
		.isa = kpi_percent(n[KPI_INEFFECTIVE], n[KPI_BIDS]),
		.scr = kpi_percent(n[KPI_COMPLETED], n[KPI_BIDS]),
		.registration_failure = kpi_percent(unregistered, n[KPI_REGISTERS]),
		.retransmission = kpi_percent(n[KPI_RETRANSMITS], n[KPI_REQUESTS]),
		.bids = n[KPI_BIDS],
		.offered = offered > 0 ? offered : 0,
		.seized = seized > 0 ? seized : 0,
		.registers = n[KPI_REGISTERS] };
	for (unsigned d = 0; d < KPI_DELAYS; d++) {
		int64_t samples = kpi_samples(c->delay[d]);

		/* Nearest rank: the smallest sample that p percent do not exceed. */
		out->delay[d].samples = samples;
		out->delay[d].p50 = kpi_rank(c->delay[d], (samples + 1) / 2);
		out->delay[d].p95 = kpi_rank(c->delay[d], (samples * 95 + 99) / 100);
	}
}
