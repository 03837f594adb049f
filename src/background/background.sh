#!/bin/sh
# The container's side of background processes, for any POSIX shell. What a verb needs of it, which is what stands under no
# `###` and what stands under its own, travels with each request, without comments (scripts/background-script.mjs makes
# script.ts of it). It runs as
#
#   sh -c '_podwire=$1; shift; eval "$_podwire"' podwire SCRIPT VERB ROOT POD ID [ARGUMENT…]
#
# Everything of the caller's is an argument and never becomes part of a script. Variables begin with `_`: one that the
# container's environment has would be exported, with our value, to the command.
#
# ROOT/POD/ID/N is the Nth run; the highest N counts. A run is claimed by mkdir and never changes hands. In it:
#   record   layout, token, supervisor's PID and start time, instance, start by the client's clock, output, container
#   pid      the command's PID, start time and session
#   stop     is there once somebody has asked for a stop
#   exit     the exit code, once the command has ended
#   output   what the command printed
# Each but `output` appears whole, by a rename. In the folder of the ID, a file .TOKEN.PID is a record before its run.
#
# What is a number or one of our own words stands without quotes, each of which is three bytes of a request.
# shellcheck disable=SC2086
set +efux
# Nobody reads it, and a shell would report there what it kills.
exec </dev/null 2>/dev/null

# Sets _fields to what stands behind the name in /proc/PID/stat; the name may hold anything, line breaks too.
fields() {
  _fields=
  [ -r "/proc/$1/stat" ] || return 1
  while IFS= read -r _line || [ -n "$_line" ]; do _fields=${_line##*)}; done <"/proc/$1/stat"
  [ -n "$_fields" ]
}

# Whether PID, which started at START, is still that process. A zombie is none, unless other threads live on.
alive() {
  if [ "$2" = - ]; then
    # Without /proc, a number is all there is. Not being allowed to signal a process proves it.
    _error=$(LC_ALL=C kill -0 "$1" 2>&1) && return
    case $_error in *ermitted*) return ;; *) return 1 ;; esac
  fi
  fields "$1" || return 1
  set -- "$2" $_fields
  [ "${21}" = "$1" ] && [ "$2" != X ] && { [ "$2" != Z ] || [ "${19}" -gt 1 ]; }
}

# Sets _begin and _session of this shell, and _here of the container: boot and start of its first process.
self() {
  _begin=- _session=- _here=-
  fields $$ || return
  set -- $_fields
  _session=$4 _begin=${20}
  read -r _here </proc/sys/kernel/random/boot_id
  fields 1
  set -- $_fields
  _here=$_here/${20} _first=$4
}

# Sleeps for so many tenths of a second, or a whole one where sleep takes no fractions, and counts them.
nap() {
  if sleep "0.$1"; then _tenths=$((_tenths + $1)); else
    sleep 1
    _tenths=$((_tenths + 10))
  fi
}

# Sets _pid, which is a dash when it is none, _start and _sid.
process() {
  read -r _pid _start _sid <"$_run/pid"
  # To kill, these are no processes but groups, or all there is; a node that lost its power leaves an empty file.
  case $_pid in '' | 0* | 1 | *[!0-9]*) _pid=- ;; esac
}

# Reads the state of the ID in _dir: `none`, `starting`, `running`, `ended`, or `elsewhere` for another container's.
look() {
  _n=0 _token=- _boss=- _since=- _where=- _at=- _output=- _meta=- _pid=- _start=- _sid=- _exit=- _asked=- _state=none
  for _path in "$_dir"/[0-9]*; do
    [ -d "$_path" ] || continue
    _path=${_path##*/}
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
    # Claimed a moment ago, or by a supervisor that was killed just then.
    for _path in "$_dir"/.*.*; do
      [ "$_path" != "$_claim" ] && read -r _layout _path _boss _since _path <"$_path" &&
        alive "$_boss" "$_since" && _state=starting
    done
    # A record that has come meanwhile was among those; one that is there and no line has left no dash.
    if [ "$_state$_token" = ended- ] && [ -r "$_run/record" ]; then
      look
      return
    fi
    _token=- _at=- _output=- _meta=-
  fi
  # Last: the supervisor may have written it while we looked.
  if read -r _exit <"$_run/exit"; then
    _state=ended
    [ $_pid != - ] || process
  fi
  # Or it was started again, and what we looked at is half of the old run.
  [ -d "$_run" ] || look
}

# The same, but waits for a supervisor that is about to write down an exit code.
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
  printf 'run %s\n' "$_id $_state $_n $_token $_at $_pid ${_exit:--} $_asked $_output $_meta $_dir"
}

