/**
 * Calls a function of the caller's to tell it something. What it throws, or rejects with when it is async, goes to
 * `onFailure`: it must neither end what it is told of nor the program.
 */
export function tell<Event>(
  callback: (event: Event) => void,
  event: Event,
  onFailure: (error: unknown) => void,
): void {
  try {
    // To TypeScript a function that returns a promise is one that returns nothing.
    const returned: unknown = callback(event)
    if (typeof returned === 'object' && returned !== null && 'then' in returned) {
      Promise.resolve(returned).catch(onFailure)
    }
  } catch (error) {
    onFailure(error)
  }
}

/**
 * What a listener of the caller's has thrown in the middle of a socket's event goes to the program by itself. There it is
 * as uncaught as in any other listener, but it does not break off what the event was about.
 */
export function throwApart(error: unknown): void {
  process.nextTick(() => {
    throw error
  })
}
