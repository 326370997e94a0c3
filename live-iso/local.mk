# Sources of live-iso; see Makefile.am.
EXTRA_DIST += live-iso/build.sh live-iso/demo live-iso/grub.cfg live-iso/packages-host.list live-iso/.shellcheckrc \
	live-iso/bases live-iso/lib live-iso/overlay live-iso/stages
