import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newMarker } from '../../../src/process/marker.ts'
import { MarkerScanner } from '../../../src/process/marker-scanner.ts'

const marker = newMarker().bytes

/** A scanner, and what came out of it. */
function scanner() {
  const output: Uint8Array[] = []
  const reports: { readonly report: string; readonly behind: string }[] = []
  const ends: unknown[] = []
  const text = () => Buffer.concat(output).toString('latin1')
  const sink = {
    room: true,
    write(payload: Uint8Array): boolean {
      if (payload.length === 0) throw new Error('an empty write')
      output.push(payload)
      return sink.room
    },
    end(error: Error | null, rest: string): void {
      ends.push([error, rest])
    },
  }
  const made = new MarkerScanner(marker, sink, (report) => reports.push({ report, behind: text() }))
  return { scanner: made, sink, output, reports, ends, text }
}

function scan(payloads: readonly Uint8Array[]) {
  const { scanner: made, reports, text } = scanner()
  for (const payload of payloads) if (payload.length > 0) made.write(payload)
  made.end(null, 'deliver')
  return { text: text(), reports }
}

const bytes = (text: string) => Buffer.from(text, 'latin1')
const m = marker.toString('latin1')

describe('the marker is taken out', () => {
  it.each([
    ['behind nothing', `${m}:0:\n`, '', '0'],
    ['behind output', `out\n${m}:3:\n`, 'out\n', '3'],
    ['behind output without a line end', `out${m}:255:\n`, 'out', '255'],
    ['on a terminal', `out\r\n${m}:1:\r\n`, 'out\r\n', '1'],
    ['on a terminal of CRI-O', `${m}:1:\r\r\n`, '', '1'],
    ['without a line end', `${m}:1:`, '', '1'],
    ['with output behind it', `a${m}:1:\nlate\n`, 'alate\n', '1'],
    ['with a line end behind its own', `a${m}:1:\n\n\r\n`, 'a\n\r\n', '1'],
    ['with output right behind it', `a${m}:1:late`, 'alate', '1'],
    ['with a report in letters', `a${m}:cwd:\n`, 'a', 'cwd'],
    ['behind its own beginning', `${m.slice(0, 20)}${m}:7:\n`, m.slice(0, 20), '7'],
    ['behind itself without a report', `${m}${m}:7:\n`, m, '7'],
    ['behind itself with half a report', `${m}:12${m}:7:\n`, `${m}:12`, '7'],
    ['behind itself with an empty report', `${m}::${m}:7:\n`, `${m}::`, '7'],
    [
      'behind itself with too long a report',
      `${m}:1234567890123:${m}:7:\n`,
      `${m}:1234567890123:`,
      '7',
    ],
    ['behind itself with what is no report', `${m}:A:${m}:7:\n`, `${m}:A:`, '7'],
    ['once', `${m}:7:\n${m}:8:\n`, `${m}:8:\n`, '7'],
  ])('%s, at every split', (_name, stream, output, report) => {
    const all = bytes(stream)
    const results = new Set<string>()
    for (let first = 0; first <= all.length; first++) {
      for (let second = first; second <= all.length; second++) {
        const pieces = [all.subarray(0, first), all.subarray(first, second), all.subarray(second)]
        const result = scan(pieces)
        results.add(JSON.stringify([result.text, result.reports.map((made) => made.report)]))
      }
    }
    expect([...results]).toEqual([JSON.stringify([output, [report]])])
    expect(scan(Array.from(all, (byte) => Uint8Array.of(byte))).text).toBe(output)
  })

  it('after everything in front of it was passed on', () => {
    expect(scan([bytes(`out${m.slice(0, 9)}`), bytes(`${m.slice(9)}:0:\n`)]).reports).toEqual([
      { report: '0', behind: 'out' },
    ])
  })
})

