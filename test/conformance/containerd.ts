import type { ChildProcess } from 'node:child_process'
import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, closeSync, constants, existsSync, openSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { busyboxImage } from './containerd-image.ts'

/** The image that every container of a `Containerd` can have: busybox, with all of its commands. */
export const busyboxReference = 'docker.io/library/podwire-busybox:latest'

const startTimeout = 30_000

/** Daemons are in sbin, which is not in every PATH. */
const path = `${process.env['PATH']}${delimiter}/usr/sbin${delimiter}/sbin`

function programPath(name: string): string | null {
  const candidates = path.split(delimiter).map((folder) => join(folder, name))
  return candidates.find((file) => allows(file, constants.X_OK)) ?? null
}

function allows(file: string, mode: number): boolean {
  try {
    accessSync(file, mode)
    return true
  } catch {
    return false
  }
}

/** Why no containerd can be started here, or `null`. */
export function missingRuntime(): string | null {
  if (process.platform !== 'linux') return 'containers need Linux'
  if (process.getuid?.() !== 0) return 'containers need root'
  if (!mayMount()) return 'containers need CAP_SYS_ADMIN, which root lacks here'
  // Of cgroup v2 and v1.
  const cgroups = ['/sys/fs/cgroup/cgroup.procs', '/sys/fs/cgroup/pids']
  if (!cgroups.some((file) => allows(file, constants.W_OK))) return 'containers need cgroups'
  for (const program of ['containerd', 'containerd-shim-runc-v2', 'ctr', 'runc', 'busybox']) {
    if (programPath(program) === null) return `no ${program} in PATH`
  }
  return isStatic(programPath('busybox') ?? '') ? null : 'busybox is not a static one'
}

function mayMount(): boolean {
  const [, mask = '0'] =
    /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  return ((BigInt(`0x${mask}`) >> 21n) & 1n) === 1n
}

/** Whether it runs without the libraries of this machine, which no container has. */
function isStatic(file: string): boolean {
  try {
    execFileSync('ldd', [file], { stdio: 'ignore' })
    return false
  } catch {
    return true
  }
}

// One that an existing daemon could not mistake for its own: nothing is shared but the kernel.
const configuration = (folder: string) => `version = 2
root = "${folder}/root"
state = "${folder}/state"
[grpc]
  address = "${folder}/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "${folder}/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${busyboxReference}"
  # Not even root may lower it in a container, where these tests may run themselves.
  restrict_oom_score_adj = true
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    # Works on every file system, overlays included.
    snapshotter = "native"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        Root = "${folder}/runc"
`

// Shell. Waits for its stdin to end, which it does with the tests however they end, and leaves nothing behind: the daemon, the
// shims (which outlive it) and their containers by their pids, mounts, cgroups, the shims' sockets, the folder.
const cleanUp = `
cat >/dev/null
folder="$1"
if [ -e "$folder/pid" ]; then kill -9 "$(cat "$folder/pid")"; fi
cd "$folder/state/io.containerd.runtime.v2.task/k8s.io" && for id in *; do
  [ -d "$id" ] || continue
  pid="$(cat "$id/init.pid")"
  # The number may be somebody else's by now.
  if grep -qF "/k8s.io/$id" "/proc/$pid/cgroup"; then kill -9 "$pid"; fi
  address="$(cat "$id/address")"
  rm -f "\${address#unix://}"
  ids="$ids $id"
done
cd /
for process in /proc/[0-9]*; do
  if tr '\\0' ' ' <"$process/cmdline" | grep -qF -- "-address $folder/containerd.sock"; then
    kill -9 "\${process#/proc/}"
  fi
done
sleep 0.2
for id in $ids; do find /sys/fs/cgroup -depth -type d -path "*/k8s.io/$id*" -exec rmdir {} ';'; done
rmdir /sys/fs/cgroup/k8s.io /sys/fs/cgroup/*/k8s.io
while mount="$(cut -d ' ' -f 2 /proc/self/mounts | grep -F "$folder/" | tail -n 1)" && [ -n "$mount" ]; do
  umount -l "$mount" || break
done
rm -rf --one-file-system "$folder"
`

/** Starts a containerd of its own, with the image `busyboxReference`; ends by `close()` or with this process. */
export async function startContainerd(): Promise<Containerd> {
  const folder = await mkdtemp(join(tmpdir(), 'podwire-containerd-'))
  const undertaker = spawn('sh', ['-c', cleanUp, 'sh', folder], {
    // In a session of its own: what interrupts the tests must not interrupt this.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const containerd = new Containerd(folder, undertaker)
  try {
    await writeFile(join(folder, 'config.toml'), configuration(folder))
    await containerd.start()
    const archive = await busyboxImage(folder, programPath('busybox') ?? '', busyboxReference)
    const command = ['--address', containerd.socket, '--namespace', 'k8s.io', 'images', 'import']
    const options = ['--snapshotter', 'native', archive]
    await promisify(execFile)(programPath('ctr') ?? '', [...command, ...options])
    return containerd
  } catch (error) {
    await containerd.close()
    throw error
  }
}

/** A running containerd. */
export class Containerd implements AsyncDisposable {
  readonly socket: string
  readonly #folder: string
  readonly #undertaker: ChildProcess
  #daemon: ChildProcess | null = null

  constructor(folder: string, undertaker: ChildProcess) {
    this.socket = join(folder, 'containerd.sock')
    this.#folder = folder
    this.#undertaker = undertaker
  }

  /** `containerd --version`, in short. */
  async version(): Promise<string> {
    const { stdout } = await promisify(execFile)(programPath('containerd') ?? '', ['--version'])
    return stdout.split(' ')[2] ?? stdout
  }

  /** Also after `kill()`: the containers that ran are still there. */
  async start(): Promise<void> {
    const log = openSync(join(this.#folder, 'log'), 'a')
    const configuration = join(this.#folder, 'config.toml')
    const daemon = spawn(programPath('containerd') ?? '', ['--config', configuration], {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, PATH: path },
    })
    closeSync(log)
    this.#daemon = daemon
    await once(daemon, 'spawn')
    await writeFile(this.#pidFile, String(daemon.pid))
    const deadline = Date.now() + startTimeout
    while (!(await listens(this.socket))) {
      if (daemon.exitCode !== null || Date.now() > deadline) {
        throw new Error(`containerd did not start; the end of its log:\n${this.#log()}`)
      }
      await sleep(20)
    }
  }

  /** Kills the daemon, and nothing else: its shims and containers live on. */
  async kill(): Promise<void> {
    if (this.#daemon === null) return
    const exited = once(this.#daemon, 'exit')
    this.#daemon.kill('SIGKILL')
    await exited
    this.#daemon = null
    await rm(this.#pidFile)
  }

  /** Ends the daemon and all containers, and removes its folder. */
  async close(): Promise<void> {
    if (this.#undertaker.exitCode !== null) return
    const exited = once(this.#undertaker, 'exit')
    this.#undertaker.stdin?.end()
    await exited
    if (existsSync(this.#folder)) throw new Error(`${this.#folder} could not be removed`)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  get #pidFile(): string {
    return join(this.#folder, 'pid')
  }

  #log(): string {
    return readFileSync(join(this.#folder, 'log'), 'utf8').slice(-8_192)
  }
}

/** The socket file stays when the daemon has been killed: only a connection tells. */
function listens(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = createConnection(socket)
    const answer = (result: boolean) => {
      connection.destroy()
      resolve(result)
    }
    connection.once('connect', () => answer(true)).once('error', () => answer(false))
  })
}
