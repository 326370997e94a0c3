# shellcheck shell=sh
# A TPM that opens the disk, when there is jefe-tpm. It gives the key out once: whoever comes after that, a shell or the system of another
# disk, finds its register closed.

tpm_closed=no

have_tpm() {
	command -v jefe-tpm >/dev/null || return
	modprobe -abq tpm_crb tpm_tis || : # a kernel may have them built in
}

# try_tpm DEVICE: false: the passphrase has to be asked for. Nobody was there who could be asked, so nothing from here on ends in a shell.
try_tpm() {
	have_tpm || return 1
	if jefe-tpm open "$1" root >/run/jefe/tpm.said 2>/dev/null; then
		echo unlocked >/run/jefe/tpm
		tpm_closed=yes rescue=no
		say "the TPM has unlocked the disk"
		return 0
	fi
	why=$(cat /run/jefe/tpm.said)
	why=${why:-the TPM does not answer}
	echo "asked: $why" >/run/jefe/tpm
	say "the TPM does not unlock the disk: $why; please give the passphrase"
	close_tpm
	return 1
}

# close_tpm: false when it cannot be done. Once more does no harm.
close_tpm() {
	have_tpm && [ "$tpm_closed" = no ] || return 0
	jefe-tpm close >/dev/null 2>&1 || return 1
	tpm_closed=yes
}
