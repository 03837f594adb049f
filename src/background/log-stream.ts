import { PodwireError } from '../errors.ts'
import { Backoff } from './backoff.ts'
import type { ContainerScript } from './container-script.ts'

/** Exit codes of the script: more may come, and the run is gone. */
const moreMayCome = 10
const runIsGone = 11

/** What a run has printed, from the first byte on; a lost connection is taken up where it broke. */
export async function* outputOf(
  script: ContainerScript,
  run: number,
  follow: boolean,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const backoff = new Backoff()
  let position = 1
  let opened = false
  for (;;) {
    const args = [String(run), String(position), follow ? 'follow' : '']
    try {
      const remote = await script.host.spawn(await script.command('logs', args), { signal })
      opened = true
      try {
        for await (const chunk of remote.stdout ?? []) {
          position += chunk.length
          backoff.reset()
          yield chunk
        }
        const { exitCode } = await remote.exit
        if (exitCode === 0) return
        if (exitCode === runIsGone) throw gone(run)
        if (exitCode !== moreMayCome) throw unreadable(exitCode)
        continue
      } finally {
        await remote.close()
      }
    } catch (error) {
      signal?.throwIfAborted()
      if (!opened) throw error
      backoff.check(error)
    }
    await backoff.wait(signal)
  }
}

function gone(run: number): PodwireError {
  const message = `the output of run ${run} is gone: it was started again, or its container restarted`
  return new PodwireError('ERR_BACKGROUND_OUTPUT', message)
}

function unreadable(exitCode: number | null): PodwireError {
  const message = `the output could not be read in the container (exit code ${exitCode})`
  return new PodwireError('ERR_BACKGROUND_OUTPUT', message)
}
