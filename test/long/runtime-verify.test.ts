import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Pod, SpawnOptions, Subprotocol } from '../../src/index.ts'
import { connect, PodwireError } from '../../src/index.ts'
import type { ConformanceServer, Generation } from '../conformance/conformance-server.ts'
import type { Containerd } from '../conformance/containerd.ts'
import { buildTimeout, goProgram } from '../conformance/go-programs.ts'
import { missing, runtimeTier, startRuntime } from '../conformance/runtime-tier.ts'

/** 100 for the table of docs/reliability.md, which takes a quarter of an hour. */
const runs = Number(process.env['PODWIRE_RUNS'] ?? 5)
const kills = Math.ceil(runs / 4)
/** Sessions at the same time. */
const together = 5

const tier = runtimeTier('verify on a real containerd')

const v4: Subprotocol = 'v4.channel.k8s.io'
const v5: Subprotocol = 'v5.channel.k8s.io'
/** Milliseconds after which a session counts as hanging; one that must not hang may be slow on a busy machine. */
const patience = 3_000
const maxPatience = 20_000
const stdin16: Uint8Array = Buffer.alloc(16 * 1024 * 1024, 'x')

let folder: string
let containerd: Containerd
let server: ConformanceServer
beforeAll(async () => {
  if (missing !== null) return
  folder = await mkdtemp(join(tmpdir(), 'podwire-runtime-'))
  const runtime = await startRuntime()
  containerd = runtime.containerd
  server = runtime.server
  for (const generation of ['t', 'k'] as const) {
    await writeFile(join(folder, generation), kubeconfig(generation))
  }
}, buildTimeout)
afterAll(async () => {
  await server?.close()
  await containerd?.close()
  if (folder !== undefined) await rm(folder, { recursive: true })
})

/** JSON is YAML. */
function kubeconfig(generation: Generation): string {
  const data = Buffer.from(server.ca).toString('base64')
  const cluster = { server: `${server.url}/${generation}`, 'certificate-authority-data': data }
  return JSON.stringify({
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'it' },
    clusters: [{ name: 'it', cluster }],
    users: [{ name: 'it', user: { token: server.tokens.admin } }],
    contexts: [{ name: 'it', context: { cluster: 'it', user: 'it' } }],
  })
}

/** What came of one session: the command's exit code and how much it printed, or why that is not known. */
interface Result {
  readonly exitCode: number | null
  readonly bytes: number
  readonly why: string
}

interface Request {
  readonly generation: Generation
  readonly script: string
  readonly stdin: 'none' | '16 MiB' | 'endless'
  /** Called with the first output. */
  readonly onOutput?: () => void
  readonly patience: number
}

type Client = (request: Request) => Promise<Result>

const podwire = (options: Pick<SpawnOptions, 'verify' | 'subprotocol'>): Client => {
  return async ({ generation, script, stdin, onOutput, patience }) => {
    const pod: Pod = (await connect(server.config(generation))).pod('solo-0')
    const signal = AbortSignal.timeout(patience)
    let bytes = 0
    try {
      const all: SpawnOptions = { ...options, stdin: stdin !== 'none', signal }
      const remote = await pod.spawn(['sh', '-c', script], all)
      remote.stdout?.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        onOutput?.()
      })
      if (stdin === 'endless' && remote.stdin !== null) {
        Readable.from(endless())
          .on('error', () => {})
          .pipe(remote.stdin)
      } else if (stdin === '16 MiB' && remote.canEndStdin) {
        remote.stdin?.end(stdin16)
      } else {
        remote.stdin?.write(stdin16)
      }
      return { exitCode: (await remote.exit).exitCode, bytes, why: '' }
    } catch (error) {
      const why = error instanceof PodwireError ? error.code : signal.aborted ? 'hangs' : `${error}`
      return { exitCode: null, bytes, why }
    }
  }
}

const kubectl: Client = async ({ generation, script, stdin, onOutput, patience }) => {
  const interactive = stdin === 'none' ? [] : ['-i']
  const flags = ['--kubeconfig', join(folder, generation), 'exec', ...interactive, 'solo-0']
  const child = spawn(await goProgram('kubectl'), [...flags, '--', 'sh', '-c', script], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), patience)
  let bytes = 0
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    onOutput?.()
  })
  child.stdin.on('error', () => {})
  const source = stdin === 'endless' ? Readable.from(endless()).on('error', () => {}) : null
  if (source !== null) source.pipe(child.stdin)
  else child.stdin.end(stdin === 'none' ? undefined : stdin16)
  const [code] = (await once(child, 'close')) as [number | null]
  clearTimeout(timer)
  source?.destroy()
  return { exitCode: code, bytes, why: code === null ? 'hangs' : '' }
}

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) yield stdin16.subarray(0, 32 * 1024)
}

