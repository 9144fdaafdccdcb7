/* sockaddr - endpoints and socket addresses; see sipwhy/sockaddr.h. */
#include "sipwhy/sockaddr.h"

#include <assert.h>
#include <netinet/in.h>
#include <string.h>

void
sockaddr_endpoint(struct endpoint *out, const struct sockaddr *sa)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	*out = (struct endpoint){ .family = 0 };
	if (sa != NULL && sa->sa_family == AF_INET) {
		memcpy(&in, sa, sizeof in);
		out->family = 4;
		out->port = ntohs(in.sin_port);
		memcpy(out->addr, &in.sin_addr, 4);
	} else if (sa != NULL && sa->sa_family == AF_INET6) {
		memcpy(&in6, sa, sizeof in6);
		out->family = 6;
		out->port = ntohs(in6.sin6_port);
		memcpy(out->addr, &in6.sin6_addr, 16);
	}
}

socklen_t
sockaddr_make(struct sockaddr_storage *ss, const struct endpoint *e)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(e->port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(e->port) };

	assert(e->family == 4 || e->family == 6);
	memset(ss, 0, sizeof *ss);
	if (e->family == 4) {
		memcpy(&in.sin_addr, e->addr, 4);
		memcpy(ss, &in, sizeof in);
		return sizeof in;
	}
	memcpy(&in6.sin6_addr, e->addr, 16);
	memcpy(ss, &in6, sizeof in6);
	return sizeof in6;
}