# Calls $1 for each folder that may hold state, as _root, until it succeeds.
each_root() {
  _call=$1
  set -- "$_given"
  [ -n "$_given" ] || set -- /tmp /dev/shm /var/tmp /run "${HOME:-/root}"
  for _root; do
    [ -n "$_given" ] || _root=$_root/.podwire
    _dir=$_root/$_pod/$_id
    $_call && return
  done
  return 1
}

# A folder that others may have put there is not trusted, unless the caller has named it.
trusted() { [ -d "$_root/$_pod" ] && { [ -n "$_given" ] || { [ -O "$_root" ] && [ ! -L "$_root" ]; }; }; }
found() { [ -d "$_dir" ] && trusted; }
### status
# Answers also when there is nothing.
do_status() {
  each_root found || _dir=/dev/null
  settle
  say
}

### list
all() {
  trusted || return
  for _dir in "$_root/$_pod"/*; do
    _id=${_dir##*/}
    case $_id in [!A-Za-z0-9]* | *[!A-Za-z0-9._-]*) continue ;; esac
    [ -d "$_dir" ] || continue
    [ ${#_id} -lt 64 ] || continue
    settle
    # Nobody came further than to this folder.
    [ "$_state" = none ] || say
  done
  return 1
}
do_list() { each_root all; }

### start
made() { (umask 077 && mkdir -p "$_dir") && trusted && [ -w "$_dir" ]; }

# FOLDER COUNT [NAME=VALUE…] TOKEN START OUTPUT CONTAINER COMMAND [ARGUMENT…]
do_start() {
  _cwd=$1 _i=0 _count=$2
  shift 2
  while [ $_i -lt $_count ]; do
    # As variables: the arguments of a process can be read by everybody.
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
    # In the foreground of a shell that the supervisor kills: with `&` SIGINT and SIGQUIT would be ignored for good.
    _word=$(
      # shellcheck disable=SC2016
      sh -c '_parent=$$ "$@"; :' sh $_setsid sh -c 'eval "$_podwire"' podwire supervise "$_given" $_pod $_id \
        "$_dir" "$_setsid" "$_cwd" $_count "$@" | {
        read -r _word
        echo $_word
      }
    )
    settle
    say
  fi
  echo "start ${_word:-state}"
}

# FOLDER-OF-THE-ID SETSID CWD COUNT, and the rest as above; answers with one line, and stays.
do_supervise() {
  # When it is not that shell any more, somebody else has inherited us.
  # shellcheck disable=SC2154
  [ $PPID != "$_parent" ] || kill -9 $PPID
  unset _parent
  # Not ignored, which the command would inherit.
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
      # Somebody was faster by two: ours is the number of a run that is gone.
      if [ $_n = $_next ]; then _word=; else rm -rf "${_dir:?}/$_next"; fi
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
  # A block is taken before the command may fill the disk, and kept.
  echo >"$_run/exit.new"
  # shellcheck disable=SC2016
  $_setsid sh -c 'eval "$_podwire"' podwire run "$_given" $_pod $_id "$_run" "$_setsid" "$_cwd" $_count $_mode "$@"
  echo $? 1<>"$_run/exit.new" && mv "$_run/exit.new" "$_run/exit"
  exit
}

# FOLDER-OF-THE-RUN SETSID CWD COUNT OUTPUT COMMAND [ARGUMENT…]: becomes the command.
do_run() {
  _run=$1 _cwd=$3 _i=0 _count=$4 _mode=$5
  [ -z "$2" ] || _session=$$
  shift 5
  if ! { echo "$$ $_begin $_session" >"$_run/pid.new" && mv "$_run/pid.new" "$_run/pid"; }; then
    echo state
    exit 125
  fi
  # By a process of its own: nobody may be there any more to hear it.
  (echo started)
  # Whoever asked for a stop before this could be killed found nothing to kill.
  [ ! -e "$_run/stop" ] || exit 143
  case $_mode in
  file) exec >>"$_run/output" 2>&1 ;;
  container) exec >>/proc/1/fd/1 2>>/proc/1/fd/2 ;;
  *) exec >/dev/null ;;
  esac
  # In front of the command: once they are exported, no variable of ours may be needed, which may have the same name.
  set -- '' "$@"
  while [ $_i -lt $_count ]; do
    eval 'set -- "$_e'$_i'" "$@"; unset _e'$_i
    _i=$((_i + 1))
  done
  [ -z "$_cwd" ] || cd "$_cwd" || exit 126
  unset _podwire
  while [ -n "$1" ]; do
    # shellcheck disable=SC2163
    export "$1"
    shift
  done
  shift
  # shellcheck disable=SC3038
  case $1 in -*) exec -- "$@" ;; esac
  exec "$@"
}

