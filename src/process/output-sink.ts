/** Where one output channel goes. */
export interface OutputSink {
  /** Takes bytes; false when no more should come until the sink says so. Never empty, never refused. */
  write(payload: Uint8Array): boolean
  /**
   * No more will come; without an error, this was all of the output.
   * @param rest what becomes of bytes that were taken but not read yet
   */
  end(error: Error | null, rest: 'deliver' | 'discard'): void
}
