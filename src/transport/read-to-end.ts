import type { Duplex } from 'node:stream'

type Callback = (error?: Error | null) => void

/**
 * Keeps a connection open for reading when a write to it fails.
 *
 * A server that has said all it has to say may close while our stdin is still on its way; TCP then answers with a
 * reset. Node would destroy the socket at the first write that fails, with the output and the status still unread in
 * the kernel. Here such a write counts as done, and the reading side finds out how the connection ends, behind the
 * last byte that was received.
 * @param onFailure called once, with why the first write failed
 */
export function readToEnd(connection: Duplex, onFailure: (error: Error) => void): void {
  let failed = false
  const forgiving =
    (callback: Callback): Callback =>
    (error) => {
      // What the connection's own end cuts off has not failed.
      if (error && !failed && !connection.destroyed) {
        failed = true
        onFailure(error)
      }
      callback()
    }
  const { _write: write, _writev: writev } = connection
  connection._write = (chunk, encoding, callback) => {
    write.call(connection, chunk, encoding, forgiving(callback))
  }
  if (writev) {
    connection._writev = (chunks, callback) => {
      writev.call(connection, chunks, forgiving(callback))
    }
  }
}
