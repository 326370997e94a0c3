/* Addresses of this computer. */
#pragma once

/* Those of all ports by which others reach it, of IPv4 and IPv6, one call each: neither of loopback nor of one link only. */
void addresses_each(void (*take)(void *context, const char *port, const char *address),
	void *context);
