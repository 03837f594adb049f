import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { connect, PodwireError } from '../../src/index.ts'
import type { TestServer } from '../../src/testing/index.ts'
import { createTestServer } from '../../src/testing/index.ts'
import { Relay } from '../support/relay.ts'
import { Connections } from './connections.ts'
import type { SoakFault } from './faults.ts'
import { podOf, soakFaults } from './faults.ts'
import { activeResources, slope, usedMemory } from './heap.ts'
import { planOf } from './plan.ts'
import type { SoakRun } from './sessions.ts'
import { Timers } from './timers.ts'

/** Sessions at the same time. */
const together = 8

/** Milliseconds between two looks at what is left behind. */
const period = 10_000

/** Milliseconds in which a session has ended, whatever goes wrong. */
const patience = 60_000

/** Bytes by which the memory in use may grow from the first looks to the last. */
const growth = 8 * 1024 * 1024

/** Quick to judge where something may fail. */
const quick = { handshakeTimeout: 3_000, heartbeat: { interval: 250, deadline: 2_000 } }
const patient = { handshakeTimeout: 30_000 }

export class Soak {
  readonly #seed: string
  readonly #print: (line: string) => void
  readonly #outcomes = new Map<string, number>()
  readonly #server: TestServer
  readonly #connections: Connections
  readonly #timers = new Timers()
  #next = 0
  #violation: string | null = null

  static async start(seed: string, print: (line: string) => void): Promise<Soak> {
    const containers = [{ name: 'app' }]
    const names = ['plain', ...soakFaults.map(podOf)]
    const server = await createTestServer({ pods: names.map((name) => ({ name, containers })) })
    server.setFault(({ path }) => {
      const name = /\/pods\/([^/]+)\//.exec(path)?.[1]
      return soakFaults.find((fault) => podOf(fault) === name)?.server ?? null
    })
    return new Soak(seed, server, print)
  }

  private constructor(seed: string, server: TestServer, print: (line: string) => void) {
    this.#seed = seed
    this.#server = server
    this.#print = print
    this.#connections = new Connections(portOf(server))
  }

  /** Resolves with the exit code. */
  async run(milliseconds: number): Promise<number> {
    this.#print(`seed ${this.#seed}, ${milliseconds / 60_000} min, ${together} at a time`)
    const start = performance.now()
    const samples: number[] = []
    await this.#round(start + 3_000)
    const baseline = await this.#settled(null)
    while (this.#violation === null && performance.now() - start < milliseconds) {
      await this.#round(performance.now() + period)
      await this.#settled(baseline)
      samples.push(await usedMemory())
      this.#progress(start, samples)
    }
    this.#checkGrowth(samples)
    await this.#close()
    return this.#summary(start, samples)
  }

  /** Repeats one session; resolves with the exit code. */
  async replay(number: number): Promise<number> {
    await this.#session(number)
    await this.#close()
    this.#print(this.#violation ?? `session ${number} is right: ${[...this.#outcomes.keys()]}`)
    return this.#violation === null ? 0 : 1
  }

