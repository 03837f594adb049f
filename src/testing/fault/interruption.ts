import { setImmediate, setTimeout } from 'node:timers/promises'
import type { ChannelConnection, Outlet } from '../channel-connection.ts'
import { encodeResult } from '../remote-command-status.ts'
import { Channel } from '../wire.ts'

/**
 * Passes so many bytes of output on and then strikes, once; nothing comes after it. With fewer bytes of output the
 * session ends as it would.
 */
export function interrupt(
  outlet: Outlet,
  afterBytes: number,
  strike: () => Promise<void> | void,
): Outlet {
  let left = afterBytes
  let struck = false
  const strikeOnce = async (): Promise<void> => {
    if (struck) return
    struck = true
    await strike()
  }
  return {
    async send(channel, payload) {
      if (struck) return
      const isOutput = channel === Channel.Stdout || channel === Channel.Stderr
      const part = isOutput ? payload.subarray(0, left) : payload
      if (isOutput) left -= part.length
      if (part.length > 0 || payload.length === 0) await outlet.send(channel, part)
      if (left === 0) await strikeOnce()
    },
    end() {
      if (!struck) outlet.end()
    },
  }
}

const moment = 20

export function reset(connection: ChannelConnection, afterBytes: number): Outlet {
  return interrupt(connection, afterBytes, async () => {
    await connection.flushed()
    // A client on libuv that finds data and reset in one poll takes it for an orderly end; so it gets a moment to read.
    await setTimeout(moment)
    await setImmediate()
    connection.reset()
  })
}

export function cut(connection: ChannelConnection, afterBytes: number): Outlet {
  return interrupt(connection, afterBytes, () => connection.cut())
}

/** The connection behind the translator is gone: it takes that for the end, and the end for success. */
export function loseHop(connection: ChannelConnection, afterBytes: number): Outlet {
  return interrupt(connection, afterBytes, async () => {
    const success = { kind: 'exit', exitCode: 0, command: [] } as const
    const payload = encodeResult(success, connection.subprotocol)
    if (payload !== null) await connection.send(Channel.Status, payload)
    connection.end()
  })
}
