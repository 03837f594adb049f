import { monitorEventLoopDelay } from 'node:perf_hooks'

/** Milliseconds between two looks at the event loop. */
const resolution = 5

/** What a transfer of so many bytes costs this process. */
export async function measured(bytes, transfer) {
  const delay = monitorEventLoopDelay({ resolution })
  delay.enable()
  const cpuBefore = process.cpuUsage()
  const start = performance.now()
  await transfer()
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(cpuBefore)
  delay.disable()
  return {
    /** Millions of bytes per second. */
    speed: bytes / 1e6 / seconds,
    /** CPU milliseconds per 10^9 bytes, kernel included. */
    cpu: (user + system) / 1e3 / (bytes / 1e9),
    /** Peak resident memory in MiB, of the process's whole life. */
    memory: process.resourceUsage().maxRSS / 1024,
    /** Milliseconds that the event loop was late at worst. */
    stall: Math.max(0, delay.max / 1e6 - resolution),
  }
}
