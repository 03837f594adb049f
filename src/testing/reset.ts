import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/**
 * Resets a TCP connection and closes its socket. One whose own end is just on its way out is closed without a reset:
 * libuv refuses that (EINVAL), and Node would then have forgotten the socket and left it open for good.
 * @param stream what writes to it, such as TLS
 */
export function reset(socket: Socket, stream: Duplex = socket): void {
  if (stream.writableEnded && !stream.writableFinished) socket.destroy()
  else socket.resetAndDestroy()
}
