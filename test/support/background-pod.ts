import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { BackgroundOptions, BackgroundProcess, Pod } from '../../src/index.ts'
import type { TestServer } from '../../src/testing/index.ts'
import { testCluster } from './test-cluster.ts'

/** For `expect.poll`, on a machine that is busy. */
export const patient = { timeout: 15_000 }

export const shell = (script: string, ...args: readonly string[]) => [
  'sh',
  '-c',
  script,
  'sh',
  ...args,
]

/** A pod whose container is this machine, with a folder of its own for the state. */
export class BackgroundPod {
  readonly server: TestServer
  readonly pod: Pod
  /** For everything: `state` in it is where the state is. */
  readonly folder: string

  private constructor(server: TestServer, pod: Pod, folder: string) {
    this.server = server
    this.pod = pod
    this.folder = folder
  }

  /** @param path the container's PATH; `FOLDER` in it is a fresh one that `prepare` fills */
  static async start(
    path = process.env['PATH'] ?? '',
    prepare: (folder: string) => void = () => {},
  ): Promise<BackgroundPod> {
    const folder = await mkdtemp(join(tmpdir(), 'podwire-background-'))
    mkdirSync(join(folder, 'bin'))
    prepare(join(folder, 'bin'))
    const env = { PATH: path.replace('FOLDER', join(folder, 'bin')) }
    const { server, pod } = await testCluster({
      pods: [{ name: 'web-0', containers: [{ name: 'app', env, cwd: folder }] }],
    })
    return new BackgroundPod(server, pod, folder)
  }

  get stateDirectory(): string {
    return join(this.folder, 'state')
  }

  background(id: string, options: BackgroundOptions = {}): BackgroundProcess {
    return this.pod.background(id, { stateDirectory: this.stateDirectory, ...options })
  }

  /** The folder of the only run of an id. */
  run(id: string): string {
    const folder = join(this.stateDirectory, 'default.web-0', id)
    return join(folder, readdirSync(folder).find((name) => /^\d+$/.test(name)) ?? 'none')
  }

  /** Ends everything that still runs, with the server. */
  async close(): Promise<void> {
    this.server.setFault(null)
    const { stateDirectory } = this
    const statuses = await this.pod.listBackground({ stateDirectory }).catch(() => [])
    const running = statuses.filter(({ state }) => state === 'running' || state === 'starting')
    await Promise.all(running.map(({ id }) => this.background(id).stop({ grace: 0 })))
    await this.server.close()
    await rm(this.folder, { recursive: true, force: true })
  }
}

/** Whether a process runs; one that nobody has waited for yet does not. */
export function isAlive(pid: number | null): boolean {
  try {
    return !/^State:\s*[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** The living processes that have this word as an argument. */
export function processesWith(word: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => isAlive(pid) && argumentsOf(pid).includes(word))
}

function argumentsOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}

/** Everything of this machine's PATH but one program. */
export function without(program: string): (folder: string) => void {
  return (folder) => {
    for (const place of (process.env['PATH'] ?? '').split(delimiter)) {
      if (!existsSync(place)) continue
      for (const name of readdirSync(place)) {
        const link = join(folder, name)
        if (name !== program && !existsSync(link)) symlinkOnce(join(place, name), link)
      }
    }
  }
}

/** `sh` and, for busybox, all else as well. */
export function withShell(name: string): (folder: string) => void {
  return (folder) => {
    const file = execFileSync('sh', ['-c', 'command -v "$1"', 'sh', name], {
      encoding: 'utf8',
    }).trim()
    const names =
      name === 'busybox'
        ? execFileSync(file, ['--list'], { encoding: 'utf8' }).trim().split('\n')
        : ['sh']
    for (const applet of names) symlinkOnce(file, join(folder, applet))
  }
}

function symlinkOnce(target: string, link: string): void {
  try {
    symlinkSync(target, link)
  } catch {
    // Dangling, or there twice.
  }
}
