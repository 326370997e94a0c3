# Sources of tests/iso; see Makefile.am. tests/run starts them: they need root.
EXTRA_DIST += tests/iso/run tests/iso/alpine.sh tests/iso/bill.py tests/iso/container.sh tests/iso/elsewhere.sh tests/iso/endings.sh tests/iso/image tests/iso/image.inside tests/iso/mirrors.sh tests/iso/hostile.sh tests/iso/targets.sh tests/iso/menu.py tests/iso/mirror.py tests/iso/parse.mjs tests/iso/tiny
