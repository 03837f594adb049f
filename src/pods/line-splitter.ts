/**
 * Bytes to lines. UTF-8 is decoded across chunks, and what is none becomes U+FFFD; a `\r` is part of its line, the `\n`
 * is not.
 */
export class LineSplitter {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  readonly #maxLength: number
  #pending = ''

  /** @param maxLength characters (UTF-16 code units); a longer line comes in pieces, cut between two code points */
  constructor(maxLength: number) {
    this.#maxLength = maxLength
  }

  /** The lines that are complete now. */
  push(chunk: Uint8Array): string[] {
    const parts = this.#decoder.decode(chunk, { stream: true }).split('\n')
    const open = parts.pop() ?? ''
    const lines: string[] = []
    for (const part of parts) {
      this.#append(part, lines)
      lines.push(this.#pending)
      this.#pending = ''
    }
    this.#append(open, lines)
    return lines
  }

  /** The last line, when no `\n` ended it. */
  end(): string[] {
    const lines: string[] = []
    this.#append(this.#decoder.decode(), lines)
    if (this.#pending !== '') lines.push(this.#pending)
    this.#pending = ''
    return lines
  }

  #append(text: string, lines: string[]): void {
    this.#pending += text
    while (this.#pending.length > this.#maxLength) {
      const halves = /[\ud800-\udbff]/.test(this.#pending.charAt(this.#maxLength - 1))
      const end = halves && this.#maxLength > 1 ? this.#maxLength - 1 : this.#maxLength
      lines.push(this.#pending.slice(0, end))
      this.#pending = this.#pending.slice(end)
    }
  }
}
