import type { ChannelConnection, Outlet } from '../channel-connection.ts'
import type { Fault } from '../fault.ts'

/** The outlet of a session with a fault in front of it. */
export function applyFault(fault: Fault | null, connection: ChannelConnection): Outlet {
  void fault
  return connection
}
