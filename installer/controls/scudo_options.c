/* Asked by Scudo when a program starts. GWP-ASan takes a sample of all allocations, by chance, and remembers which thread they are of:
 * programs that shut out system calls they do not use are then killed by gettid, chronyd for one. It looks for mistakes of the
 * program and is no part of the hardening. Source: the standalone allocator's interface.h and flags.inc. No library is used, so
 * that it is the same for glibc and musl. */
const char *__scudo_default_options(void);

const char *__scudo_default_options(void)
{
	return "GWP_ASAN_Enabled=false";
}