describe('anything else is passed on', () => {
  it.each([
    ['the separator', '\x1e'],
    ['separators', '\x1e\x1e\x1e'],
    ['another marker', `${newMarker().bytes.toString()}:0:\n`],
    ['all but the last digit', `${m.slice(0, -1)}?:0:\n`],
    ['all but the first character', `${m.slice(1)}:0:\n`],
  ])('%s', (_name, stream) => {
    for (let split = 0; split <= stream.length; split++) {
      const pieces = [bytes(stream.slice(0, split)), bytes(stream.slice(split))]
      expect(scan(pieces)).toEqual({ text: stream, reports: [] })
    }
  })

  it('as it is, not copied', () => {
    const { scanner: made, output } = scanner()
    const payload = Buffer.alloc(1000, 'x')
    made.write(payload)
    expect(output[0]?.buffer).toBe(payload.buffer)
    expect(output[0]?.byteOffset).toBe(payload.byteOffset)
  })

  it('at once, up to what may begin a marker', () => {
    const { scanner: made, text } = scanner()
    made.write(bytes(`out${m.slice(0, 5)}`))
    expect(text()).toBe('out')
    made.write(bytes('no'))
    expect(text()).toBe(`out${m.slice(0, 5)}no`)
  })

  it('in time that grows with its length', () => {
    let length = 0
    const write = (payload: Uint8Array) => {
      length += payload.length
      return true
    }
    const made = new MarkerScanner(marker, { write, end: () => {} }, () => {})
    const hostile = bytes(m.slice(0, 20).repeat(50_000))
    const started = process.cpuUsage()
    for (let i = 0; i < hostile.length; i += 7) made.write(hostile.subarray(i, i + 7))
    made.write(bytes(`.${`${m}?`.repeat(20_000)}`))
    // Microseconds of this process alone, however busy the machine is.
    expect(process.cpuUsage(started).user).toBeLessThan(3_000_000)
    expect(length).toBe(1_000_000 + 1 + 34 * 20_000)
  })
})

describe('a marker that breaks off', () => {
  it('is not shown, unless it is so short that it may be output', () => {
    for (let length = 1; length <= m.length; length++) {
      expect(scan([bytes(`out${m.slice(0, length)}`)]).text).toBe(
        length < 4 ? `out${m.slice(0, length)}` : 'out',
      )
    }
    expect(scan([bytes(`out${m}:12`)])).toEqual({ text: 'out', reports: [] })
  })

  it('is not shown at all when the session is lost', () => {
    for (let length = 1; length <= m.length; length++) {
      const made = scanner()
      made.scanner.write(bytes(`out${m.slice(0, length)}`))
      made.scanner.end(new Error('lost'), 'deliver')
      expect(made.text()).toBe('out')
    }
  })
})

describe('the sink', () => {
  it('is asked for room', () => {
    const { scanner: made, sink } = scanner()
    expect(made.write(bytes('a'))).toBe(true)
    sink.room = false
    expect(made.write(bytes('a'))).toBe(false)
    expect(made.write(bytes(`a${m.slice(0, 4)}`))).toBe(false)
    // Nothing was passed on, so nothing has to stop.
    expect(made.write(bytes(m.slice(4, 8)))).toBe(true)
    expect(made.write(bytes(`${m.slice(8)}:0:\nlate`))).toBe(false)
    expect(made.write(bytes('later'))).toBe(false)
  })

  it('is told the end as it is', () => {
    const { scanner: made, ends } = scanner()
    const error = new Error('over')
    made.end(error, 'discard')
    expect(ends).toEqual([[error, 'discard']])
  })
})

describe('whatever is written', () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 80 }).map((array) => Buffer.from(array).toString('latin1')),
    fc.integer({ min: 0, max: m.length }).map((length) => m.slice(0, length)),
    fc.integer({ min: 0, max: m.length }).map((length) => m.slice(length)),
    fc.constantFrom('\x1e', ':', ':1', '\n', '\r', m[1] ?? ''),
  )
  const pieces = fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(''))
  // Output that holds the marker and a report would be the marker: it cannot be told apart, and cannot be guessed.
  const output = pieces.filter((text) => !new RegExp(`${m}:[0-9a-z]{1,12}:`).test(text))
  const cuts = fc.array(fc.nat(), { maxLength: 30 })

  function cut(stream: string, at: readonly number[]): Uint8Array[] {
    const places = at.map((place) => place % (stream.length + 1)).sort((a, b) => a - b)
    return [0, ...places].map((from, index) => bytes(stream.slice(from, places[index])))
  }

  it('comes out in front of the marker, and what is behind it too', () => {
    fc.assert(
      fc.property(output, fc.integer({ min: 0, max: 255 }), cuts, (before, code, at) => {
        fc.pre(!new RegExp(`${m}:[0-9a-z]{1,12}:`).test(`${before}${m}`))
        const result = scan(cut(`${before}${m}:${code}:\nlate`, at))
        expect(result.reports).toEqual([{ report: String(code), behind: before }])
        expect(result.text).toBe(`${before}late`)
      }),
      { numRuns: 1_000 },
    )
  })

  it('comes out without a marker, but for what breaks off', () => {
    fc.assert(
      fc.property(output, cuts, (text, at) => {
        const result = scan(cut(`${text}.`, at))
        expect(result).toEqual({ text: `${text}.`, reports: [] })
      }),
      { numRuns: 1_000 },
    )
  })
})
