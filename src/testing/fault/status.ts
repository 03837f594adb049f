import type { Outlet } from '../channel-connection.ts'
import { Channel } from '../wire.ts'

/** Sends other messages in place of the status. The empty message that says "open" is none. */
export function replaceStatus(
  outlet: Outlet,
  replace: (payload: Uint8Array) => readonly Uint8Array[],
): Outlet {
  return {
    async send(channel, payload) {
      const isStatus = channel === Channel.Status && payload.length > 0
      for (const part of isStatus ? replace(payload) : [payload]) await outlet.send(channel, part)
    },
    end: () => outlet.end(),
  }
}

/** Cuts a payload into so many parts, all alike but the last. */
export function split(payload: Uint8Array, parts: number): Uint8Array[] {
  const length = Math.max(1, Math.ceil(payload.length / parts))
  const count = Math.ceil(payload.length / length)
  return Array.from({ length: count }, (_, index) =>
    payload.subarray(index * length, (index + 1) * length),
  )
}
