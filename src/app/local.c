/* local - the addresses of this machine (getifaddrs(3)); see local.h. */
#include "app/local.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

static int
local_address(struct endpoint *out, const struct ifaddrs *i)
{
	const struct sockaddr *sa = i->ifa_addr;

	*out = (struct endpoint){ .family = 0 };
	if (sa == NULL || i->ifa_flags & IFF_LOOPBACK)
		return -1;
	if (sa->sa_family == AF_INET) {
		out->family = 4;
		memcpy(out->addr, &((const struct sockaddr_in *)(const void *)sa)->sin_addr, 4);
	} else if (sa->sa_family == AF_INET6) {
		out->family = 6;
		memcpy(out->addr, &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr, 16);
	}
	return out->family != 0 ? 0 : -1;
}

size_t
local_addresses(struct endpoint *out, size_t max)
{
	struct ifaddrs *list;
	size_t n = 0;

	if (getifaddrs(&list) != 0)
		return 0;
	for (const struct ifaddrs *i = list; i != NULL && n < max; i = i->ifa_next)
		if (local_address(&out[n], i) == 0)
			n++;
	freeifaddrs(list);
	return n;
}
