/*
 * statement - single lines of a log that name a code: what follows from them (doc/counting.md, "Logs").
 * The one thing to know: no request was seen and none will be, so nothing is waited for but what a refusal waits for,
 * and a line that names no call stands for itself alone.
 */
#include "track/track_int.h"

/* Logs of whole seconds have two lines of one moment in two of them. */
enum { STATEMENT_BESIDE_MS = 1000 };

/* Only failures are told by lines without a Call-ID: nothing ties an answer, a challenge or a redirect to what it
 * ended.  A 487 only says that somebody else ended the request. */
static void
statement_lone(struct track *t, const struct track_in *in)
{
	const struct sipmsg *s = in->s;

	if (s->code < 400 || s->code == 401 || s->code == 407 || s->code == 487 || verdict_serves(s->method, s->code))
		return;
	course_lone(t, in, ATTEMPT_STATED | ATTEMPT_LONE | (course_is_inner(s->method) ? ATTEMPT_IN_CALL : 0), true);
}

/*
 * Was it said before?  Then the line came over another way: none tells that a response was sent again.  Behind its
 * answer a transaction has nothing to say, and a branch ended once.
 */
static bool
statement_repeats(const struct track *t, const struct attempt *a, const struct sipmsg *s)
{
	return s->cseq != 0 && a->cseq == s->cseq && (t->now - a->try_at < TRACK_TIMER_B_MS || verdict_failed(a)) &&
	    (a->hop.code == s->code || a->state == ATTEMPT_ANSWERED || (!s->upstream && a->said_code == s->code));
}

/*
 * Is it what the originator was told of a failure that a branch ended with (RFC 3261 16.7: a proxy makes 500 of 503)?
 * A line without a CSeq stands beside the other one.  Whoever gave up was told so, whichever line says it.
 */
static bool
statement_is_made(const struct track *t, const struct attempt *a, const struct sipmsg *s)
{
	bool numbered = s->cseq != 0 && a->cseq != 0;

	if ((!s->upstream && s->code != 487) || (a->flags & ATTEMPT_UPSTREAM) || a->method != METHOD_INVITE ||
	    !verdict_failed(a) || a->event_id == 0)
		return false;
	return s->code >= 300 && s->code != 401 && s->code != 407 && s->code != a->hop.code &&
	    (numbered ? s->cseq == a->cseq : t->now - a->end <= STATEMENT_BESIDE_MS);
}

/* The transaction is the one that was told; all that changes is how it ended. */
static void
statement_make(struct track *t, const struct track_in *in, struct attempt *a)
{
	bool stumbled = a->flags & ATTEMPT_STUMBLED;
	unsigned code = in->s->code;

	verdict_reopen(t, a);
	if (!stumbled)
		a->flags &= ~(uint32_t)ATTEMPT_STUMBLED;
	a->flags |= ATTEMPT_UPSTREAM;
	if (code == 487)
		a->flags |= ATTEMPT_CANCELLED;
	if (code == 487 || code < 400)
		a->flags |= ATTEMPT_BRANCH;
	a->said_code = a->hop.code;
	a->hop.code = a->hop.seen = 0;
	course_answer(t, a, in, &a->hop);
}

static void
statement_follow(struct track *t, struct track_in *in, struct attempt *a, uint64_t key)
{
	const struct sipmsg *s = in->s;

	if (a == NULL)
		a = course_begin(t, in, key);
	else
		course_later(t, a, in);
	if (a == NULL)
		return;
	if (s->upstream)
		a->flags |= ATTEMPT_UPSTREAM;
	/* RFC 3261 21.4.25: a BYE or CANCEL ended it, which such a log need not tell. */
	if (s->code == 487)
		a->flags |= ATTEMPT_CANCELLED;
	course_answer(t, a, in, &a->hop);
	if (s->method == METHOD_BYE && (s->code < 300 || s->code == 481))
		course_bye_answered(t, in);
}

enum seen
statement_take(struct track *t, struct track_in *in)
{
	const struct sipmsg *s = in->s;
	struct attempt *a, *call;
	uint64_t key = in->key;

	in->seen = SEEN_NEW;
	if (s->code < 200 || s->method == METHOD_CANCEL || s->method == METHOD_ACK)
		return in->seen;
	if (s->call_id.n == 0 || s->method == METHOD_NONE) {
		statement_lone(t, in);
		return in->seen;
	}
	call = course_call(t, in);
	a = attempt_find(t->attempts, key);
	/* Whose messages are seen says it all itself. */
	if ((call != NULL && !(call->flags & ATTEMPT_STATED)) || (a != NULL && !(a->flags & ATTEMPT_STATED)))
		return SEEN_COPY;
	/* Behind its answer all INVITEs of a call are inside of it. */
	if (s->method == METHOD_INVITE && a != NULL && a->state == ATTEMPT_ANSWERED && !statement_repeats(t, a, s)) {
		key = course_inner_key(in);
		a = attempt_find(t->attempts, key);
	}
	if (a != NULL && statement_repeats(t, a, s))
		return SEEN_COPY;
	if (a != NULL && statement_is_made(t, a, s))
		statement_make(t, in, a);
	else
		statement_follow(t, in, a, key);
	return in->seen;
}
