import type { ApiServer } from '../transport/api-server.ts'

/**
 * Waits, and meanwhile asks the server once per `deadline` milliseconds whether it still answers on a new connection:
 * the one that is waited for may be silent because it is dead, or because there is nothing to say.
 * @param lose called when the server does not answer; it is to end the waiting
 */
export async function unlessLost<T>(
  promise: Promise<T>,
  deadline: number,
  server: Pick<ApiServer, 'answers'>,
  lose: () => void,
): Promise<T> {
  let waiting = true
  const timer = setInterval(async () => {
    const answers = await server.answers(deadline)
    if (!answers && waiting) lose()
  }, deadline)
  try {
    return await promise
  } finally {
    waiting = false
    clearInterval(timer)
  }
}
