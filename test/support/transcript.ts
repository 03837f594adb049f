import type { Readable } from 'node:stream'

const patience = 10_000

/** All that a stream has said, to wait for what it is to say. */
export class Transcript {
  text = ''
  #ended = false
  #wake: () => void = () => {}

  constructor(stream: Readable | null) {
    if (stream === null) throw new Error('there is no stream')
    stream.on('data', (chunk) => {
      this.text += chunk
      this.#wake()
    })
    stream.on('close', () => {
      this.#ended = true
      this.#wake()
    })
  }

  /** Resolves with everything so far when the words are in it, or when there will be no more. */
  async until(words: string): Promise<string> {
    let late = false
    const timer = setTimeout(() => {
      late = true
      this.#wake()
    }, patience)
    while (!this.text.includes(words) && !this.#ended && !late) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    clearTimeout(timer)
    if (late) throw new Error(`no ${JSON.stringify(words)} in ${JSON.stringify(this.text)}`)
    return this.text
  }

  /** The same, of something that has to be asked for until it is so. */
  async repeatUntil(words: string, ask: () => unknown): Promise<void> {
    const asking = setInterval(ask, 50)
    try {
      ask()
      await this.until(words)
    } finally {
      clearInterval(asking)
    }
  }
}
