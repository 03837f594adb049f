import { setTimeout } from 'node:timers/promises'
import type { ChannelConnection, Outlet } from '../channel-connection.ts'

/** One byte of payload per message. */
export function byteByByte(connection: ChannelConnection): Outlet {
  return {
    async send(channel, payload) {
      if (payload.length === 0) return connection.send(channel, payload)
      for (let index = 0; index < payload.length; index++) {
        await connection.send(channel, payload.subarray(index, index + 1))
      }
    },
    end: () => connection.end(),
  }
}

/** Waits before each message. */
export function delay(connection: ChannelConnection, milliseconds: number): Outlet {
  return {
    async send(channel, payload) {
      await pause(milliseconds, connection)
      await connection.send(channel, payload)
    },
    end: () => connection.end(),
  }
}

/** Twenty slices per second. */
const slice = 50

/** At most so many bytes of payload per second, all channels together. */
export function limitBandwidth(connection: ChannelConnection, bytesPerSecond: number): Outlet {
  const length = Math.max(1, Math.floor((bytesPerSecond * slice) / 1000))
  let freeAt = 0
  return {
    async send(channel, payload) {
      if (payload.length === 0) return connection.send(channel, payload)
      for (let start = 0; start < payload.length; start += length) {
        const part = payload.subarray(start, start + length)
        const now = performance.now()
        const startsAt = Math.max(now, freeAt)
        freeAt = startsAt + (part.length * 1000) / bytesPerSecond
        await pause(freeAt - now, connection)
        await connection.send(channel, part)
      }
    },
    end: () => connection.end(),
  }
}

/** Not longer than the connection lasts. */
async function pause(milliseconds: number, { gone }: ChannelConnection): Promise<void> {
  await setTimeout(milliseconds, undefined, { signal: gone }).catch(() => {})
}
