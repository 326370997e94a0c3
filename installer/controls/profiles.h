/* The AppArmor profiles, compiled in: the program needs no files beside it. */
#pragma once

/* A file below etc/apparmor.d. A profile enforces as it stands; kind_apparmor.c makes it only complain. */
struct profile_file {
	const char *name; /* "jefe-sshd", "abstractions/jefe-app" */
	const char *text;
};

extern const struct profile_file
	profile_files[]; /* ends with name NULL; made from files/apparmor by the build */
