# packages.sh - which Debian packages building, running and testing need;
# sourced by demo and check.

packages_build='autoconf automake gcc libc6-dev make pkg-config libcairo2-dev
    libcbor-dev libcurl4-openssl-dev libevent-dev libexpat1-dev libjansson-dev
    liboath-dev libncurses-dev libpango1.0-dev libpq-dev libqrencode-dev
    libsodium-dev libssl-dev libutf8proc-dev libxlsxwriter-dev libyaml-dev
    zlib1g-dev'
packages_run='fet fonts-dejavu-core oathtool openssl postgresql procps tzdata'
packages_test='dovecot-imapd fet-data libcmocka-dev
    libtap-parser-sourcehandler-pgtap-perl poppler-utils postgresql-15-pgtap
    python3 python3-aiosmtpd python3-cbor2 python3-icalendar python3-pyte tmux'

# Installs those of the named packages that are missing.
packages_install() {
	local p have missing= as_root='env DEBIAN_FRONTEND=noninteractive'
	local wait='-o DPkg::Lock::Timeout=300'

	have=" $(dpkg-query -W -f '${db:Status-Status}:${Package} ' "$@" \
	    2>/dev/null || true)"
	for p in "$@"; do
		case $have in
		*" installed:$p "*) ;;
		*) missing="$missing $p" ;;
		esac
	done
	[ -n "$missing" ] || return 0
	if [ "$(id -u)" != 0 ]; then
		if ! command -v sudo >/dev/null; then
			echo "missing packages:$missing" >&2
			echo "install them as root: apt-get install$missing" >&2
			exit 1
		fi
		as_root="sudo $as_root"
	fi
	echo "installing$missing" >&2
	$as_root apt-get $wait -q -y --no-install-recommends install $missing \
	    </dev/null >/dev/null 2>&1 || {
		$as_root apt-get $wait -q update </dev/null >/dev/null
		$as_root apt-get $wait -q -y --no-install-recommends install \
		    $missing </dev/null >/dev/null
	}
}
