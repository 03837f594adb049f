import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { connect, createServer } from 'node:net'

/** A line to a server that can die as lines do: nothing arrives any more, on either side, and nothing is reset. */
export interface DeadLine extends AsyncDisposable {
  readonly url: string
  /** New connections are made, and nothing comes over them either. */
  die(): void
}

/** A line to the server at this URL. */
export async function deadLine(url: string): Promise<DeadLine> {
  const { hostname, port, protocol } = new URL(url)
  const sockets = new Set<Socket>()
  const lines: (() => void)[] = []
  let dead = false
  const server = createServer((near) => {
    sockets.add(near)
    near.on('error', () => {})
    if (dead) {
      near.pause()
      return
    }
    const far = connect(Number(port), hostname)
    sockets.add(far)
    far.on('error', () => {})
    near.pipe(far).pipe(near)
    lines.push(() => {
      near.unpipe(far)
      far.unpipe(near)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `${protocol}//127.0.0.1:${(server.address() as AddressInfo).port}`,
    die() {
      dead = true
      for (const cut of lines.splice(0)) cut()
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
