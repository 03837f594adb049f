import { describe, it } from 'vitest'
import type { ConformanceServer } from './conformance-server.ts'
import { startConformanceServer } from './conformance-server.ts'
import type { Containerd } from './containerd.ts'
import { busyboxReference, missingRuntime, startContainerd } from './containerd.ts'
import { missingGo } from './go-programs.ts'

/** Why there is no real runtime to test with, or `null`. */
export const missing: string | null = missingGo() ?? missingRuntime()

type Describe = (title: string, tests: () => void) => unknown

/** `describe` for the tests at a real runtime; without one they are a single line in the summary, not one each. */
export function runtimeTier(title: string): Describe {
  if (missing === null) return describe
  // A test for whoever reads the summary: what there is no runtime for.
  it.skip(`${title} (skipped: ${missing})`, () => {})
  return () => {}
}

/** A containerd of the test's own, and Kubernetes' streaming code in front of it. */
export async function startRuntime(): Promise<{
  containerd: Containerd
  server: ConformanceServer
}> {
  const containerd = await startContainerd()
  const runtime = { socket: containerd.socket, image: busyboxReference }
  try {
    return { containerd, server: await startConformanceServer({ runtime }) }
  } catch (error) {
    await containerd.close()
    throw error
  }
}
