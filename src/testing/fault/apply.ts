import type { ChannelConnection, Outlet } from '../channel-connection.ts'
import type { Fault } from '../fault.ts'
import { cut, loseHop, reset } from './interruption.ts'
import {
  addNoise,
  addOversizedMessage,
  breakBase64,
  replaceFirstOutput,
  swapOpcode,
} from './message.ts'
import { byteByByte, delay, limitBandwidth } from './pace.ts'
import { replaceStatus, split } from './status.ts'

/** The outlet of a session with a fault in front of it. Faults of HTTP, and those a session sees to itself, add none. */
export function applyFault(fault: Fault | null, connection: ChannelConnection): Outlet {
  switch (fault?.kind) {
    case 'half-open':
      connection.stopReading()
      return { send: () => Promise.resolve(), end: () => {} }
    case 'no-pong':
      connection.answersPings = false
      return connection
    case 'stop-reading':
      connection.stopReading(fault.afterBytes)
      return connection
    case 'reset':
      return reset(connection, fault.afterBytes)
    case 'cut':
      return cut(connection, fault.afterBytes)
    case 'lost-hop':
      return loseHop(connection, fault.afterBytes)
    case 'no-status':
      return replaceStatus(connection, () => [])
    case 'abnormal-close':
      return { ...replaceStatus(connection, () => []), end: () => connection.cut() }
    case 'no-close':
      return { send: (channel, payload) => connection.send(channel, payload), end: () => {} }
    case 'malformed-status': {
      const payload = Buffer.from(fault.payload ?? '{"metadata":{},"status":')
      return replaceStatus(connection, () => [payload])
    }
    case 'split-status':
      return replaceStatus(connection, (payload) => split(payload, fault.parts ?? 2))
    case 'empty-status':
      return replaceStatus(connection, () => [Buffer.from('{"metadata":{}}')])
    case 'noise':
      return addNoise(connection)
    case 'wrong-opcode':
      return replaceFirstOutput(connection, swapOpcode)
    case 'invalid-base64':
      return replaceFirstOutput(connection, breakBase64)
    case 'byte-by-byte':
      return byteByByte(connection)
    case 'oversized-message':
      return addOversizedMessage(connection, fault.bytes ?? 33 * 1024 * 1024)
    case 'delay':
      return delay(connection, fault.milliseconds)
    case 'bandwidth':
      return limitBandwidth(connection, fault.bytesPerSecond)
    default:
      return connection
  }
}
