import type { Duplex } from 'node:stream'

/** What `net/http` of Go says to a request that it cannot read. */
export function refuseBadRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable) return
  const tooLarge = error.code === 'HPE_HEADER_OVERFLOW'
  const line = tooLarge ? '431 Request Header Fields Too Large' : '400 Bad Request'
  socket.end(
    `HTTP/1.1 ${line}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${line}`,
  )
  // The rest of the request is read for a moment, as Go does, so that no reset eats the answer.
  socket.resume()
  const timer = setTimeout(() => socket.destroy(), 500)
  socket.once('close', () => clearTimeout(timer))
}
