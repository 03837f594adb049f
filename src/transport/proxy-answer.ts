import type { Socket } from 'node:net'
import { ProxyFailure } from './proxy-failure.ts'

/** What was read, and how many bytes it took. */
export interface Parsed<T> {
  readonly value: T
  readonly length: number
}

/**
 * Reads one answer of a proxy; what follows it stays in the socket for whoever reads next.
 * @param parse gets all bytes so far; `null`: there must be more of them
 * @throws {ProxyFailure} the connection ends in the middle
 */
export function readAnswer<T>(
  socket: Socket,
  parse: (bytes: Buffer) => Parsed<T> | null,
): Promise<T> {
  let bytes = Buffer.alloc(0)
  return new Promise((resolve, reject) => {
    const stop = follow(
      socket,
      (chunk) => {
        bytes = Buffer.concat([bytes, chunk])
        try {
          const parsed = parse(bytes)
          if (parsed === null) return
          stop()
          if (parsed.length < bytes.length) socket.unshift(bytes.subarray(parsed.length))
          resolve(parsed.value)
        } catch (error) {
          stop()
          reject(error)
        }
      },
      (error) => reject(error ?? new ProxyFailure('closed the connection instead of answering')),
    )
  })
}

/** What comes until the end, `limit` bytes or `patience` milliseconds, whichever is first. */
export async function readWords(socket: Socket, limit: number, patience: number): Promise<Buffer> {
  let bytes = Buffer.alloc(0)
  if (limit === 0) return bytes
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer)
      stop()
      resolve(bytes.subarray(0, limit))
    }
    const timer = setTimeout(finish, patience)
    const stop = follow(
      socket,
      (chunk) => {
        bytes = Buffer.concat([bytes, chunk])
        if (bytes.length >= limit) finish()
      },
      finish,
    )
  })
}

/** Listens until the connection ends, or the function returned is called. */
function follow(
  socket: Socket,
  onChunk: (chunk: Buffer) => void,
  onEnd: (error: Error | null) => void,
): () => void {
  let following = true
  const onReadable = () => {
    while (following) {
      const chunk: Buffer | null = socket.read()
      if (chunk === null) break
      onChunk(chunk)
    }
  }
  const end = (error: Error | null) => {
    stop()
    onEnd(error)
  }
  const onClose = () => end(null)
  const stop = () => {
    following = false
    socket.off('readable', onReadable)
    socket.off('error', end)
    socket.off('end', onClose)
    socket.off('close', onClose)
  }
  socket.on('error', end)
  socket.on('end', onClose)
  socket.on('close', onClose)
  socket.on('readable', onReadable)
  // These were told to whoever listened before.
  if (socket.readableEnded || socket.destroyed) process.nextTick(() => following && end(null))
  return stop
}
