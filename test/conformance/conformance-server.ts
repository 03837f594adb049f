import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClusterConfig } from '../../src/index.ts'
import { goProgram } from './go-programs.ts'

/**
 * Where a release ends WebSockets: `l`, up to 1.29, nowhere before the runtime; `t`, 1.30 to 1.35, at the API server;
 * `k`, 1.36 and later, at the kubelet.
 */
export type Generation = 'l' | 't' | 'k'

export const generations: readonly Generation[] = ['l', 't', 'k']

/** What each may do is in cmd/server/users.go. */
export type ConformanceUser = 'admin' | 'getter' | 'creator' | 'executor' | 'impersonator'

export interface KeyPair {
  readonly cert: string
  readonly key: string
}

interface Ready {
  readonly url: string
  readonly ca: string
  readonly control: string
  readonly tokens: Readonly<Record<ConformanceUser, string>>
  readonly clientCert: KeyPair
  readonly expiredClientCert: KeyPair
  readonly untrustedClientCert: KeyPair
}

export interface ServerState {
  readonly apiConnections: number
  readonly kubeletConnections: number
  readonly runtimeConnections: number
  readonly processes: number
}

export type Hop = 'api' | 'kubelet' | 'runtime'

export interface ConformanceServerOptions {
  /** `false`: the runtime does not wait for stdin that nobody reads, as containerd from 2.3 on. @default true */
  readonly waitForStdin?: boolean
  /** A container runtime that runs the pods, from an image with a shell, in the place of local processes. */
  readonly runtime?: { readonly socket: string; readonly image: string }
}

const startTimeout = 60_000
const endTimeout = 10_000

/** Builds the server if need be and starts it; ends by `close()`, by `await using`, or with this process. */
export async function startConformanceServer(
  options: ConformanceServerOptions = {},
): Promise<ConformanceServer> {
  const { waitForStdin = true, runtime } = options
  const flags = [`-wait-for-stdin=${waitForStdin}`]
  if (runtime !== undefined) flags.push('-cri', runtime.socket, '-image', runtime.image)
  const child = spawn(await goProgram('server'), flags, { stdio: 'pipe' })
  const life = new Life(child)
  const timer = setTimeout(() => child.kill('SIGKILL'), startTimeout)
  try {
    const lines = createInterface({ input: child.stdout })
    const [line] = await life.race(once(lines, 'line'))
    return new ConformanceServer(life, JSON.parse(String(line)) as Ready)
  } finally {
    clearTimeout(timer)
  }
}

/** The process, and what it said before it died. */
class Life {
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>
  #log = ''
  #closing = false

  constructor(child: ChildProcess) {
    this.#child = child
    child.stdin?.on('error', () => {})
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#log = (this.#log + text).slice(-16_384)
    })
    this.#exited = new Promise((resolve) => {
      child.once('close', resolve).once('error', (error) => {
        this.#log += String(error)
        resolve(error)
      })
    })
  }

  get #dead(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  /** @throws {Error} the server has died; with the end of its log */
  check(): void {
    if (this.#closing || this.#dead) throw this.#death()
  }

  /** A promise that the death of the server rejects; also where its first sign was a lost connection. */
  race<T>(promise: Promise<T>): Promise<T> {
    const death = this.#exited.then(() => {
      throw this.#death()
    })
    const orSign = promise.catch(async (error: unknown) => {
      await Promise.race([this.#exited, sleep(1_000)])
      this.check()
      throw error
    })
    return Promise.race([orSign, death])
  }

  #death(): Error {
    const { exitCode, signalCode } = this.#child
    const how = this.#closing ? 'was closed' : `died (${signalCode ?? exitCode ?? 'not started'})`
    return new Error(`the conformance server ${how}; the end of its log:\n${this.#log}`)
  }

  async end(): Promise<void> {
    this.#closing = true
    this.#child.stdin?.end()
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), endTimeout)
    await this.#exited
    clearTimeout(timer)
  }
}

/** A running server. Everything here throws once it has died. */
export class ConformanceServer implements AsyncDisposable {
  readonly #life: Life
  readonly #ready: Ready

  constructor(life: Life, ready: Ready) {
    this.#life = life
    this.#ready = ready
  }

  /** The API server; a path prefix, `/l`, `/t` or `/k`, chooses the generation. */
  get url(): string {
    return this.#alive.url
  }

  get ca(): string {
    return this.#alive.ca
  }

  get tokens(): Readonly<Record<ConformanceUser, string>> {
    return this.#alive.tokens
  }

  /** Of the user admin. */
  get clientCert(): KeyPair {
    return this.#alive.clientCert
  }

  get expiredClientCert(): KeyPair {
    return this.#alive.expiredClientCert
  }

  /** By another CA. */
  get untrustedClientCert(): KeyPair {
    return this.#alive.untrustedClientCert
  }

  /** A literal configuration for `connect`. */
  config(generation: Generation, user: ConformanceUser = 'admin'): ClusterConfig {
    const { url, ca, tokens } = this.#alive
    return { server: `${url}/${generation}`, tls: { ca }, auth: { token: tokens[user] } }
  }

  state(): Promise<ServerState> {
    return this.#call('GET', 'state')
  }

  /** Ends every connection to a hop, as the death of its program would; resolves with how many there were. */
  async kill(hop: Hop): Promise<number> {
    const verb = { api: 'kill-api', kubelet: 'kill-hop', runtime: 'kill-runtime' }[hop]
    return (await this.#call<{ closed: number }>('POST', verb)).closed
  }

  /** The next connection to a hop ends before it answers, or so many bytes after the head of its answer. */
  async arm(hop: Hop, when: 'before-101' | { readonly bytesAfter101: number }): Promise<void> {
    const text = when === 'before-101' ? when : `after-101+${when.bytesAfter101}`
    await this.#call('POST', `arm?${new URLSearchParams({ hop, when: text })}`)
  }

  /** A line to the API server of its own. @param shape milliseconds and bytes per second, each way */
  async link(shape: { delay?: number; bandwidth?: number } = {}): Promise<Link> {
    const { delay = 0, bandwidth = 0 } = shape
    const query = new URLSearchParams({ delay: String(delay), bandwidth: String(bandwidth) })
    const { id, url } = await this.#call<{ id: string; url: string }>('POST', `link?${query}`)
    const act = async (verb: string) => {
      await this.#call('POST', `link/${id}/${verb}`)
    }
    return {
      url,
      cut: () => act('cut'),
      stall: () => act('stall'),
      resume: () => act('resume'),
      end: () => act('end'),
    }
  }

  /** Kills the first container of a pod and starts it again; needs a runtime. What is in its /volume stays. */
  async restart(pod: string): Promise<void> {
    await this.#call('POST', `restart?${new URLSearchParams({ pod })}`)
  }

  /** Ends the server and every process it started. */
  close(): Promise<void> {
    return this.#life.end()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  get #alive(): Ready {
    this.#life.check()
    return this.#ready
  }

  async #call<Answer>(method: string, path: string): Promise<Answer> {
    const url = `${this.#alive.control}/control/${path}`
    const response = await this.#life.race(fetch(url, { method }))
    const text = await this.#life.race(response.text())
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.trim()}`)
    return JSON.parse(text) as Answer
  }
}

/** A line to the API server that can be shaped and broken; use its url in the place of the server's. */
export interface Link {
  readonly url: string
  /** Resets its connections; new ones are taken. */
  cut(): Promise<void>
  /** Lets nothing through and ends nothing, until `resume()`. */
  stall(): Promise<void>
  resume(): Promise<void>
  /** Resets its connections and takes no new ones. */
  end(): Promise<void>
}