### stop
# Sets _all to the living processes of the command, each as PID/START/GROUP in front of its parent: those of its session
# and below it, and those below one that was seen before. The supervisor is not one of them.
scan() {
  _all=
  if [ "$_start" = - ]; then
    { [ "$_sid" = "$_pid" ] && kill -0 "-$_pid"; } || alive "$_pid" - && _all=" $_pid/-/$_sid"
    return
  fi
  _table=
  for _path in /proc/[0-9]*; do
    _path=${_path#/proc/}
    fields "$_path" || continue
    set -- $_fields
    [ "$1" = Z ] || [ "$1" = X ] || [ "$_path" = "$_boss" ] || _table="$_table $_path/${20}/$3:$2:$4"
  done
  _more=yes
  while [ -n "$_more" ]; do
    _more=
    for _entry in $_table; do
      _path=${_entry%%:*} _ppid=${_entry#*:}
      case "$_all " in *" $_path "*) continue ;; esac
      case "$_known $_all" in
      *" ${_path%/*}/"* | *" ${_ppid%:*}/"*) ;;
      *) [ "${_ppid#*:}" = "$_sid" ] || [ "${_path%/*}" = "$_pid/$_start" ] || continue ;;
      esac
      _all=" $_path$_all" _more=yes
    done
  done
  _known=$_all
}

# Sends a signal to what is in _all and did not get it yet, which _sent tells: to the group at once, then child by child.
# SIGTERM finds them stopped, so that no shell goes on with its next line because the one before was ended.
send() {
  for _entry in $_all; do
    case "$_sent " in *" $_entry "*) continue ;; esac
    if [ "$_sid" = "$_pid" ] && [ "${_entry##*/}" = "$_pid" ]; then
      case $_groups in *"$1"*) kill "-$1" "${_entry%%/*}" ;; *) kill "-$1" "-$_pid" && _groups="$_groups $1" ;; esac
    else
      [ "$1" != TERM ] || kill -STOP "${_entry%%/*}"
      kill "-$1" "${_entry%%/*}"
    fi
    _sent="$_sent $_entry"
  done
  [ "$1" = TERM ] || return
  for _entry in $_all; do kill -CONT "${_entry%%/*}"; done
}

end() {
  _known='' _sent='' _groups='' _tenths=0
  # Whoever shares a session with us or the first process does not belong to the command for that.
  case $_sid in 0 | "$_session" | "$_first") _sid=none ;; esac
  scan
  while [ -n "$_all" ] && [ $_tenths -lt "$1" ]; do
    send TERM
    nap 1
    scan
  done
  printf 'TERM%s\n' "$_sent"
  _tenths=0 _killed=
  while [ -n "$_all" ] && [ $_tenths -lt 30 ]; do
    # What is stopped forks no more, so that a scan which finds nothing new has found all.
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
  printf 'KILL%s\n' "$_killed"
}

# TENTHS of a second between TERM and KILL.
do_stop() {
  each_root found || _dir=/dev/null
  settle
  if [ "$_state" = running ] || [ "$_state" = starting ]; then
    true >"$_run/stop"
    await_state
    [ "$_state" != running ] || end "$1"
    # The supervisor, which nobody has signalled, writes down how it ended.
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
}

### logs
# RUN POSITION FOLLOW: the output from that byte on, counted from 1. Ends with 10 when more may come, 11 when the run is
# gone; after 20 seconds at the latest, so that nothing stays behind for long when the client is lost.
do_logs() {
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
}

###
_verb=$1 _given=$2 _pod=$3 _id=$4 _claim='' _session=- _first=-
shift 4
self
do_$_verb "$@"
echo 'done'