const clients: Readonly<Record<string, Client>> = {
  'podwire, verify, v5': podwire({ verify: true, subprotocol: v5 }),
  'podwire, verify, v4': podwire({ verify: true, subprotocol: v4 }),
  'podwire, v5': podwire({ subprotocol: v5 }),
  'podwire, v4': podwire({ subprotocol: v4 }),
  kubectl,
}
const names = Object.keys(clients)

/** How often each outcome came about, the most frequent first; one line for the table. */
function report(title: string, outcomes: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  const sorted = [...counts].toSorted((a, b) => b[1] - a[1])
  const text = sorted.map(([outcome, count]) => `${count} ${outcome}`).join(', ')
  process.stdout.write(`${title}: ${text}\n`)
  return text
}

tier('verify on a real containerd: stdin that nobody reads', () => {
  const script = 'head -c 5; exit 3'
  const judge = ({ exitCode, bytes, why }: Result): string => {
    if (exitCode === 3 && bytes === 5) return 'right'
    return `${why === '' ? `exit ${exitCode}` : why} with ${bytes} bytes`
  }

  for (const generation of ['t', 'k'] as const) {
    for (const stdin of ['16 MiB', 'endless'] as const) {
      it.each(names)(`${stdin}, /${generation}: %s`, async (name) => {
        const outcomes: string[] = []
        const client = clients[name] as Client
        const request = {
          generation,
          script,
          stdin,
          patience: name.includes('verify') ? maxPatience : patience,
        }
        let left = runs
        const work = async () => {
          while (left-- > 0) outcomes.push(judge(await client(request)))
        }
        await Promise.all(Array.from({ length: together }, work))
        const text = report(`${stdin}, /${generation}, ${name}`, outcomes)
        if (name.includes('verify')) expect(text).toBe(`${runs} right`)
      })
    }
  }
})

// containerd ends a command's stdin as soon as the command has closed one of its outputs, and the shells start the last
// command of a script in their own place.
tier('verify on a real containerd: a command that closes its own output', () => {
  for (const generation of ['t', 'k'] as const) {
    it.each([
      ['cat >/tmp/upload', true],
      ['cat >/tmp/upload', false],
      ['exec 2>/dev/null; cat >/tmp/upload; echo', true],
    ] as const)(`/${generation}: %s, verify %s`, async (script, verify) => {
      const pod: Pod = (await connect(server.config(generation))).pod('solo-0')
      const outcomes: string[] = []
      for (let run = 0; run < runs; run++) {
        const options = { stdin: stdin16, verify, timeout: maxPatience, reject: false }
        const { exitCode, error } = await pod.exec(
          ['sh', '-c', `rm -f /tmp/upload; ${script}`],
          options,
        )
        const { stdout } = await pod.exec(['sh', '-c', 'wc -c </tmp/upload'])
        const whole = Number(stdout) === stdin16.length ? 'right' : 'with a part of stdin'
        outcomes.push(exitCode === 0 ? whole : `${error instanceof PodwireError && error.code}`)
      }
      const text = report(`closed output, /${generation}, ${script}, verify ${verify}`, outcomes)
      if (verify) expect(text).toBe(`${runs} right`)
    })
  }
})

tier('verify on a real containerd that is killed', () => {
  const script = 'echo started; sleep 8; echo never'

  it.each<Generation>(['t', 'k'])('/%s', { timeout: 1_800_000 }, async (generation) => {
    const outcomes = new Map<string, string[]>(names.map((name) => [name, []]))
    for (let run = 0; run < kills; run++) {
      let begun = 0
      const all = new Promise<void>((resolve) => {
        const onOutput = () => {
          begun += 1
          if (begun === names.length) resolve()
        }
        void Promise.all(
          names.map(async (name) => {
            const client = clients[name] as Client
            const { exitCode, why } = await client({
              generation,
              script,
              stdin: 'none',
              onOutput,
              patience: maxPatience,
            })
            outcomes.get(name)?.push(exitCode === 0 ? 'success' : why || `exit ${exitCode}`)
          }),
        )
      })
      await all
      await containerd.kill()
      await expect.poll(() => outcomes.get('kubectl')?.length, { timeout: 20_000 }).toBe(run + 1)
      await expect
        .poll(() => [...outcomes.values()].every(({ length }) => length === run + 1), {
          timeout: 20_000,
        })
        .toBe(true)
      await containerd.start()
      const pod = (await connect(server.config(generation))).pod('solo-0')
      const again = () => pod.exec(['true']).then(({ exitCode }) => exitCode, String)
      await expect.poll(again, { timeout: 20_000 }).toBe(0)
    }
    for (const [name, results] of outcomes) {
      const text = report(`killed, /${generation}, ${name}`, results)
      if (name.includes('verify')) expect(text).not.toContain('success')
    }
  })
})
