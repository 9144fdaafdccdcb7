/* local - the addresses of this machine (getifaddrs(3)); see local.h. */
#include "app/local.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "sipwhy/sockaddr.h"

static int
local_address(struct endpoint *out, const struct ifaddrs *i)
{
	*out = (struct endpoint){ .family = 0 };
	if (i->ifa_flags & IFF_LOOPBACK)
		return -1;
	sockaddr_endpoint(out, i->ifa_addr);
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

/* Its first IPv4 address, "" none. */
static void
local_first(char *out, size_t cap, const struct ifaddrs *list, const char *name)
{
	out[0] = '\0';
	for (const struct ifaddrs *i = list; i != NULL && out[0] == '\0'; i = i->ifa_next)
		if (strcmp(i->ifa_name, name) == 0 && i->ifa_addr != NULL && i->ifa_addr->sa_family == AF_INET)
			(void)inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)i->ifa_addr)->sin_addr,
			    out, (socklen_t)cap);
}

static void
local_interface(char *out, size_t cap, const struct ifaddrs *list, const struct ifaddrs *i)
{
	char address[INET_ADDRSTRLEN];

	local_first(address, sizeof address, list, i->ifa_name);
	if (i->ifa_flags & IFF_LOOPBACK)
		(void)snprintf(out, cap, "%.32s", i->ifa_name);
	else
		(void)snprintf(out, cap, "%.32s (%s%s%s)", i->ifa_name, i->ifa_flags & IFF_UP ? "up" : "down",
		    address[0] != '\0' ? ", " : "", address);
}

void
local_interfaces(char *out, size_t cap, const char *but)
{
	struct ifaddrs *list;
	size_t at = 0;
	char text[96];

	out[0] = '\0';
	if (getifaddrs(&list) != 0)
		return;
	/* Each has one address of the link layer. */
	for (const struct ifaddrs *i = list; i != NULL; i = i->ifa_next) {
		if (i->ifa_addr == NULL || i->ifa_addr->sa_family != AF_PACKET || strcmp(i->ifa_name, but) == 0)
			continue;
		local_interface(text, sizeof text, list, i);
		if (at + strlen(text) + 3 < cap)
			at += (size_t)snprintf(out + at, cap - at, "%s%s", at > 0 ? "  " : "", text);
	}
	freeifaddrs(list);
}
