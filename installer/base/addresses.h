/* Addresses of this computer. */
#pragma once

/* Those of all ports, the loopback port lo too, of IPv4 and IPv6, one call each; without those that work on one link only. */
void addresses_each(void (*take)(void *context, const char *port, const char *address),
	void *context);
