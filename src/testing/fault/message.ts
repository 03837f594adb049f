import type { ChannelConnection, Outlet } from '../channel-connection.ts'
import { Channel, encodeFrame, isBase64Subprotocol } from '../wire.ts'

const nothing = new Uint8Array(0)

/** Messages that mean nothing, before each one that does. */
export function addNoise(connection: ChannelConnection): Outlet {
  const isBase64 = isBase64Subprotocol(connection.subprotocol)
  return {
    async send(channel, payload) {
      await connection.sendMessage(isBase64 ? '' : nothing)
      await connection.send(channel, nothing)
      await connection.send(7, Buffer.from('noise'))
      if (!isBase64) await connection.sendMessage(Uint8Array.of(Channel.Close, Channel.Stdout))
      await connection.send(channel, payload)
    },
    end: () => connection.end(),
  }
}

/** Sends the first output as another message. */
export function replaceFirstOutput(
  connection: ChannelConnection,
  replace: (message: Uint8Array | string) => Uint8Array | string,
): Outlet {
  let replaced = false
  return {
    send(channel, payload) {
      const isOutput = channel === Channel.Stdout || channel === Channel.Stderr
      if (replaced || !isOutput || payload.length === 0) return connection.send(channel, payload)
      replaced = true
      return connection.sendMessage(replace(encodeFrame(channel, payload, connection.subprotocol)))
    },
    end: () => connection.end(),
  }
}

/** The same bytes under the other opcode. */
export function swapOpcode(message: Uint8Array | string): Uint8Array | string {
  if (typeof message === 'string') return Buffer.from(message)
  return Buffer.from(message).toString('latin1')
}

/** A message for the same channel that is not base64. */
export function breakBase64(message: Uint8Array | string): Uint8Array | string {
  return typeof message === 'string' ? `${message.charAt(0)}\u00e9 is not base64` : message
}

/** A message of so many bytes on stdout, after the first message of all. */
export function addOversizedMessage(connection: ChannelConnection, bytes: number): Outlet {
  let added = false
  return {
    async send(channel, payload) {
      await connection.send(channel, payload)
      if (added) return
      added = true
      await connection.send(Channel.Stdout, Buffer.alloc(bytes))
    },
    end: () => connection.end(),
  }
}
