#include "installer/base/addresses.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

/* Link-local, where DHCP found no server: 169.254.0.0/16, RFC 3927. */
static bool is_far(const struct in_addr *address)
{
	return (ntohl(address->s_addr) >> 16) != 0xa9fe;
}

/* The text of an address that is wanted, or NULL. */
static const char *address_text(const struct sockaddr *address, char *text)
{
	const struct sockaddr_in *four = (const void *)address;
	const struct sockaddr_in6 *six = (const void *)address;

	if (address && address->sa_family == AF_INET && is_far(&four->sin_addr))
		return inet_ntop(AF_INET, &four->sin_addr, text, INET6_ADDRSTRLEN);
	if (address && address->sa_family == AF_INET6 &&
		!IN6_IS_ADDR_LINKLOCAL(&six->sin6_addr))
		return inet_ntop(AF_INET6, &six->sin6_addr, text, INET6_ADDRSTRLEN);
	return NULL;
}

void addresses_each(
	void (*take)(void *context, const char *port, const char *address), void *context)
{
	char text[INET6_ADDRSTRLEN];
	struct ifaddrs *all = NULL;

	if (getifaddrs(&all) < 0)
		return;
	for (const struct ifaddrs *one = all; one; one = one->ifa_next)
		if (address_text(one->ifa_addr, text))
			take(context, one->ifa_name, text);
	freeifaddrs(all);
}