  async #close(): Promise<void> {
    await this.#server.close()
    this.#connections.close()
    this.#timers.close()
  }

  /** Starts sessions until then, and waits for their ends. */
  async #round(until: number): Promise<void> {
    const work = async () => {
      while (this.#violation === null && performance.now() < until) {
        const number = this.#next
        this.#next += 1
        await this.#session(number)
      }
    }
    await Promise.all(Array.from({ length: together }, work))
  }

  async #session(number: number): Promise<void> {
    const plan = planOf(this.#seed, number)
    const { kind, fault, verify, subprotocol } = plan
    const server = this.#server
    const line = fault?.line?.(plan.random)
    const relay = line
      ? await this.#connections.of(number, () => Relay.start(portOf(server), line))
      : null
    const cluster = await connect({
      server: relay === null ? server.url : `https://127.0.0.1:${relay.port}`,
      tls: { ca: server.ca },
      auth: { token: server.token },
      ...(isHarmless(fault) ? patient : quick),
    })
    const pod = cluster.pod(fault?.server === undefined ? 'plain' : podOf(fault))
    const run = this.#connections.of(number, () => kind.run({ ...plan, pod }))
    const wrong = await Promise.race([
      judge(run, fault),
      sleep(patience, '!it hangs', { ref: false }),
    ])
    relay?.release()
    if (relay !== null && !(await becomes(() => relay.connections === 0))) {
      await this.#failWithRest(`session ${number}: its connection is still open`)
    }
    await relay?.[Symbol.asyncDispose]()
    const about = `${kind.name}, ${subprotocol ?? 'subprotocol by need'}, verify ${verify}, ${fault?.name ?? 'no fault'}`
    if (wrong.startsWith('!')) this.#fail(`session ${number} (${about}): ${wrong.slice(1)}`)
    else this.#outcomes.set(wrong, (this.#outcomes.get(wrong) ?? 0) + 1)
  }

  #fail(violation: string): void {
    this.#violation ??= `WRONG, seed ${this.#seed}, ${violation}`
  }

  /** Says as well what is there, and whose it is. */
  async #failWithRest(violation: string): Promise<void> {
    // A timer that has struck is known to be gone only behind that.
    await turn()
    const rest = [...this.#connections.describe(), ...this.#timers.describe()]
    this.#fail([`${violation}: ${JSON.stringify(activeResources())}`, ...rest].join('\n'))
  }

  /** Waits until nothing is left of the sessions, on any side. */
  async #settled(baseline: Record<string, number> | null): Promise<Record<string, number>> {
    if (!(await becomes(() => this.#connections.count === 0))) {
      await this.#failWithRest('connections were left open')
    }
    // The one that listens is the test server; the others are lines that are on their way out.
    const calm = () => {
      const { ProcessWrap = 0, TCPServerWrap } = activeResources()
      return ProcessWrap === 0 && TCPServerWrap === 1
    }
    if (!(await becomes(calm))) await this.#failWithRest('a process or a line was left')
    const isSame = () => baseline === null || isDeepStrictEqual(activeResources(), baseline)
    if (!(await becomes(isSame))) {
      await this.#failWithRest(`left behind, next to ${JSON.stringify(baseline)}`)
    }
    return activeResources()
  }

  #checkGrowth(samples: readonly number[]): void {
    // What is cached once is no leak: the first fifth does not count.
    const steady = samples.slice(Math.ceil(samples.length / 5))
    const grown = slope(steady) * (steady.length - 1)
    if (steady.length >= 4 && grown > growth)
      this.#fail(`memory grew by ${Math.round(grown)} bytes`)
  }

  #progress(start: number, samples: readonly number[]): void {
    const seconds = (performance.now() - start) / 1_000
    const heap = ((samples.at(-1) ?? 0) / 1024 / 1024).toFixed(1)
    this.#print(`${seconds.toFixed(0)} s: ${this.#next} sessions, ${heap} MiB in use`)
  }

  #summary(start: number, samples: readonly number[]): number {
    const seconds = (performance.now() - start) / 1_000
    const steady = samples.slice(Math.ceil(samples.length / 5))
    const perMinute = (slope(steady) * (60_000 / period)) / 1024
    for (const [outcome, count] of [...this.#outcomes].toSorted((a, b) => b[1] - a[1])) {
      this.#print(`${String(count).padStart(8)}  ${outcome}`)
    }
    const rate = (this.#next / seconds).toFixed(1)
    this.#print(
      `${this.#next} sessions in ${seconds.toFixed(0)} s (${rate}/s), memory ${perMinute.toFixed(1)} KiB/min, seed ${this.#seed}`,
    )
    this.#print(this.#violation ?? 'nothing wrong')
    return this.#violation === null ? 0 : 1
  }
}

function portOf(server: TestServer): number {
  return Number(new URL(server.url).port)
}

function isHarmless(fault: SoakFault | null): boolean {
  return fault === null || fault.harmless === true
}

/** What it came to; with a `!` in front, what is wrong with it. */
async function judge(run: SoakRun, fault: SoakFault | null): Promise<string> {
  const { exitCode, output, error } = await run.outcome
  const whole = Buffer.from(run.output)
  const got = Buffer.from(output)
  if (error === null) {
    if (exitCode !== run.exitCode) return `!exit code ${exitCode}, not ${run.exitCode}`
    return got.equals(whole)
      ? 'as expected'
      : `!wrong output: ${got.length} bytes of ${whole.length}`
  }
  const code = error instanceof PodwireError ? error.code : String(error)
  if (!whole.subarray(0, got.length).equals(got)) return `!${code}, and wrong output`
  if (run.isExpected?.(error) === true) return 'ended as asked'
  if (isHarmless(fault)) return `!${error instanceof Error ? error.stack : code}`
  return error instanceof PodwireError
    ? `failed: ${code}`
    : `!an error of no class of ours: ${code}`
}

/** Whether that is so in time. */
async function becomes(isSo: () => boolean, milliseconds = 10_000): Promise<boolean> {
  for (let waited = 0; waited < milliseconds; waited += 20) {
    if (isSo()) return true
    await sleep(20)
  }
  return isSo()
}
