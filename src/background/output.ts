/** Where a background process prints to: the container's log, a file beside its state, or nowhere. */
export type BackgroundOutput = 'container' | 'file' | 'discard'

export const backgroundOutputs: readonly BackgroundOutput[] = ['container', 'file', 'discard']
