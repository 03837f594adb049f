import { randomBytes } from 'node:crypto'
import { once, setMaxListeners } from 'node:events'
import { chmod, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Server } from 'node:https'
import { createServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import type { ApiRequest } from './api.ts'
import { Api } from './api.ts'
import type { AuthenticatedUser } from './authentication.ts'
import { Authentication } from './authentication.ts'
import { refuseBadRequest } from './bad-request.ts'
import type { CertificateAndKey, CertificateAuthority } from './certificate.ts'
import { createCertificateAuthority } from './certificate.ts'
import { generationOf } from './discovery.ts'
import { httpFault } from './fault/http.ts'
import type { Fault, FaultSource } from './fault.ts'
import type { HttpAnswer } from './http-answer.ts'
import { respond, respondToUpgrade, textAnswer, unauthorized } from './http-answer.ts'
import { renderKubeconfig } from './kubeconfig.ts'
import type { Generation, TestPod, TestServerOptions } from './options.ts'
import { PodStore } from './pod-store.ts'
import type { TestRequest } from './request-log.ts'
import { describeRequest, RequestLog } from './request-log.ts'
import { reset } from './reset.ts'
import { findContainer } from './stream-request.ts'
import { serveStreamed } from './streamed-answer.ts'
import { serveStreaming } from './streaming.ts'
import type { Upgrade } from './upgrade.ts'

/** An API server of Kubernetes on the loopback interface, for tests. */
export interface TestServer {
  /** `https://127.0.0.1:PORT` and the path prefix. */
  readonly url: string
  /** A kubeconfig (YAML) with the CA and the token inline; its current context has the namespace `default`. */
  readonly kubeconfig: string
  /** Writes the kubeconfig to a file with mode 0600. */
  writeKubeconfig(path: string): Promise<void>
  /** The certificate authority's certificate, PEM. */
  readonly ca: string
  /** Bearer token of `kubernetes-admin`. */
  readonly token: string
  /** A client certificate, PEM: its holder is the user of that name, who may do what `users` says, else everything. */
  clientCertificate(commonName: string): { readonly cert: string; readonly key: string }
  /** The last 1000 requests, the oldest first, without credentials. */
  readonly requests: readonly TestRequest[]
  /** What goes wrong from now on; `null`: nothing. Sessions that are open keep what they have. */
  setFault(fault: FaultSource): void
  /**
   * Adds a pod, or changes the one of that name in its namespace; watchers are told. A container of it with another
   * number of `restarts` is started again, and the log of the run before it ends, as it does when it has a `state`.
   */
  setPod(pod: TestPod): void
  /** Takes a pod away; a later one of its name has another uid. */
  deletePod(name: string, namespace?: string): void
  /** Adds to the log of a pod's first container, or of another one. */
  appendLog(pod: string, text: string, options?: LogPlace): void
  /** The number of open TCP connections. */
  readonly connections: number
  /** Kills the local processes, cuts every connection and frees the port. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Which container's log. */
export interface LogPlace {
  /** Default: `default`. */
  readonly namespace?: string
  readonly container?: string
}

const defaultPods: readonly TestPod[] = [{ name: 'web-0', containers: [{ name: 'app' }] }]

/** Starts a test server on a free port of 127.0.0.1. */
export async function createTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const server = new ApiServer(options)
  await server.listen()
  return server
}

class ApiServer implements TestServer {
  readonly token: string
  readonly ca: string
  readonly #authority: CertificateAuthority
  readonly #server: Server
  readonly #pods: PodStore
  readonly #api: Api
  readonly #authentication: Authentication
  readonly #generation: Generation
  readonly #pathPrefix: string
  readonly #log = new RequestLog()
  readonly #closing = new AbortController()
  readonly #sockets = new Set<Socket>()
  readonly #running = new Set<Promise<unknown>>()
  #fault: FaultSource

  constructor(options: TestServerOptions) {
    const version = options.version ?? 'v1.35.6'
    // One listener per local process.
    setMaxListeners(0, this.#closing.signal)
    this.token = options.token ?? randomBytes(16).toString('hex')
    this.#authority = createCertificateAuthority()
    this.ca = this.#authority.cert
    this.#pods = new PodStore(options.pods ?? defaultPods)
    this.#api = new Api(this.#pods, options.workloads ?? [], version)
    this.#authentication = new Authentication(
      [{ name: 'kubernetes-admin', token: this.token }, ...(options.users ?? [])],
      options.anonymous ?? true,
    )
    this.#generation = options.generation ?? generationOf(version)
    this.#pathPrefix = (options.pathPrefix ?? '').replace(/\/+$/, '')
    this.#fault = options.fault ?? null
    this.#server = createServer({
      ...serverCertificate(this.#authority, options.serverCertificate ?? 'valid'),
      ca: this.ca,
      requestCert: true,
      rejectUnauthorized: options.requireClientCertificate ?? false,
      ALPNProtocols: ['http/1.1'],
      // Go's limit for a request's head.
      maxHeaderSize: 1024 * 1024,
    })
    this.#server.on('connection', (socket) => this.#track(socket as Socket))
    this.#server.on('request', (request, response) => this.#onRequest(request, response))
    this.#server.on('upgrade', (request, socket, head) => this.#onUpgrade(request, socket, head))
    this.#server.on('clientError', refuseBadRequest)
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo
    return `https://127.0.0.1:${port}${this.#pathPrefix}`
  }

  get kubeconfig(): string {
    return renderKubeconfig({ server: this.url, ca: this.ca, token: this.token })
  }

  get requests(): readonly TestRequest[] {
    return this.#log.requests
  }

  get connections(): number {
    return this.#sockets.size
  }

  async writeKubeconfig(path: string): Promise<void> {
    await writeFile(path, this.kubeconfig, { mode: 0o600 })
    // A file that was there keeps its mode.
    await chmod(path, 0o600)
  }

  clientCertificate(commonName: string): CertificateAndKey {
    return this.#authority.issueClientCertificate(commonName)
  }

  setFault(fault: FaultSource): void {
    this.#fault = fault
  }

  setPod(pod: TestPod): void {
    this.#pods.set(pod)
  }

  deletePod(name: string, namespace = 'default'): void {
    this.#pods.delete(name, namespace)
  }

  appendLog(pod: string, text: string, { namespace = 'default', container }: LogPlace = {}): void {
    const stored = this.#pods.find(namespace, pod)
    const found =
      stored && findContainer(stored.pod, container ?? stored.pod.containers[0]?.name ?? '')
    if (stored === undefined || found === undefined || 'code' in found) {
      throw new Error(`there is no container ${container ?? ''} in pod ${namespace}/${pod}`)
    }
    this.#pods.log(stored.pod, found).append(Buffer.from(text))
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return
    this.#closing.abort()
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    await Promise.allSettled([closed, ...this.#running])
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => this.#sockets.delete(socket))
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    request.resume()
    const seen = this.#see(request)
    if (seen === 'silence') return
    const asked = this.#apiRequest(request, seen.user)
    const answer = seen.answer ?? this.#api.answer(asked)
    if ('code' in answer) {
      respond(response, answer)
      return
    }
    const reset = () => this.#reset(request.socket)
    serveStreamed(response, answer, { signal: this.#closing.signal, fault: seen.fault, reset })
  }

  #onUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const socket = stream as TLSSocket
    socket.on('error', () => {})
    const seen = this.#see(request)
    if (seen === 'silence') return
    const upgrade = { request, socket, head, reset: () => this.#reset(socket) }
    const refusal = seen.answer ?? this.#stream(upgrade, seen.user, seen.fault)
    if (refusal !== null) respondToUpgrade(socket, refusal)
  }

  #stream(upgrade: Upgrade, user: AuthenticatedUser, fault: Fault | null): HttpAnswer | null {
    const asked = this.#api.stream(this.#apiRequest(upgrade.request, user))
    if ('code' in asked) return asked
    return serveStreaming(upgrade, asked, {
      generation: this.#generation,
      signal: this.#closing.signal,
      fault,
      running: this.#running,
      log: (output) => this.#pods.log(asked.pod, asked.container).append(output),
    })
  }

  /** What every request goes through: the log, faults of HTTP, the path prefix, authentication. */
  #see(request: IncomingMessage): Seen | 'silence' {
    const user = this.#authentication.authenticate(request)
    const entry = describeRequest(request, user?.name ?? null)
    this.#log.add(entry)
    const fault = typeof this.#fault === 'function' ? this.#fault(entry) : this.#fault
    if (fault?.kind === 'no-answer') return 'silence'
    const known = user ?? nobody
    const answer = httpFault(fault)
    if (answer !== null) return { user: known, fault, answer }
    if (!`${request.url}`.startsWith(`${this.#pathPrefix}/`)) {
      return { user: known, fault, answer: textAnswer('404 page not found\n', 404) }
    }
    return { user: known, fault, answer: user === null ? unauthorized() : null }
  }

  #apiRequest(request: IncomingMessage, user: AuthenticatedUser): ApiRequest {
    const url = new URL(`${request.url}`.slice(this.#pathPrefix.length), 'https://127.0.0.1')
    return {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      accept: request.headers.accept ?? '',
      user,
    }
  }

  /** TLS sockets cannot be reset, and do not tell of the one below; the peer's port does. */
  #reset(socket: Socket): void {
    const { remoteAddress, remotePort } = socket
    for (const raw of this.#sockets) {
      if (raw.remotePort === remotePort && raw.remoteAddress === remoteAddress) {
        reset(raw, socket)
      }
    }
    socket.destroy()
  }
}

const nobody: AuthenticatedUser = { name: '', rules: [] }

interface Seen {
  readonly user: AuthenticatedUser
  readonly fault: Fault | null
  /** `null`: the API answers. */
  readonly answer: HttpAnswer | null
}

function serverCertificate(
  authority: CertificateAuthority,
  kind: 'valid' | 'expired' | 'wrong-name',
): CertificateAndKey {
  const names = kind === 'wrong-name' ? ['wrong.example'] : ['127.0.0.1', '::1', 'localhost']
  const day = 86_400_000
  return authority.issueServerCertificate({
    names,
    ...(kind === 'expired' && {
      notBefore: new Date(Date.now() - 2 * day),
      notAfter: new Date(Date.now() - day),
    }),
  })
}
