# shellcheck shell=sh
# Who logs in by SSH: see `jefe-setup remote`.
export PARTED_GPT_APPLE=0 # or libparted runs dmidecode at every start of the program
if [ -n "${SSH_CONNECTION:-}" ] && [ -t 1 ]; then
	cat <<-'END'
		This is the JefeLinux live system; nothing is kept that is done here, but for what you write to disks.
		  jefe-setup           the wizard
		  jefe-setup attach    watch an installation that runs
		  jefe-setup recover   repair an installed system
	END
fi
