#include "installer/answers_valid.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "installer/timezone.h"

static const char lower[] = "abcdefghijklmnopqrstuvwxyz";
static const char alphanumeric[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

static bool refuse(struct text *why_not, const char *reason)
{
	text_add(why_not, reason);
	return false;
}

/* Is every character of text in set or in more? */
static bool consists_of(const char *text, const char *set, const char *more)
{
	for (; *text; text++)
		if (!strchr(set, *text) && !strchr(more, *text))
			return false;
	return true;
}

bool valid_schema(const char *value, struct text *why_not)
{
	if (strcmp(value, "1") == 0)
		return true;
	return refuse(why_not,
		_("this program knows schema 1; a file of a newer schema needs a newer jefe-setup"));
}

static bool is_address(const char *value)
{
	unsigned char raw[16];

	return inet_pton(AF_INET, value, raw) == 1 ||
	       inet_pton(AF_INET6, value, raw) == 1;
}

bool valid_hostname(const char *value, struct text *why_not)
{
	autowords struct words labels = {0};

	if (is_address(value))
		return refuse(why_not, _("an address is not a name"));
	if (*value == '.' || text_ends(value, ".") || strstr(value, ".."))
		return refuse(why_not, _("a dot stands only between two names"));
	if (!consists_of(value, alphanumeric, "-."))
		return refuse(why_not,
			_("only letters, digits, - and . can be in a host name"));
	words_split(&labels, value, ".");
	for (size_t i = 0; i < labels.count; i++) {
		if (*labels.items[i] == '-' || text_ends(labels.items[i], "-"))
			return refuse(
				why_not, _("a host name neither starts nor ends with -"));
		if (strlen(labels.items[i]) > 63)
			return refuse(why_not,
				_("each part of a host name has at most 63 characters"));
	}
	return true;
}

bool valid_server(const char *value, struct text *why_not)
{
	return is_address(value) || valid_hostname(value, why_not);
}

bool valid_timezone(const char *value, struct text *why_not)
{
	autofree char *nearest = NULL;

	if (!consists_of(value, alphanumeric, "_+-/") || !strchr(alphanumeric, *value) ||
		strstr(value, "//") || text_ends(value, "/"))
		return refuse(why_not,
			_("a time zone is a name of the tz database, as Area/City or UTC"));
	if (timezone_known(value))
		return true;
	nearest = timezone_nearest(value);
	if (!nearest)
		return refuse(why_not, _("the tz database has no such time zone"));
	text_addf(why_not,
		_("the tz database has no such time zone (did you mean \"%s\"?)"),
		nearest);
	return false;
}

bool valid_interface(const char *value, struct text *why_not)
{
	if (consists_of(value, alphanumeric, "_.-@") && strcmp(value, ".") != 0 &&
		strcmp(value, "..") != 0)
		return true;
	return refuse(why_not, _("a network interface has a name like eth0 or enp3s0"));
}

bool valid_address(const char *value, struct text *why_not)
{
	return is_address(value) || refuse(why_not, _("not an IPv4 or IPv6 address"));
}

/* HOST or [IPv6]. */
static bool is_host(const char *value, size_t size)
{
	autofree char *host = memory_copy_bytes(value, size);
	autotext struct text ignored = {0};

	if (size > 2 && *host == '[' && host[size - 1] == ']') {
		host[size - 1] = '\0';
		return strchr(host, ':') && is_address(host + 1);
	}
	return size && ((is_address(host) && !strchr(host, ':')) ||
			       valid_hostname(host, &ignored));
}

bool valid_proxy(const char *value, struct text *why_not)
{
	static const char scheme[] = "http://";
	const char *host = value + strlen(scheme), *port;
	uint64_t number;

	if (!text_starts(value, scheme))
		return refuse(why_not, _("a proxy is written as http://HOST:PORT"));
	if (strchr(host, '@'))
		return refuse(why_not,
			_("no name and password can be here: everyone on the installed system could read them"));
	port = strrchr(host, ':');
	if (!port || !is_host(host, (size_t)(port - host)))
		return refuse(why_not, _("a proxy is written as http://HOST:PORT"));
	if (text_to_u64(port + 1, 1, 65535, &number) < 0)
		return refuse(why_not, _("the port is a number from 1 to 65535"));
	return true;
}

bool valid_cidr(const char *value, struct text *why_not)
{
	const char *slash = strchr(value, '/');
	autofree char *address =
		memory_copy_bytes(value, slash ? (size_t)(slash - value) : strlen(value));
	uint64_t prefix;

	if (!is_address(address))
		return refuse(
			why_not, _("not an IPv4 or IPv6 address with a prefix length"));
	if (!slash ||
		text_to_u64(slash + 1, 1, strchr(address, ':') ? 128 : 32, &prefix) < 0)
		return refuse(why_not,
			_("the prefix length is missing or too large: write /24 behind an IPv4 address"));
	return true;
}

bool valid_device(const char *value, struct text *why_not)
{
	if (text_starts(value, "/dev/") && value[5] && !strstr(value, ".."))
		return true;
	return refuse(why_not, _("a device path starts with /dev/"));
}

/* Accounts and groups that every base brings. */
static const char *const reserved_users[] = {"root", "daemon", "bin", "sys", "sync",
	"games", "man", "lp", "mail", "news", "uucp", "proxy", "www-data", "backup",
	"list", "irc", "gnats", "nobody", "nogroup", "adm", "shutdown", "halt",
	"operator", "guest", "ftp", "cron", "at", "ntp", "sshd", "messagebus",
	"postmaster", "squid", "xfs", "cyrus", "vpopmail", "utmp", "smmsp", "wheel",
	"sudo", "shadow", "disk", "tty", "dialout", "kmem", "video", "audio", "input",
	"kvm", "users", "staff", "utempter", "dhcp", "chrony", "klogd", "syslog", NULL};

bool valid_user_name(const char *value, struct text *why_not)
{
	if (!strchr(lower, *value) && *value != '_')
		return refuse(why_not, _("a user name starts with a small letter or _"));
	if (!consists_of(value, lower, "0123456789_-"))
		return refuse(why_not,
			_("only small letters, digits, _ and - can be in a user name"));
	for (const char *const *reserved = reserved_users; *reserved; reserved++)
		if (strcmp(value, *reserved) == 0)
			return refuse(why_not,
				_("the system itself has an account or group of this name; choose another"));
	return true;
}

bool valid_full_name(const char *value, struct text *why_not)
{
	for (const char *c = value; *c; c++)
		if (*c == ':' || *c == ',' || *c == '=' || (unsigned char)*c < ' ' ||
			*c == 0x7f)
			return refuse(why_not,
				_("a full name holds no : , = or control characters"));
	return true;
}

bool valid_role(const char *value, struct text *why_not)
{
	if (strchr(lower, *value) && consists_of(value, lower, "0123456789-"))
		return true;
	return refuse(why_not, _("a role is one word of small letters, digits and -"));
}

bool valid_date(const char *value, struct text *why_not)
{
	static const unsigned char days[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	static const char form[] = "0000-00-00";
	uint64_t year = strtoul(value, NULL, 10), month, day;
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	for (size_t i = 0; i < sizeof(form); i++)
		if (form[i] == '0' ? value[i] < '0' || value[i] > '9'
				   : value[i] != form[i])
			return refuse(why_not, _("a date is written as 2027-06-30"));
	month = strtoul(value + strlen("0000-"), NULL, 10);
	day = strtoul(value + strlen("0000-00-"), NULL, 10);
	if (month < 1 || month > 12 || day < 1 ||
		day > days[month - 1] + (unsigned)(month == 2 && leap))
		return refuse(why_not,
			_("there is no such day; a date is written as 2027-06-30"));
	return true;
}
