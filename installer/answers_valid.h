/* The checks of single values that the field table names: each says why not, with what a correct value looks like. */
#pragma once

#include <stdbool.h>

#include "installer/base/text.h"

bool valid_schema(const char *value, struct text *why_not);
bool valid_hostname(const char *value, struct text *why_not);    /* RFC 1123 */
bool valid_server(const char *value, struct text *why_not);      /* a host name or an address */
bool valid_timezone(const char *value, struct text *why_not);    /* form only: Area/City */
bool valid_interface(const char *value, struct text *why_not);   /* eth0 */
bool valid_cidr(const char *value, struct text *why_not);        /* 192.0.2.10/24 */
bool valid_address(const char *value, struct text *why_not);     /* IPv4 or IPv6 */
bool valid_proxy(const char *value, struct text *why_not);       /* http://HOST:PORT, with nothing that a shell reads */
bool valid_device(const char *value, struct text *why_not);      /* a path below /dev, or a pattern of one */
bool valid_user_name(const char *value, struct text *why_not);
bool valid_full_name(const char *value, struct text *why_not);
bool valid_date(const char *value, struct text *why_not);        /* 2027-06-30, a day that exists */
bool valid_role(const char *value, struct text *why_not);
