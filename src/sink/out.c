/* out - what both reports share; see out.h. */
#include "sink/out.h"

#include <errno.h>
#include <string.h>

#include "sipwhy/mem.h"

int
sink_flush(FILE *out)
{
	errno = 0;
	if (fflush(out) != 0)
		return errno != 0 ? -errno : -EIO;
	return ferror(out) ? -EIO : 0;
}

uint64_t
sink_reassembly_drops(const struct source_stat *s)
{
	return s->drop[WIRE_DROP_FRAG_INCOMPLETE] + s->drop[WIRE_DROP_FRAG_OVERLAP] + s->drop[WIRE_DROP_FRAG_LIMIT] +
	    s->drop[WIRE_DROP_TCP_LIMIT];
}

uint64_t
sink_lost(const struct source_stat *s)
{
	uint64_t sum = s->kernel_drops + s->if_drops + s->bad_frames;

	if (s->text)
		return sum + s->verdict[WIRE_DROPPED] + s->long_records;
	for (unsigned d = 0; d < WIRE_DROP_N; d++)
		sum += s->drop[d];
	return sum;
}

uint64_t
sink_notices(const struct sink_report *r)
{
	uint64_t n = 0;

	for (size_t i = 0; i < r->n_sources; i++)
		n += r->sources[i].notices;
	return n;
}

bool
sink_from_lines(const struct sink_report *r)
{
	struct counts_from from = { 0 };

	for (size_t i = 0; i < r->n_sources; i++)
		counts_from_add(&from, &r->sources[i]);
	return counts_from_lines(&from);
}

const struct counts *
sink_lines(const struct sink_report *r)
{
	return sink_from_lines(r) ? tally_total(r->tally) : NULL;
}

bool
sink_attempted(const struct counts *c, unsigned method)
{
	bool any = c->attempts[method] != 0;

	for (unsigned k = 0; k < OUTCOME_N; k++)
		any |= c->outcomes[method][k] != 0;
	return any;
}

int64_t
sink_open(const struct counts *c, unsigned method)
{
	int64_t n = c->attempts[method];

	for (unsigned k = 0; k < OUTCOME_N; k++)
		n -= c->outcomes[method][k];
	return n;
}

uint64_t
sink_ack_missing(const struct tally *t)
{
	const uint64_t *codes = tally_event_codes(t);
	uint64_t n = 0;

	for (unsigned code = SIP_CODE_MIN; code < 300; code++)
		n += codes[code - SIP_CODE_MIN];
	return n;
}

static bool
sink_peers_has(const struct sink_peers *p, const char *name)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->peer[i].name, name) == 0)
			return true;
	return false;
}

/* The rest may have KPIs, of peers that gave their row away, and nothing else: it stands last then. */
static void
sink_peers_other(struct sink_peers *p)
{
	if (sink_peers_kpi(p, "other") == NULL || p->n > TALLY_PEERS_MAX || sink_peers_has(p, "other"))
		return;
	p->peer[p->n] = (struct peer_stat){ .name = "other" };
	p->n++;
}

struct sink_peers *
sink_peers_new(const struct tally *t)
{
	struct sink_peers *p = mem_zalloc(sizeof *p);

	if (p == NULL)
		return NULL;
	p->peer = mem_alloc((TALLY_PEERS_MAX + 1) * sizeof *p->peer);
	p->kpi = mem_alloc((KPI_PEERS + 1) * sizeof *p->kpi);
	p->counts = mem_alloc((KPI_PEERS + 1) * sizeof *p->counts);
	if (p->peer == NULL || p->kpi == NULL || p->counts == NULL) {
		sink_peers_free(p);
		return NULL;
	}
	p->n = tally_top_peers(t, p->peer, TALLY_PEERS_MAX + 1);
	p->n_kpi = tally_kpi_peers(t, 0, 0, p->kpi, p->counts, KPI_PEERS + 1);
	sink_peers_other(p);
	return p;
}

void
sink_peers_free(struct sink_peers *p)
{
	if (p == NULL)
		return;
	mem_free(p->peer);
	mem_free(p->kpi);
	mem_free(p->counts);
	mem_free(p);
}

const struct kpi_peer *
sink_peers_kpi(const struct sink_peers *p, const char *name)
{
	for (size_t i = 0; i < p->n_kpi; i++)
		if (strcmp(p->kpi[i].name, name) == 0)
			return &p->kpi[i];
	return NULL;
}
