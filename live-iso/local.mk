# Sources of live-iso; see Makefile.am.
EXTRA_DIST += live-iso/build.sh live-iso/build.ps1 live-iso/Dockerfile.builder live-iso/Jenkinsfile live-iso/demo live-iso/grub.cfg live-iso/packages-host.list live-iso/.shellcheckrc \
	live-iso/bases live-iso/lib live-iso/overlay live-iso/stages

# A release archive has no Git: the date of its source goes with it.
dist-hook:
	cd $(top_srcdir) && bash -c 'here=live-iso; source_dir=.; . live-iso/lib/compile.sh; . live-iso/lib/same.sh; epoch_of_source' \
		>$(abs_top_builddir)/$(distdir)/live-iso/epoch.new
	mv -f $(distdir)/live-iso/epoch.new $(distdir)/live-iso/epoch
