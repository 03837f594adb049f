/** The highest number that is a user; the one above it means "as before" to the kernel. */
const maxId = 2 ** 32 - 2

/** @throws {TypeError | RangeError} neither the name of a user nor a number */
export function validUser(user: unknown): string {
  if (typeof user !== 'string') {
    throw new TypeError("user must be a string: a name, or a number such as '1000'")
  }
  const isNumber = /^\d+$/.test(user)
  const isId = /^(?:0|[1-9]\d{0,9})$/.test(user) && Number(user) <= maxId
  if (isNumber ? !isId : !/^[A-Za-z_][A-Za-z0-9_.-]{0,254}\$?$/.test(user)) {
    throw new RangeError(`user must be a name or a number from 0 to ${maxId}`)
  }
  return user
}

/** Why a wrapper could not make a command another user's. */
export type UserProblem = 'nouser' | 'noswitch' | 'notool'

/**
 * Functions of a shell: `as USER` prints a `UserProblem`, or the beginning of a command that is a shell of that user.
 *
 * Without the capabilities SETGID and SETUID (192) none can do it, and a `su` would ask for a password.
 * Each tool is tried first: it must give the ids that were asked for, hand its process over and leave arguments alone.
 * A `su` with PAM stays in between, where it holds back some signals and answers others itself.
 */
export const switching = `t() {
sh -c 'echo "$$ $1 $2 -l"; shift 2; exec "$@"' sh "$@" -c 'echo "$$ $(id -u) $(id -g) $*"' sh -l 2>&1 </dev/null |
{ read -r a; read -r b; [ "$a" = "$b" ]; } && shift 2 && echo "$*"
}
as() {
while IFS=: read -r n x u g x || [ "$n" ]; do
case "$1" in "$n"|"$u") set -- "$u" "$g" --init-groups "$n"; break; esac
done </etc/passwd
if [ $# = 1 ]; then
case "$1" in *[!0-9]*) echo nouser; return; esac
set -- "$1" "$1" --clear-groups
fi
s=/bin/sh
[ "$(id -u)" != "$1" ] || { echo $s; return; }
while read -r n x; do
case "$n" in CapEff:) [ $((0x$x&192)) = 192 ] || { echo noswitch; return; }; esac
done </proc/self/status
t "$1" "$2" "$(command -v setpriv)" "--reuid=$1" "--regid=$2" "$3" $s && return
t "$1" "$2" "$(command -v chroot)" --skip-chdir "--userspec=$1:$2" / $s && return
if [ "$4" ]; then
t "$1" "$2" "$(command -v su)" -p -s $s -- "$4" && return
t "$1" "$2" "$(command -v busybox)" su -p -s $s -- "$4" && return
fi
echo notool
}`
