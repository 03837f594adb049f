// Made of background.sh by scripts/background-script.mjs; that is the file to read and to change.
const common = {
  head: `set +efux
exec </dev/null 2>/dev/null
fields() {
_fields=
[ -r "/proc/$1/stat" ] || return 1
while IFS= read -r _line || [ -n "$_line" ]; do _fields=\${_line##*)}; done <"/proc/$1/stat"
[ -n "$_fields" ]
}
alive() {
if [ "$2" = - ]; then
_error=$(LC_ALL=C kill -0 "$1" 2>&1) && return
case $_error in *ermitted*) return ;; *) return 1 ;; esac
fi
fields "$1" || return 1
set -- "$2" $_fields
[ "\${21}" = "$1" ] && [ "$2" != X ] && { [ "$2" != Z ] || [ "\${19}" -gt 1 ]; }
}
self() {
_begin=- _session=- _here=-
fields $$ || return
set -- $_fields
_session=$4 _begin=\${20}
read -r _here </proc/sys/kernel/random/boot_id
fields 1
set -- $_fields
_here=$_here/\${20} _first=$4
}
nap() {
if sleep "0.$1"; then _tenths=$((_tenths + $1)); else
sleep 1
_tenths=$((_tenths + 10))
fi
}
process() {
read -r _pid _start _sid <"$_run/pid"
case $_pid in '' | 0* | 1 | *[!0-9]*) _pid=- ;; esac
}
look() {
_n=0 _token=- _boss=- _since=- _where=- _at=- _output=- _meta=- _pid=- _start=- _sid=- _exit=- _asked=- _state=none
for _path in "$_dir"/[0-9]*; do
[ -d "$_path" ] || continue
_path=\${_path##*/}
case $_path in *[!0-9]*) ;; *) [ $_path -gt $_n ] && _n=$_path ;; esac
done
[ $_n -gt 0 ] || return
_run=$_dir/$_n _state=ended
[ -e "$_run/stop" ] && _asked=stop
if read -r _layout _token _boss _since _where _at _output _meta <"$_run/record"; then
process
if [ "$_layout" != 1 ]; then
_state=layout _token=- _at=- _output=- _meta=- _pid=-
elif [ "$_where" != "$_here" ]; then
_state=elsewhere
elif [ $_pid != - ] && alive $_pid "$_start"; then
_state=running
elif alive "$_boss" "$_since"; then
_state=starting
fi
else
for _path in "$_dir"/.*.*; do
[ "$_path" != "$_claim" ] && read -r _layout _path _boss _since _path <"$_path" &&
alive "$_boss" "$_since" && _state=starting
done
if [ "$_state$_token" = ended- ] && [ -r "$_run/record" ]; then
look
return
fi
_token=- _at=- _output=- _meta=-
fi
if read -r _exit <"$_run/exit"; then
_state=ended
[ $_pid != - ] || process
fi
[ -d "$_run" ] || look
}
settle() {
_tenths=0
look
while [ $_state = starting ] && [ $_pid != - ] && [ $_tenths -lt 20 ]; do
nap 1
look
done
[ $_state != starting ] || [ $_pid = - ] || _state=ended
}
say() {
printf 'run %s\\n' "$_id $_state $_n $_token $_at $_pid \${_exit:--} $_asked $_output $_meta $_dir"
}
each_root() {
_call=$1
set -- "$_given"
[ -n "$_given" ] || set -- /tmp /dev/shm /var/tmp /run "\${HOME:-/root}"
for _root; do
[ -n "$_given" ] || _root=$_root/.podwire
_dir=$_root/$_pod/$_id
$_call && return
done
return 1
}
trusted() { [ -d "$_root/$_pod" ] && { [ -n "$_given" ] || { [ -O "$_root" ] && [ ! -L "$_root" ]; }; }; }
found() { [ -d "$_dir" ] && trusted; }`,
  tail: `_verb=$1 _given=$2 _pod=$3 _id=$4 _claim='' _session=- _first=-
shift 4
self
do_$_verb "$@"
echo 'done'`,
}

