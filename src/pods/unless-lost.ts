import type { ApiServer } from '../transport/api-server.ts'

/**
 * Waits, and meanwhile asks the server once per `deadline` milliseconds whether it still answers on a new connection:
 * the one that is waited for may be silent because it is dead, or because there is nothing to say.
 * @param lose called when the server does not answer, or has not when it is to be asked again; it is to end the waiting
 */
export async function unlessLost<T>(
  promise: Promise<T>,
  deadline: number,
  server: Pick<ApiServer, 'answers'>,
  lose: () => void,
): Promise<T> {
  let probing: AbortController | undefined
  const timer = setInterval(async () => {
    if (probing !== undefined) {
      lose()
      return
    }
    probing = new AbortController()
    const { signal } = probing
    const answers = await server.answers(signal)
    probing = undefined
    if (!answers && !signal.aborted) lose()
  }, deadline)
  try {
    return await promise
  } finally {
    clearInterval(timer)
    probing?.abort()
  }
}
