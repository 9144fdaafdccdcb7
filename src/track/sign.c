/* sign - what several patterns ask of a fact; see sign.h. */
#include "track/sign.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "track/known.h"

struct sign_far
sign_far(const struct fact *f)
{
	if (f->own_server && !f->own_client)
		return (struct sign_far){ f->client, f->role_client, true };
	return (struct sign_far){ f->server, f->role_server, false };
}

struct slice
sign_far_name(struct incidents *in, const struct fact *f, const struct sign_far *far)
{
	return far->is_client ? name_client(in, f) : name_server(in, f);
}

bool
sign_call_leg(const struct fact *f)
{
	return f->kind == FACT_OUTCOME && f->leg && f->method == METHOD_INVITE && !f->in_dialog;
}

bool
sign_call_whole(const struct fact *f)
{
	return f->kind == FACT_OUTCOME && f->whole && f->method == METHOD_INVITE && !f->in_dialog;
}

bool
sign_failed(const struct fact *f)
{
	return f->kind == FACT_OUTCOME && (f->outcome == OUTCOME_FAILED || f->outcome == OUTCOME_NO_RESPONSE);
}

bool
sign_failed_here(const struct fact *f)
{
	return sign_failed(f) && f->leg && !f->passed_on;
}

uint32_t
sign_count(struct incidents *in, const struct pattern *p, unsigned which, uint32_t seconds, struct raise *r)
{
	struct meter *m = meter_at(in, p->number, which, r->key, seconds * 1000);

	r->signs = meter_add(in, m, 1);
	r->since_ms = meter_age(in, m);
	if (r->quiet_ms == 0)
		r->quiet_ms = seconds * 1000;
	return r->signs;
}

bool
sign_holds(const struct incidents *in, const struct pattern *p, uint64_t key, uint32_t sum, uint32_t enough)
{
	return sum >= enough || (sum > 0 && incident_is_up(in, p, key));
}

void
sign_reset(struct incidents *in, const struct pattern *p, unsigned which, uint64_t key)
{
	struct meter *m = meter_find(in, p->number, which, key);

	if (m != NULL)
		meter_reset(m);
}

static bool
sign_is_separator(char c)
{
	return c == '-' || c == '.' || c == '(' || c == ')' || c == ' ';
}

struct slice
sign_number(char out[SIGN_DIGITS], struct slice user)
{
	bool plus = user.n > 0 && user.p[0] == '+';
	size_t n = 0;

	for (size_t i = plus; i < user.n && user.p[i] != ';'; i++) {
		if (user.p[i] >= '0' && user.p[i] <= '9') {
			if (n < SIGN_DIGITS)
				out[n++] = user.p[i];
		} else if (!sign_is_separator(user.p[i])) {
			return (struct slice){ NULL, 0 };
		}
	}
	if (!plus && n > 2 && out[0] == '0' && out[1] == '0')
		return (struct slice){ out + 2, n - 2 };
	return (struct slice){ out, n };
}

static struct slice
sign_host(struct slice host_port)
{
	struct slice rest = host_port;

	if (rest.n > 0 && rest.p[0] == '[') {
		rest.p++;
		rest.n--;
		return slice_cut(&rest, ']');
	}
	return slice_cut(&rest, ':');
}

enum sign_scope
sign_scope(const struct endpoint *e)
{
	if (e->family == 0)
		return SIGN_SCOPE_NAME;
	return known_private(e) ? SIGN_SCOPE_PRIVATE : SIGN_SCOPE_PUBLIC;
}

enum sign_scope
sign_scope_text(struct slice host_port)
{
	struct endpoint e = { .family = 0 };
	char text[INET6_ADDRSTRLEN];
	struct slice host = sign_host(host_port);

	if (host.n == 0 || host.n >= sizeof text || (host_port.p[0] > '9' && host_port.p[0] != '['))
		return SIGN_SCOPE_NAME;
	slice_copy(text, sizeof text, host);
	if (inet_pton(AF_INET, text, e.addr) == 1)
		e.family = 4;
	else if (inet_pton(AF_INET6, text, e.addr) == 1)
		e.family = 6;
	return sign_scope(&e);
}

const char *
sign_span(char out[SIGN_SPAN], uint32_t seconds)
{
	static const struct {
		uint32_t seconds;
		const char *name;
	} units[] = { { 3600, "hour" }, { 60, "minute" }, { 1, "second" } };
	unsigned u = 0;

	while (u < 2 && (seconds < units[u].seconds || seconds % units[u].seconds != 0))
		u++;
	seconds /= units[u].seconds;
	snprintf(out, SIGN_SPAN, "%u %s%s", (unsigned)seconds, units[u].name, sign_plural(seconds));
	return out;
}

const char *
sign_code(char out[SIGN_CODE], const struct fact *f)
{
	if (f->code == 0)
		snprintf(out, SIGN_CODE, "no response");
	else
		snprintf(out, SIGN_CODE, "%u", (unsigned)f->code);
	return out;
}

const char *
sign_plural(uint32_t n)
{
	return n == 1 ? "" : "s";
}