const verbs = {
  status: `do_status() {
each_root found || _dir=/dev/null
settle
say
}`,
  list: `all() {
trusted || return
for _dir in "$_root/$_pod"/*; do
_id=\${_dir##*/}
case $_id in [!A-Za-z0-9]* | *[!A-Za-z0-9._-]*) continue ;; esac
[ -d "$_dir" ] || continue
[ \${#_id} -lt 64 ] || continue
settle
[ "$_state" = none ] || say
done
return 1
}
do_list() { each_root all; }`,
  start: `made() { (umask 077 && mkdir -p "$_dir") && trusted && [ -w "$_dir" ]; }
do_start() {
_cwd=$1 _i=0 _count=$2
shift 2
while [ $_i -lt $_count ]; do
export "_e$_i=$1"
shift
_i=$((_i + 1))
done
_word=state
if [ -n "$_cwd" ] && ! (cd "$_cwd"); then
_word=cwd
elif [ "$3" = container ] && ! (: >>/proc/1/fd/1 && : >>/proc/1/fd/2); then
_word=output
elif each_root found || each_root made; then
export _podwire
_setsid=
command -v setsid >/dev/null && _setsid=setsid
_word=$(
sh -c '_parent=$$ "$@"; :' sh $_setsid sh -c 'eval "$_podwire"' podwire supervise "$_given" $_pod $_id \\
"$_dir" "$_setsid" "$_cwd" $_count "$@" | {
read -r _word
echo $_word
}
)
settle
say
fi
echo "start \${_word:-state}"
}
do_supervise() {
[ $PPID != "$_parent" ] || kill -9 $PPID
unset _parent
trap : HUP INT QUIT TERM USR1 USR2
_dir=$1 _setsid=$2 _cwd=$3 _count=$4 _mode=$7 _claim=$1/.$5.$$ _word=active
echo "1 $5 $$ $_begin $_here $6 $7 $8" >"$_claim" || _word=state
shift 8
look
_next=$((_n + 1))
case $_word$_state in
activestarting | activerunning | activelayout | state*) ;;
*)
if mkdir "$_dir/$_next" && mv "$_claim" "$_dir/$_next/record"; then
look
if [ $_n = $_next ]; then _word=; else rm -rf "\${_dir:?}/$_next"; fi
elif [ ! -d "$_dir/$_next" ]; then
_word=state
fi
;;
esac
rm -f "$_claim"
if [ -n "$_word" ]; then
echo $_word
exit
fi
for _path in "$_dir"/[0-9]*; do [ "$_path" = "$_run" ] || rm -rf "$_path"; done
echo >"$_run/exit.new"
$_setsid sh -c 'eval "$_podwire"' podwire run "$_given" $_pod $_id "$_run" "$_setsid" "$_cwd" $_count $_mode "$@"
echo $? 1<>"$_run/exit.new" && mv "$_run/exit.new" "$_run/exit"
exit
}
do_run() {
_run=$1 _cwd=$3 _i=0 _count=$4 _mode=$5
[ -z "$2" ] || _session=$$
shift 5
if ! { echo "$$ $_begin $_session" >"$_run/pid.new" && mv "$_run/pid.new" "$_run/pid"; }; then
echo state
exit 125
fi
(echo started)
[ ! -e "$_run/stop" ] || exit 143
case $_mode in
file) exec >>"$_run/output" 2>&1 ;;
container) exec >>/proc/1/fd/1 2>>/proc/1/fd/2 ;;
*) exec >/dev/null ;;
esac
set -- '' "$@"
while [ $_i -lt $_count ]; do
eval 'set -- "$_e'$_i'" "$@"; unset _e'$_i
_i=$((_i + 1))
done
[ -z "$_cwd" ] || cd "$_cwd" || exit 126
unset _podwire
while [ -n "$1" ]; do
export "$1"
shift
done
shift
case $1 in -*) exec -- "$@" ;; esac
exec "$@"
}`,
  stop: `scan() {
_all=
if [ "$_start" = - ]; then
{ [ "$_sid" = "$_pid" ] && kill -0 "-$_pid"; } || alive "$_pid" - && _all=" $_pid/-/$_sid"
return
fi
_table=
for _path in /proc/[0-9]*; do
_path=\${_path#/proc/}
fields "$_path" || continue
set -- $_fields
[ "$1" = Z ] || [ "$1" = X ] || [ "$_path" = "$_boss" ] || _table="$_table $_path/\${20}/$3:$2:$4"
done
_more=yes
while [ -n "$_more" ]; do
_more=
for _entry in $_table; do
_path=\${_entry%%:*} _ppid=\${_entry#*:}
case "$_all " in *" $_path "*) continue ;; esac
case "$_known $_all" in
*" \${_path%/*}/"* | *" \${_ppid%:*}/"*) ;;
*) [ "\${_ppid#*:}" = "$_sid" ] || [ "\${_path%/*}" = "$_pid/$_start" ] || continue ;;
esac
_all=" $_path$_all" _more=yes
done
done
_known=$_all
}
send() {
for _entry in $_all; do
case "$_sent " in *" $_entry "*) continue ;; esac
if [ "$_sid" = "$_pid" ] && [ "\${_entry##*/}" = "$_pid" ]; then
case $_groups in *"$1"*) kill "-$1" "\${_entry%%/*}" ;; *) kill "-$1" "-$_pid" && _groups="$_groups $1" ;; esac
else
[ "$1" != TERM ] || kill -STOP "\${_entry%%/*}"
kill "-$1" "\${_entry%%/*}"
fi
_sent="$_sent $_entry"
done
[ "$1" = TERM ] || return
for _entry in $_all; do kill -CONT "\${_entry%%/*}"; done
}
end() {
_known='' _sent='' _groups='' _tenths=0
case $_sid in 0 | "$_session" | "$_first") _sid=none ;; esac
scan
while [ -n "$_all" ] && [ $_tenths -lt "$1" ]; do
send TERM
nap 1
scan
done
printf 'TERM%s\\n' "$_sent"
_tenths=0 _killed=
while [ -n "$_all" ] && [ $_tenths -lt 30 ]; do
_sent=
if [ "$_start" != - ]; then
_before=
while [ "$_all" != "$_before" ]; do
send STOP
_before=$_all
scan
done
fi
_sent='' _groups=
send KILL
_killed="$_killed$_sent"
nap 1
scan
done
printf 'KILL%s\\n' "$_killed"
}
do_stop() {
each_root found || _dir=/dev/null
settle
if [ "$_state" = running ] || [ "$_state" = starting ]; then
true >"$_run/stop"
await_state
[ "$_state" != running ] || end "$1"
await_state
fi
say
}
await_state() {
_tenths=0
look
while [ "$_state" = starting ] && [ $_tenths -lt 30 ]; do
nap 1
look
done
}`,
  logs: `do_logs() {
each_root found || exit 11
[ -d "$_dir/$1" ] || exit 11
[ -r "$_dir/$1/output" ] || exit 0
exec 3<"$_dir/$1/output"
tail -c "+$2" <&3
_tenths=0 _want=$1 _follow=$3
while [ -n "$_follow" ]; do
look
case $_n$_state in "$_want"running | "$_want"starting) ;; *) _follow= ;; esac
cat <&3 || exit 10
[ -z "$_follow" ] || [ $_tenths -lt 200 ] || exit 10
[ -z "$_follow" ] || nap 5
done
exit 0
}`,
}

/** What a container can be asked to do. */
export type Verb = keyof typeof verbs

/** The script for a verb. */
export function scriptOf(verb: Verb): string {
  return [common.head, verbs[verb], common.tail].join('\n')
}
