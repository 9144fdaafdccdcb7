# bash completion for sipwhy: what `sipwhy --print bash` prints.

_sipwhy_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur"); }
_sipwhy_files() { compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); }
_sipwhy_interfaces()
{
	local i names=any
	for i in /sys/class/net/*; do names="$names ${i##*/}"; done
	_sipwhy_words "$names"
}
_sipwhy_themes()
{
	local i names=$1
	case $cur in */*) _sipwhy_files; return ;; esac
	for i in "${XDG_CONFIG_HOME:-$HOME/.config}"/sipwhy/themes/*.theme; do
		[ -f "$i" ] && i=${i##*/} && names="$names ${i%.theme}"
	done
	_sipwhy_words "$names"
}
# The last word of a filter that is being typed; quotes are the shell's.
_sipwhy_fields()
{
	local text=${cur#[\"\']} part
	part=${text##*[ (]}; part=${part#[-!]}
	compopt -o nospace 2>/dev/null
	mapfile -t COMPREPLY < <(compgen -P "${text%"$part"}" -S : -W "$1" -- "$part")
}
_sipwhy()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	# --name=value comes in three words.
	if [ "$cur" = = ]; then cur=
	elif [ "$prev" = = ] && [ "$COMP_CWORD" -gt 1 ]; then prev=${COMP_WORDS[COMP_CWORD - 2]}
	elif [ "$prev" = --json ]; then prev=
	fi
	case $prev in
	-d|--device) _sipwhy_interfaces ;;
	-I|--input) _sipwhy_files ;;
	--follow) _sipwhy_files ;;
	-S|--syslog) COMPREPLY=() ;;
	-L|--hep-listen) COMPREPLY=() ;;
	--tzsp) COMPREPLY=() ;;
	--hep-key) _sipwhy_files ;;
	--allow) COMPREPLY=() ;;
	--tls-cert) _sipwhy_files ;;
	--tls-key) _sipwhy_files ;;
	--tls-ca) _sipwhy_files ;;
	--seed) COMPREPLY=() ;;
	-B|--buffer) COMPREPLY=() ;;
	--duration) COMPREPLY=() ;;
	--filter) _sipwhy_fields "code class sip reason phrase q850 warn retry stale peer src dst user from to prefix ua product saidby dir source site method cid branch transport setup leg n since until at is" ;;
	-l|--limit) COMPREPLY=() ;;
	-O|--output) _sipwhy_files ;;
	-H|--hep-send) COMPREPLY=() ;;
	--hep-id) COMPREPLY=() ;;
	--hep-ca) _sipwhy_files ;;
	--json) _sipwhy_words "records report" ;;
	--color) _sipwhy_words "auto never 16 256 true" ;;
	--glyphs) _sipwhy_words "auto ascii cp437 utf8" ;;
	--theme) _sipwhy_themes "dark light mono 16 highcontrast sngrep solarized" ;;
	--refresh) COMPREPLY=() ;;
	--window) _sipwhy_words "auto 1m 5m 15m 1h 24h all" ;;
	--command) COMPREPLY=() ;;
	--confirm-quit) _sipwhy_words "auto always never" ;;
	--bell) _sipwhy_words "never crit" ;;
	-f|--config) _sipwhy_files ;;
	--explain) _sipwhy_words "100 180 181 182 183 199 200 202 204 300 301 302 303 305 380 400 401 402 403 404 405 406 407 408 409 410 411 412 413 414 415 416 417 420 421 422 423 424 425 428 429 430 433 436 437 438 439 440 469 470 473 475 476 477 478 479 480 481 482 483 484 485 486 487 488 489 490 491 493 494 500 501 502 503 504 505 510 513 555 580 600 603 604 606 607 608 666 687 1xx 2xx 3xx 4xx 5xx 6xx trunk-down congestion refused register-storm brute-force scan codec nat loop fraud stir dns session-timer early-media credentials number-format inbound-route too-big overload ack-missing alg analytics tls subscription masked silence" ;;
	--howto) _sipwhy_words "capture ssh mirror hep file asterisk freeswitch kamailio opensips 3cx sbc syslog journald docker list" ;;
	*) _sipwhy_words "-d --device -I --input --follow --from-start -S --syslog -L --hep-listen --tzsp --hep-key --allow --tls-cert --tls-key --tls-ca -E --hep-parse --demo --seed -B --buffer --duration -c --calls -i --ignore-case -v --invert --filter -l --limit -R --rotate -O --output -H --hep-send --hep-id --hep-ca -N --no-interface -q --quiet --json --events --messages --no-redact --color --glyphs --theme --mouse --refresh --fast --window --command --confirm-quit --bell -f --config -F --no-config -D --dump-config --check-config --explain --howto --reset -h --help -V --version " ;;
	esac
}
complete -F _sipwhy sipwhy
