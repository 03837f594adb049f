import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import type { TlsOptions } from 'node:tls'
import { createServer as createTlsServer } from 'node:tls'

export interface TestProxyOptions {
  /** Default: `http`. */
  readonly protocol?: 'http' | 'https' | 'socks5'
  /** Who may use it. Default: everybody, and nobody is asked. */
  readonly user?: { readonly name: string; readonly password: string }
  /** Names that only the proxy knows, and their addresses. */
  readonly hosts?: Readonly<Record<string, string>>
  /** Milliseconds for which what a server says is kept, to be handed over in one piece. */
  readonly gather?: number
  /** The server's side of an https proxy. */
  readonly tls?: TlsOptions
  /** Does everything itself instead, from the first byte of the client's. */
  readonly answer?: (client: Socket, request: Buffer) => void
}

/** A proxy that is small enough to be seen through. */
export interface TestProxy extends AsyncDisposable {
  readonly port: number
  /** The targets asked for, such as `api.example:6443`. */
  readonly targets: readonly string[]
  /** All that clients sent until a tunnel was open. */
  readonly received: Buffer
  /** Open connections of clients. */
  readonly connections: number
  /** The URL, with user and password where it wants them. */
  readonly url: string
}

export async function testProxy(options: TestProxyOptions = {}): Promise<TestProxy> {
  const { protocol = 'http', user } = options
  const targets: string[] = []
  const received: Buffer[] = []
  const sockets = new Set<Socket>()
  const track = (socket: Socket): Socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    return socket
  }

  const open = (client: Socket, target: string, accepted: Buffer) => {
    targets.push(target)
    const [, host = '', port] = /^\[?(.*?)\]?:(\d+)$/.exec(target) ?? []
    const upstream = connect({ host: options.hosts?.[host] ?? host, port: Number(port) })
    // `close` follows, and lets out what is still to be written.
    upstream.on('error', () => {})
    upstream.on('close', () => client.destroySoon())
    client.on('close', () => upstream.destroy())
    upstream.once('connect', () => {
      client.write(accepted)
      client.pipe(upstream)
      if (options.gather === undefined) upstream.pipe(client)
      else handOver(upstream, client, options.gather)
    })
  }

  const serve = async (client: Socket) => {
    track(client)
    const read = async (): Promise<Buffer> => {
      const [chunk] = (await once(client.resume(), 'data')) as [Buffer]
      client.pause()
      received.push(chunk)
      return chunk
    }
    const request = await read()
    if (options.answer !== undefined) options.answer(client.resume(), request)
    else if (protocol === 'socks5') await serveSocks5(client, request, read)
    else serveConnect(client, request.toString('latin1'))
  }

  const serveConnect = (client: Socket, request: string) => {
    const token = user && Buffer.from(`${user.name}:${user.password}`).toString('base64')
    if (token !== undefined && !request.includes(`\r\nProxy-Authorization: Basic ${token}\r\n`)) {
      const challenge = 'Proxy-Authenticate: Basic realm="test"\r\nContent-Length: 3\r\n\r\nno\n'
      client.end(`HTTP/1.1 407 Proxy Authentication Required\r\n${challenge}`)
      return
    }
    const [, target = ''] = /^CONNECT (\S+) HTTP\/1\.1\r\n/.exec(request) ?? []
    open(client, target, Buffer.from('HTTP/1.1 200 Connection established\r\n\r\n'))
  }

  const serveSocks5 = async (client: Socket, hello: Buffer, read: () => Promise<Buffer>) => {
    const method = user === undefined ? 0 : hello.subarray(2).includes(2) ? 2 : 0xff
    client.write(Buffer.of(5, method))
    if (user !== undefined) {
      const expected = Buffer.from(
        `\x01${String.fromCharCode(user.name.length)}${user.name}${String.fromCharCode(user.password.length)}${user.password}`,
      )
      const right = (await read()).equals(expected)
      client.write(Buffer.of(1, right ? 0 : 1))
      if (!right) return
    }
    const request = await read()
    const host =
      request[3] === 3
        ? request.toString('latin1', 5, request.length - 2)
        : [...request.subarray(4, 8)].join('.')
    const target = `${host}:${request.readUInt16BE(request.length - 2)}`
    open(client, target, Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]))
  }

  const onClient = (client: Socket) => {
    serve(client).catch(() => client.destroy())
  }
  const server: Server =
    protocol === 'https' ? createTlsServer(options.tls ?? {}, onClient) : createServer(onClient)
  if (protocol === 'https') server.on('connection', track)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const userinfo = user
    ? `${encodeURIComponent(user.name)}:${encodeURIComponent(user.password)}@`
    : ''

  return {
    port,
    targets,
    get received() {
      return Buffer.concat(received)
    },
    get connections() {
      return sockets.size
    },
    url: `${protocol}://${userinfo}127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function handOver(from: Socket, to: Socket, interval: number): void {
  let chunks: Buffer[] = []
  from.on('data', (chunk: Buffer) => chunks.push(chunk))
  const flush = () => {
    to.write(Buffer.concat(chunks))
    chunks = []
  }
  const timer = setInterval(flush, interval)
  from.on('end', flush)
  to.on('close', () => clearInterval(timer))
}
