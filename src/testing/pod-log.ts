import type { ContainerLog, LogEntry } from './container-log.ts'
import type { Body } from './fault/body.ts'
import type { StreamedAnswer } from './streamed-answer.ts'

/** `GET …/log`: the log as it is, and with `follow` what comes after it, until the container ends or the limit is there. */
export function podLog(log: ContainerLog, query: URLSearchParams): StreamedAnswer {
  const tailLines = query.get('tailLines')
  const follow = query.get('follow') === 'true'
  const timestamps = query.get('timestamps') === 'true'
  return {
    contentType: 'text/plain',
    headersFirst: false,
    start(whole) {
      const body = limited(whole, Number(query.get('limitBytes') ?? Number.POSITIVE_INFINITY))
      const write = (entry: LogEntry): void => body.write(render(entry, timestamps))
      for (const entry of log.read(
        tailLines === null ? undefined : Number(tailLines),
        since(query),
      )) {
        write(entry)
      }
      if (follow && !log.ended) return log.follow({ write, end: body.end })
      body.end()
      return () => {}
    },
  }
}

function since(query: URLSearchParams): Date | undefined {
  const sinceTime = query.get('sinceTime')
  const sinceSeconds = query.get('sinceSeconds')
  if (sinceTime !== null) return new Date(sinceTime)
  return sinceSeconds === null ? undefined : new Date(Date.now() - Number(sinceSeconds) * 1000)
}

function render({ time, bytes, startsLine }: LogEntry, timestamps: boolean): Uint8Array {
  if (!timestamps || !startsLine) return bytes
  const nanoseconds = time.toISOString().replace('Z', '000000Z ')
  return Buffer.concat([Buffer.from(nanoseconds), bytes])
}

function limited(body: Body, limit: number): Body {
  let left = limit
  return {
    write(bytes) {
      if (left === 0) return
      const part = bytes.subarray(0, left)
      left -= part.length
      body.write(part)
      if (left === 0) body.end()
    },
    end() {
      if (left > 0) body.end()
    },
  }
}
