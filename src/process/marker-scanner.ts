import type { OutputSink } from './output-sink.ts'

/** The most letters and digits that a report has. */
const maxReport = 12

/** Bytes of the marker that are searched for; for more of them Node prepares tables on each search. */
const searched = 6

const colon = 0x3a
const carriageReturn = 0x0d
const lineFeed = 0x0a

/** Fewer bytes of a marker that breaks off are taken for output, which they could be by chance. */
const recognizable = 4

/** Where a marker begins, and where what belongs to it ends; without a report it may go on behind these bytes. */
interface Found {
  readonly start: number
  readonly end: number
  readonly report: string | null
}

/**
 * Takes the line `MARKER:REPORT:` out of an output, however it is cut into payloads. Everything else is passed on as it
 * came; only the possible beginning of that line at the end of a payload waits for the next one.
 */
export class MarkerScanner implements OutputSink {
  readonly #marker: Buffer
  readonly #beginning: Buffer
  readonly #sink: OutputSink
  readonly #onReport: (report: string) => void
  #held: Buffer = Buffer.alloc(0)
  #state: 'searching' | 'line end' | 'done' = 'searching'

  /** @param onReport called once, when all output in front of the marker was passed on */
  constructor(marker: Buffer, sink: OutputSink, onReport: (report: string) => void) {
    this.#marker = marker
    this.#beginning = marker.subarray(0, searched)
    this.#sink = sink
    this.#onReport = onReport
  }

  write(payload: Uint8Array): boolean {
    if (this.#state === 'done') return this.#sink.write(payload)
    const bytes = Buffer.isBuffer(payload)
      ? payload
      : Buffer.from(payload.buffer, payload.byteOffset, payload.length)
    if (this.#state === 'line end') return this.#endLine(bytes)
    return this.#held.length === 0 ? this.#search(bytes) : this.#continue(bytes)
  }

  /**
   * What is held back is output, or a marker that breaks off, which is not shown. Of a session that was lost nothing is
   * given that may be no output.
   */
  end(error: Error | null, rest: 'deliver' | 'discard'): void {
    if (error === null && this.#held.length < recognizable) this.#pass(this.#held)
    this.#held = Buffer.alloc(0)
    this.#sink.end(error, rest)
  }

  /** Whether what was held back goes on here; no more than a marker's length is looked at, or copied, for that. */
  #continue(bytes: Buffer): boolean {
    const held = this.#held
    this.#held = Buffer.alloc(0)
    const joined = Buffer.concat([held, bytes.subarray(0, this.#marker.length + maxReport + 2)])
    const found = this.#find(joined)
    if (found === null || found.start >= held.length) {
      this.#pass(held)
      return this.#search(bytes)
    }
    // A marker that begins in what was held and is open at the end of these: they are all there is.
    if (found.report === null) return this.#hold(joined, found)
    return this.#take(joined.subarray(0, found.start), found.report, bytes, found.end - held.length)
  }

  #search(bytes: Buffer): boolean {
    const found = this.#find(bytes)
    if (found === null) return this.#pass(bytes)
    if (found.report === null) return this.#hold(bytes, found)
    return this.#take(bytes.subarray(0, found.start), found.report, bytes, found.end)
  }

  #hold(bytes: Buffer, { start }: Found): boolean {
    // A copy: a view would keep the whole segment alive that it was received in.
    this.#held = Buffer.from(bytes.subarray(start))
    return this.#pass(bytes.subarray(0, start))
  }

  #take(before: Buffer, report: string, bytes: Buffer, end: number): boolean {
    const hasRoom = this.#pass(before)
    this.#state = 'line end'
    this.#onReport(report)
    return end < bytes.length ? this.#endLine(bytes.subarray(end)) : hasRoom
  }

  /** A terminal makes `\r\n` of the marker's line end, some runtimes `\r\r\n`. */
  #endLine(bytes: Buffer): boolean {
    let start = 0
    while (bytes[start] === carriageReturn) start += 1
    if (start === bytes.length) return true
    this.#state = 'done'
    return this.#pass(bytes.subarray(bytes[start] === lineFeed ? start + 1 : start))
  }

  #pass(bytes: Buffer): boolean {
    return bytes.length === 0 || this.#sink.write(bytes)
  }

  #findAt(bytes: Buffer, start: number): Found | null {
    const end = start + this.#marker.length
    if (end > bytes.length || this.#marker.compare(bytes, start, end) !== 0) return null
    return reportAt(bytes, start, end)
  }

  /** The first marker, whole or open at the end. */
  #find(bytes: Buffer): Found | null {
    const marker = this.#marker
    const first = marker[0] as number
    // Most output does not even hold that.
    let start = bytes.indexOf(first)
    if (start === -1) return null
    for (;;) {
      start = bytes.indexOf(this.#beginning, start)
      if (start === -1) break
      const found = this.#findAt(bytes, start)
      if (found !== null) return found
      start += 1
    }
    for (start = Math.max(0, bytes.length - marker.length + 1); start < bytes.length; start += 1) {
      if (bytes[start] !== first) continue
      if (marker.subarray(0, bytes.length - start).equals(bytes.subarray(start))) {
        return { start, end: bytes.length, report: null }
      }
    }
    return null
  }
}

/** Reads `:REPORT:`; `null`: what follows the marker is something else. */
function reportAt(bytes: Buffer, start: number, from: number): Found | null {
  const open = { start, end: bytes.length, report: null }
  if (from === bytes.length) return open
  if (bytes[from] !== colon) return null
  let end = from + 1
  while (end < bytes.length && end - from <= maxReport && isReportByte(bytes[end] as number)) {
    end += 1
  }
  if (end === bytes.length) return open
  if (bytes[end] !== colon || end === from + 1) return null
  return { start, end: end + 1, report: bytes.toString('latin1', from + 1, end) }
}

function isReportByte(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x7a)
}
