import { createReadStream } from 'node:fs'
import { text } from 'node:stream/consumers'
import type { TimelineRow, TraceEvent } from '../protocol/index.ts'
import { parseTrace, timeline } from '../protocol/index.ts'
import { defineCommand } from './command.ts'
import { print } from './print.ts'
import { UsageError } from './usage-error.ts'

export const traceCommand = defineCommand({
  usage: 'trace show FILE [--web]',
  about: 'Shows what podwire exec --trace FILE recorded: a line for each event.',
  flags: {
    web: {
      type: 'boolean',
      help: 'in a browser: serves a page on 127.0.0.1 until it is interrupted',
    },
  },
  async run({ flags, operands, rest }) {
    const [verb, file, ...others] = operands
    if (verb !== 'show' || file === undefined || others.length > 0 || rest !== null) {
      throw new UsageError('a trace is shown by: podwire trace show FILE')
    }
    const content = await text(file === '-' ? process.stdin : createReadStream(file))
    const events = eventsOf(content, file)
    if (flags.web === true) {
      const { serveTrace } = await import('./trace-page.ts')
      return serveTrace(content)
    }
    print(timelineText(events))
    return 0
  },
})

function eventsOf(content: string, file: string): TraceEvent[] {
  try {
    return parseTrace(content)
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`)
  }
}

/** The rows of a trace in columns: time, direction, what it is, size, meaning. */
export function timelineText(events: readonly TraceEvent[]): string {
  const [opening] = events
  const started = opening?.type === 'open' ? `recorded ${opening.started}\n` : ''
  return started + timeline(events).map(lineOf).join('')
}

const arrows = { in: '<', out: '>' }

function lineOf({ time, direction, what, size, detail }: TimelineRow): string {
  const columns = [
    `${time.toFixed(3)} ms`.padStart(14),
    direction === null ? ' ' : arrows[direction],
    what.padEnd(11),
    (size === null ? '' : `${size} B`).padStart(10),
    detail,
  ]
  return `${columns.join('  ').trimEnd()}\n`
}
